"""Metrics of real-valued targets that are means over samples."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import losses, ops
from cornu.losses.tensors import as_dtype, matched
from cornu.metrics.mean import Mean, NamedMean


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """The cosine of the angle between targets and predictions along an axis."""
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


class MeanSquaredError(NamedMean):
    """Mean of `(y_true - y_pred)²`.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.MeanSquaredError()([[0.0, 1.0]], [[2.0, 1.0]]).item()
    2.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None):
        super().__init__(losses.mean_squared_error, name, dtype)


class MeanAbsoluteError(NamedMean):
    """Mean of `abs(y_true - y_pred)`.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.MeanAbsoluteError()([[0.0, 1.0]], [[2.0, 1.0]]).item()
    1.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None):
        super().__init__(losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(NamedMean):
    """Mean of `100 * abs(y_true - y_pred) / abs(y_true)`.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 4.0]]).item()
    25.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None):
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(NamedMean):
    """Mean of `(log(1 + y_true) - log(1 + y_pred))²`.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.MeanSquaredLogarithmicError()([[3.0]], [[3.0]]).item()
    0.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None):
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class RootMeanSquaredError(Mean):
    """Square root of the mean of `(y_true - y_pred)²`.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.RootMeanSquaredError()([[0.0, 0.0]], [[2.0, 2.0]]).item()
    2.0
    """

    target_kinds = ("values",)

    _direction = "down"

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None):
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch of targets and predictions into account; see `Mean.update_state`."""
        y_true, y_pred = matched(as_dtype(y_true, self.dtype), as_dtype(y_pred, self.dtype))
        super().update_state(ops.square(y_true - y_pred), sample_weight)

    def result(self) -> jax.Array:
        """The root of the mean."""
        return jnp.sqrt(super().result())


class CosineSimilarity(NamedMean):
    """Mean cosine of the angle between targets and predictions.

    Args:
        name: its name.
        dtype: see `keras.Metric`.
        axis: axis along which the vectors lie.

    >>> keras.metrics.CosineSimilarity()([[2.0, 0.0]], [[3.0, 0.0]]).item()
    1.0
    """

    _direction = "up"

    def __init__(self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1):
        super().__init__(cosine_similarity, name, dtype, axis=axis)


class LogCoshError(NamedMean):
    """Mean of `log(cosh(y_pred - y_true))`.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.LogCoshError()([[1.0]], [[1.0]]).item()
    0.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "logcosh", dtype: Any = None):
        super().__init__(losses.log_cosh, name, dtype)
