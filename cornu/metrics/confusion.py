"""Metrics of binary predictions at fixed thresholds: counts, precision, recall."""

from __future__ import annotations

from typing import Any

import jax

from cornu.metrics.base import Metric
from cornu.metrics.counting import LOWEST, count, parse_thresholds, ratio


class ConfusionCount(Metric):
    """One of the four counts; subclasses say which.

    Args:
        thresholds: a number in [0, 1] or a list of them; 0.5 if None.
        name: its name.
        dtype: see `keras.Metric`.
    """

    target_kinds = ("binary",)

    counted = ""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = parse_thresholds(type(self).__name__, thresholds)
        self.accumulator = self.add_variable((len(self.thresholds),), "zeros", name="accumulator")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets 0 or 1, tensor of any shape.
            y_pred: probabilities of the same shape.
            sample_weight: a number, or a tensor shaped like the first axes of `y_pred`.
        """
        counts = count(y_true, y_pred, self.thresholds, sample_weight, self.dtype)
        self.accumulator.assign_add(getattr(counts, self.counted))

    def result(self) -> jax.Array:
        """The count: a scalar, or one for each of several thresholds."""
        value = self.accumulator.raw_value
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(ConfusionCount):
    """Number of positives that were predicted positive.

    Args:
        thresholds: a number in [0, 1] or a list of them, above which a probability means
            positive; 0.5 if None.
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.TruePositives()([0, 1, 1, 1], [0.1, 0.7, 0.9, 0.2]).item()
    2.0
    """

    counted = "true_positives"


class FalsePositives(ConfusionCount):
    """Number of negatives that were predicted positive.

    Args:
        thresholds: a number in [0, 1] or a list of them, above which a probability means
            positive; 0.5 if None.
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.FalsePositives()([0, 1, 0, 1], [0.8, 0.7, 0.1, 0.2]).item()
    1.0
    """

    counted = "false_positives"


class TrueNegatives(ConfusionCount):
    """Number of negatives that were predicted negative.

    Args:
        thresholds: a number in [0, 1] or a list of them, above which a probability means
            positive; 0.5 if None.
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.TrueNegatives()([0, 1, 0, 1], [0.8, 0.7, 0.1, 0.2]).item()
    1.0
    """

    counted = "true_negatives"


class FalseNegatives(ConfusionCount):
    """Number of positives that were predicted negative.

    Args:
        thresholds: a number in [0, 1] or a list of them, above which a probability means
            positive; 0.5 if None.
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.FalseNegatives()([0, 1, 0, 1], [0.8, 0.7, 0.1, 0.2]).item()
    1.0
    """

    counted = "false_negatives"


class PositiveShare(Metric):
    """Fraction of true positives in true positives and one kind of mistake; see the subclasses."""

    target_kinds = ("binary",)

    _direction = "up"
    mistake = ""

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        # Among the k highest, all count as predicted.
        default = 0.5 if top_k is None else LOWEST
        self.thresholds = parse_thresholds(type(self).__name__, thresholds, default)
        shape = (len(self.thresholds),)
        self.true_positives = self.add_variable(shape, "zeros", name="true_positives")
        setattr(self, self.mistake, self.add_variable(shape, "zeros", name=self.mistake))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets 0 or 1, tensor of any shape.
            y_pred: probabilities of the same shape.
            sample_weight: a number, or a tensor shaped like the first axes of `y_pred`.
        """
        counts = count(
            y_true,
            y_pred,
            self.thresholds,
            sample_weight,
            self.dtype,
            top_k=self.top_k,
            class_id=self.class_id,
        )
        self.true_positives.assign_add(counts.true_positives)
        getattr(self, self.mistake).assign_add(getattr(counts, self.mistake))

    def result(self) -> jax.Array:
        """The share: a scalar, or one for each of several thresholds."""
        right = self.true_positives.raw_value
        value = ratio(right, right + getattr(self, self.mistake).raw_value)
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


class Precision(PositiveShare):
    """Fraction of the positive predictions that are right.

    Args:
        thresholds: a number in [0, 1] or a list of them, above which a probability means
            positive; 0.5 if None, and none at all with `top_k`.
        top_k: only the k highest probabilities of a sample may be positive.
        class_id: index along the last axis, if only one class is looked at.
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.Precision()([0, 1, 1, 1], [0.6, 0.7, 0.3, 0.2]).item()
    0.5
    """

    mistake = "false_positives"


class Recall(PositiveShare):
    """Fraction of the positives that are predicted positive.

    Args:
        thresholds: a number in [0, 1] or a list of them, above which a probability means
            positive; 0.5 if None, and none at all with `top_k`.
        top_k: only the k highest probabilities of a sample may be positive.
        class_id: index along the last axis, if only one class is looked at.
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.Recall()([0, 1, 1], [0.6, 0.7, 0.3]).item()
    0.5
    """

    mistake = "false_negatives"
