"""Metrics of probabilities, hinge metrics: means of the losses of the same name."""

from __future__ import annotations

from typing import Any

from cornu import losses
from cornu.metrics.mean import NamedMean


class KLDivergence(NamedMean):
    """Mean of `sum(y_true * log(y_true / y_pred))`.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> round(keras.metrics.KLDivergence()([[1.0, 0.0]], [[0.5, 0.5]]).item(), 4)
    0.6931
    """

    _direction = "down"

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None):
        super().__init__(losses.kl_divergence, name, dtype)


class Poisson(NamedMean):
    """Mean of `y_pred - y_true * log(y_pred)`.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> round(keras.metrics.Poisson()([[1.0]], [[1.0]]).item(), 4)
    1.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "poisson", dtype: Any = None):
        super().__init__(losses.poisson, name, dtype)


class BinaryCrossentropy(NamedMean):
    """Mean cross-entropy of binary targets.

    Args:
        name: its name.
        dtype: see `keras.Metric`.
        from_logits: whether predictions are logits.
        label_smoothing: in [0, 1]; targets move that far towards 0.5.

    >>> round(keras.metrics.BinaryCrossentropy()([[1.0, 0.0]], [[0.5, 0.5]]).item(), 4)
    0.6931
    """

    _direction = "down"

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ):
        super().__init__(
            losses.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )


class CategoricalCrossentropy(NamedMean):
    """Mean cross-entropy of one-hot targets.

    Args:
        name: its name.
        dtype: see `keras.Metric`.
        from_logits: whether predictions are logits.
        label_smoothing: in [0, 1]; fraction of the target spread evenly over all classes.
        axis: the class axis.

    >>> round(keras.metrics.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]).item(), 4)
    0.6931
    """

    _direction = "down"

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ):
        super().__init__(
            losses.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(NamedMean):
    """Mean cross-entropy of class indices.

    Args:
        name: its name.
        dtype: see `keras.Metric`.
        from_logits: whether predictions are logits.
        ignore_class: number of a class that does not count.
        axis: the class axis.

    >>> round(keras.metrics.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]]).item(), 4)
    0.6931
    """

    _direction = "down"

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ):
        super().__init__(
            losses.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )


class Hinge(NamedMean):
    """Mean of `max(1 - y_true * y_pred, 0)`, targets -1 or 1 (or 0 or 1).

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.Hinge()([[-1.0, 1.0]], [[0.5, 2.0]]).item()
    0.75
    """

    _direction = "down"

    def __init__(self, name: str | None = "hinge", dtype: Any = None):
        super().__init__(losses.hinge, name, dtype)


class SquaredHinge(NamedMean):
    """Mean of `max(1 - y_true * y_pred, 0)²`, targets -1 or 1 (or 0 or 1).

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.SquaredHinge()([[-1.0, 1.0]], [[1.0, 2.0]]).item()
    2.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None):
        super().__init__(losses.squared_hinge, name, dtype)


class CategoricalHinge(NamedMean):
    """Mean of `max(1 + highest score of a wrong class - score of the right class, 0)`.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]).item()
    0.5
    """

    _direction = "down"

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None):
        super().__init__(losses.categorical_hinge, name, dtype)
