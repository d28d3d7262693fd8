"""The best one rate can be where another is good enough: four pairs of rates."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.engine import limits
from cornu.engine.limits import BYTES_PER_NUMBER
from cornu.metrics.base import Metric
from cornu.metrics.counting import Counts, count, ratio


def precision(counts: Counts) -> jax.Array:
    """Fraction of the positive predictions that are right."""
    return ratio(counts.true_positives, counts.true_positives + counts.false_positives)


def recall(counts: Counts) -> jax.Array:
    """Fraction of the positives that are predicted positive; also called sensitivity."""
    return ratio(counts.true_positives, counts.true_positives + counts.false_negatives)


def specificity(counts: Counts) -> jax.Array:
    """Fraction of the negatives that are predicted negative."""
    return ratio(counts.true_negatives, counts.true_negatives + counts.false_positives)


class BestWhere(Metric):
    """The highest `wanted` rate over thresholds at which the `given` one is high enough.

    Args:
        value: what the given rate must reach, in [0, 1].
        num_thresholds: number of thresholds between 0 and 1 that are tried.
        class_id: index along the last axis, if only one class is looked at.
        name: its name.
        dtype: see `keras.Metric`.
    """

    target_kinds = ("binary",)

    _direction = "up"
    argument = ""

    def __init__(
        self,
        value: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        if not 0 <= value <= 1:
            raise ValueError(
                f"{type(self).__name__}: {self.argument} must lie in [0, 1]; got {value!r}."
            )
        if num_thresholds <= 0:
            raise ValueError(
                f"{type(self).__name__}: num_thresholds must be positive; got {num_thresholds!r}."
            )
        super().__init__(name=name, dtype=dtype)
        setattr(self, self.argument, value)
        limits.spend("memory", BYTES_PER_NUMBER * num_thresholds, "num_thresholds")
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self.thresholds = [0.5]
        if num_thresholds > 1:
            self.thresholds = np.linspace(0.0, 1.0, num_thresholds).tolist()
        self.counts = Counts(
            *(self.add_variable((num_thresholds,), "zeros", name=n) for n in Counts._fields)
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets 0 or 1, tensor of any shape.
            y_pred: probabilities of the same shape.
            sample_weight: a number, or a tensor shaped like the first axes of `y_pred`.
        """
        new = count(
            y_true, y_pred, self.thresholds, sample_weight, self.dtype, class_id=self.class_id
        )
        for variable, value in zip(self.counts, new):
            variable.assign_add(value)

    def wanted(self, counts: Counts) -> jax.Array:
        """The rate that is to be high, one for each threshold."""
        raise NotImplementedError

    def given(self, counts: Counts) -> jax.Array:
        """The rate that must be high enough, one for each threshold."""
        raise NotImplementedError

    def result(self) -> jax.Array:
        """The highest rate; 0 if no threshold is good enough."""
        counts = Counts(*(variable.raw_value for variable in self.counts))
        return jnp.max(
            jnp.where(self.given(counts) >= getattr(self, self.argument), self.wanted(counts), 0)
        )

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "class_id": self.class_id,
            self.argument: getattr(self, self.argument),
        }


class SensitivityAtSpecificity(BestWhere):
    """The best sensitivity at thresholds where the specificity reaches a value.

    Args:
        specificity: what the specificity must reach, in [0, 1].
        num_thresholds: number of thresholds between 0 and 1 that are tried.
        class_id: index along the last axis, if only one class is looked at.
        name: its name.
        dtype: see `keras.Metric`.

    >>> metric = keras.metrics.SensitivityAtSpecificity(0.5)
    >>> metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).item()
    0.5
    """

    argument = "specificity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)

    def wanted(self, counts: Counts) -> jax.Array:
        """Sensitivity."""
        return recall(counts)

    def given(self, counts: Counts) -> jax.Array:
        """Specificity."""
        return specificity(counts)


class SpecificityAtSensitivity(BestWhere):
    """The best specificity at thresholds where the sensitivity reaches a value.

    Args:
        sensitivity: what the sensitivity must reach, in [0, 1].
        num_thresholds: number of thresholds between 0 and 1 that are tried.
        class_id: index along the last axis, if only one class is looked at.
        name: its name.
        dtype: see `keras.Metric`.

    >>> metric = keras.metrics.SpecificityAtSensitivity(0.5)
    >>> round(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).item(), 4)
    0.6667
    """

    argument = "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)

    def wanted(self, counts: Counts) -> jax.Array:
        """Specificity."""
        return specificity(counts)

    def given(self, counts: Counts) -> jax.Array:
        """Sensitivity."""
        return recall(counts)


class PrecisionAtRecall(BestWhere):
    """The best precision at thresholds where the recall reaches a value.

    Args:
        recall: what the recall must reach, in [0, 1].
        num_thresholds: number of thresholds between 0 and 1 that are tried.
        class_id: index along the last axis, if only one class is looked at.
        name: its name.
        dtype: see `keras.Metric`.

    >>> metric = keras.metrics.PrecisionAtRecall(0.5)
    >>> metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).item()
    0.5
    """

    argument = "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(recall, num_thresholds, class_id, name, dtype)

    def wanted(self, counts: Counts) -> jax.Array:
        """Precision."""
        return precision(counts)

    def given(self, counts: Counts) -> jax.Array:
        """Recall."""
        return recall(counts)


class RecallAtPrecision(BestWhere):
    """The best recall at thresholds where the precision reaches a value.

    Args:
        precision: what the precision must reach, in [0, 1].
        num_thresholds: number of thresholds between 0 and 1 that are tried.
        class_id: index along the last axis, if only one class is looked at.
        name: its name.
        dtype: see `keras.Metric`.

    >>> metric = keras.metrics.RecallAtPrecision(0.8)
    >>> metric([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]).item()
    0.5
    """

    argument = "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(precision, num_thresholds, class_id, name, dtype)

    def wanted(self, counts: Counts) -> jax.Array:
        """Recall."""
        return recall(counts)

    def given(self, counts: Counts) -> jax.Array:
        """Precision."""
        return precision(counts)
