"""F-scores: the harmonic mean of precision and recall, with a weight."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine import config
from cornu.losses.tensors import align_weights, as_dtype
from cornu.metrics.base import Metric

AVERAGES = (None, "micro", "macro", "weighted")
STATE = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")


class FBetaScore(Metric):
    """`(1 + beta²) * precision * recall / (beta² * precision + recall)`.

    Args:
        average: None for one score per class; `"micro"` counts all classes together, `"macro"`
            takes the mean over classes, `"weighted"` with the number of targets as weights.
        beta: how much recall matters more than precision, positive.
        threshold: above it a score means positive; if None the highest score of a sample does.
        name: its name.
        dtype: see `keras.Metric`.

    Raises:
        ValueError: for an unknown average, a `beta` that is not positive, or a threshold outside
            of (0, 1].

    >>> metric = keras.metrics.FBetaScore(beta=2.0, threshold=0.5, average="micro")
    >>> round(metric([[1, 1], [1, 0]], [[0.2, 0.7], [0.6, 0.6]]).item(), 4)
    0.6667
    """

    target_kinds = ("one-hot", "binary")

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ):
        owner = type(self).__name__
        if average not in AVERAGES:
            raise ValueError(f"{owner}: average must be one of {list(AVERAGES)}; got {average!r}.")
        if not isinstance(beta, (int, float)) or not beta > 0:
            raise ValueError(f"{owner}: beta must be a positive number; got {beta!r}.")
        if threshold is not None:
            if not isinstance(threshold, (int, float)) or not 0 < threshold <= 1:
                raise ValueError(f"{owner}: threshold must lie in (0, 1]; got {threshold!r}.")
        super().__init__(name=name, dtype=dtype)
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self.state: list | None = None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: one-hot or multi-hot targets of shape (batch, classes).
            y_pred: scores of the same shape.
            sample_weight: weights of shape (batch,).
        """
        y_true, y_pred = as_dtype(y_true, self.dtype), as_dtype(y_pred, self.dtype)
        if len(y_pred.shape) != 2 or y_true.shape != y_pred.shape:
            raise ValueError(
                f"Metric {self.name!r} takes targets and predictions of shape (batch, classes); "
                f"got {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
            )
        if self.state is None:
            shape = () if self.average == "micro" else (y_pred.shape[1],)
            self.state = [self.add_variable(shape, "zeros", name=name) for name in STATE]
        predicted = self._predicted(y_pred).astype(self.dtype)
        weights = jnp.ones((), self.dtype)
        if sample_weight is not None:
            weights = align_weights(as_dtype(sample_weight, self.dtype), y_pred)
        axis = None if self.average == "micro" else 0
        parts = (predicted * y_true, predicted * (1 - y_true), (1 - predicted) * y_true, y_true)
        for variable, part in zip(self.state, parts):
            # A sample of weight 0 may hold anything, even a NaN.
            variable.assign_add(jnp.sum(jnp.where(weights == 0, 0, part * weights), axis=axis))

    def _predicted(self, y_pred: jax.Array) -> jax.Array:
        if self.threshold is not None:
            return y_pred > self.threshold
        # A row of zeros predicts nothing.
        return (y_pred >= jnp.max(y_pred, axis=-1, keepdims=True)) & (jnp.abs(y_pred) > 1e-9)

    def result(self) -> jax.Array:
        """The score: a scalar, or one for each class; 0 before the first batch."""
        if self.state is None:
            return jnp.zeros((), self.dtype)
        right, false_positives, false_negatives, targets = (v.raw_value for v in self.state)
        epsilon, square = config.epsilon(), self.beta**2
        precision = right / (right + false_positives + epsilon)
        recall = right / (right + false_negatives + epsilon)
        scores = (1 + square) * precision * recall / (square * precision + recall + epsilon)
        if self.average == "macro":
            return jnp.mean(scores)
        if self.average == "weighted":
            return jnp.sum(scores * targets / (jnp.sum(targets) + epsilon))
        return scores

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "average": self.average,
            "beta": self.beta,
            "threshold": self.threshold,
        }


class F1Score(FBetaScore):
    """Harmonic mean of precision and recall.

    Args:
        average: None for one score per class; `"micro"` counts all classes together, `"macro"`
            takes the mean over classes, `"weighted"` with the number of targets as weights.
        threshold: above it a score means positive; if None the highest score of a sample does.
        name: its name.
        dtype: see `keras.Metric`.

    >>> metric = keras.metrics.F1Score(threshold=0.5, average="micro")
    >>> round(metric([[1, 1], [1, 0]], [[0.2, 0.7], [0.6, 0.6]]).item(), 4)
    0.6667
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ):
        super().__init__(average=average, beta=1.0, threshold=threshold, name=name, dtype=dtype)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        config = super().get_config()
        del config["beta"]
        return config
