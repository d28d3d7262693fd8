"""Area under the ROC curve and its relatives, from counts at many thresholds."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import ops
from cornu.core import registry
from cornu.engine import config, limits
from cornu.engine.limits import BYTES_PER_NUMBER
from cornu.losses.tensors import as_dtype
from cornu.metrics.base import Metric
from cornu.metrics.counting import Counts, count, parse_thresholds, ratio

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "majoring", "minoring")


class AUC(Metric):
    """Area under a curve that goes through all thresholds.

    Args:
        num_thresholds: number of thresholds, more than 1, spread evenly over [0, 1].
        curve: `"ROC"` (recall over false positive rate), `"PR"` (precision over recall) or
            `"PRGAIN"` (precision gain over recall gain).
        summation_method: `"interpolation"` between thresholds (trapezoids; for "PR" of the true
            and false positives), or the `"majoring"` or `"minoring"` sum of rectangles.
        name: its name.
        dtype: see `keras.Metric`.
        thresholds: own thresholds in [0, 1]; 0 and 1 are added.
        multi_label: whether the area is computed for each label of the last axis, and averaged.
        num_labels: number of labels, if `multi_label`; else found from the first batch.
        label_weights: weights of the labels, in the mean of the areas, or of their predictions
            where `multi_label` is False.
        from_logits: whether predictions are logits.

    Raises:
        ValueError: for an unknown curve or summation, or bad thresholds.

    References:
        Davis and Goadrich, 2006, https://doi.org/10.1145/1143844.1143874

    >>> keras.metrics.AUC(num_thresholds=3)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]).item()
    0.75
    """

    target_kinds = ("binary",)

    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ):
        if str(curve).upper() not in CURVES:
            raise ValueError(f"AUC: curve must be one of {', '.join(CURVES)}; got {curve!r}.")
        if str(summation_method).lower() not in SUMMATIONS:
            raise ValueError(
                f"AUC: summation_method must be one of {', '.join(SUMMATIONS)}; got "
                f"{summation_method!r}."
            )
        super().__init__(name=name, dtype=dtype)
        self.curve = curve.upper()
        self.summation_method = summation_method.lower()
        self.own_thresholds = None
        if thresholds is not None:
            self.own_thresholds = inner = sorted(parse_thresholds("AUC", thresholds))
        elif num_thresholds <= 1:
            raise ValueError(f"AUC: num_thresholds must be more than 1; got {num_thresholds!r}.")
        else:
            limits.spend("memory", BYTES_PER_NUMBER * num_thresholds, "AUC: num_thresholds")
            inner = np.linspace(0.0, 1.0, num_thresholds)[1:-1].tolist()
        # Everything lies above the first threshold and nothing above the last.
        self._thresholds = [-config.epsilon(), *inner, 1.0 + config.epsilon()]
        self.num_thresholds = len(self._thresholds)
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else np.asarray(label_weights, "float32")
        self.from_logits = from_logits
        self.counts: Counts | None = None
        if not multi_label or num_labels:
            self._create_counts(num_labels)

    @property
    def thresholds(self) -> list[float]:
        """The thresholds, in ascending order."""
        return list(self._thresholds)

    def _create_counts(self, labels: int | None) -> None:
        shape = (self.num_thresholds, labels) if self.multi_label else (self.num_thresholds,)
        if self.label_weights is not None and labels and len(self.label_weights) != labels:
            raise ValueError(
                f"Metric {self.name!r} has {len(self.label_weights)} label_weights for {labels} "
                "labels."
            )
        self.counts = Counts(*(self.add_variable(shape, "zeros", name=n) for n in Counts._fields))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets 0 or 1, tensor of shape (batch, ...).
            y_pred: probabilities, or logits, of the same shape.
            sample_weight: a number, or a tensor shaped like the first axes of `y_pred`.
        """
        y_pred = as_dtype(y_pred, self.dtype)
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred)
        if self.multi_label and len(y_pred.shape) < 2:
            raise ValueError(
                f"Metric {self.name!r} with multi_label=True takes predictions of shape (batch, "
                f"labels); got {tuple(y_pred.shape)}."
            )
        if self.counts is None:
            self._create_counts(y_pred.shape[-1])
        if self.label_weights is not None and not self.multi_label:
            sample_weight = self._weights_by_label(y_pred, sample_weight)
        new = count(
            y_true,
            y_pred,
            self._thresholds,
            sample_weight,
            self.dtype,
            by_label=self.multi_label,
        )
        for variable, value in zip(self.counts, new):
            variable.assign_add(value)

    def _weights_by_label(self, y_pred: jax.Array, sample_weight: Any) -> jax.Array:
        labels = jnp.broadcast_to(jnp.asarray(self.label_weights, self.dtype), y_pred.shape)
        if sample_weight is None:
            return labels
        weights = as_dtype(sample_weight, self.dtype)
        return labels * weights.reshape(weights.shape + (1,) * (labels.ndim - weights.ndim))

    def result(self) -> jax.Array:
        """The area: a scalar; 0 before the first batch."""
        if self.counts is None:
            return jnp.zeros((), self.dtype)
        counts = Counts(*(variable.raw_value for variable in self.counts))
        areas = self._areas(counts)
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return jnp.mean(areas)
        weights = jnp.asarray(self.label_weights, areas.dtype)
        return ratio(jnp.sum(areas * weights), jnp.sum(weights))

    def _areas(self, counts: Counts) -> jax.Array:
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self.interpolate_pr_auc(counts)
        x, y = self._curve(counts)
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / 2
        elif self.summation_method == "minoring":
            heights = jnp.minimum(y[:-1], y[1:])
        else:
            heights = jnp.maximum(y[:-1], y[1:])
        return jnp.sum((x[:-1] - x[1:]) * heights, axis=0)

    def _curve(self, counts: Counts) -> tuple[jax.Array, jax.Array]:
        tp, fp, tn, fn = counts
        recall = ratio(tp, tp + fn)
        if self.curve == "ROC":
            return ratio(fp, fp + tn), recall
        if self.curve == "PR":
            return recall, ratio(tp, tp + fp)
        odds = ratio(tp + fn, fp + tn)
        gained = jnp.where(tp > 0, 1 - odds * ratio(fn, tp), 0)
        return jnp.maximum(gained, 0), 1 - odds * ratio(fp, tp)

    def interpolate_pr_auc(self, counts: Counts | None = None) -> jax.Array:
        """Area under the precision-recall curve, true and false positives taken as linear
        between thresholds, where the precision is not (Davis and Goadrich, 2006)."""
        tp, fp, _, fn = counts or Counts(*(variable.raw_value for variable in self.counts))
        positives = tp + fp
        gained = tp[:-1] - tp[1:]
        slope = ratio(gained, jnp.maximum(positives[:-1] - positives[1:], 0))
        start = tp[1:] - slope * positives[1:]
        both = (positives[:-1] > 0) & (positives[1:] > 0)
        growth = jnp.where(both, positives[:-1] / jnp.where(both, positives[1:], 1), 1)
        area = slope * (gained + start * jnp.log(growth))
        return jnp.sum(ratio(area, jnp.maximum(tp[1:] + fn[1:], 0)), axis=0)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if self.label_weights is None else self.label_weights.tolist(),
            "from_logits": self.from_logits,
        }
        # Own thresholds are written without the ends, which the constructor adds.
        if self.own_thresholds is not None:
            config["thresholds"] = self.own_thresholds
        return config

    @classmethod
    def from_config(cls, config: dict) -> AUC:
        """A metric made from what `get_config` returned."""
        # Keras writes the label weights as a tensor.
        weights = registry.deserialize(config.get("label_weights"), expected=())
        return cls(**{**config, "label_weights": weights})
