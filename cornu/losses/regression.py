"""Losses of real-valued targets: squared, absolute, relative and logarithmic errors."""

from __future__ import annotations

import math
from typing import Any

import jax

from cornu import ops
from cornu.engine import config
from cornu.losses.base import FunctionLoss, means_over_labels
from cornu.losses.targets import compares
from cornu.losses.tensors import matched


@compares("values")
@means_over_labels
def mean_squared_error(y_true: Any, y_pred: Any) -> jax.Array:
    """`mean((y_true - y_pred)²)` along the last axis.

    Args:
        y_true: targets of shape (batch, ..., n).
        y_pred: predictions of the same shape.

    Returns:
        Tensor of shape (batch, ...).

    >>> keras.losses.mean_squared_error([[0.0, 1.0]], [[2.0, 1.0]]).tolist()
    [2.0]
    """
    y_true, y_pred = matched(y_true, y_pred)
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


@compares("values")
@means_over_labels
def mean_absolute_error(y_true: Any, y_pred: Any) -> jax.Array:
    """`mean(abs(y_true - y_pred))` along the last axis.

    Args:
        y_true: targets of shape (batch, ..., n).
        y_pred: predictions of the same shape.

    Returns:
        Tensor of shape (batch, ...).

    >>> keras.losses.mean_absolute_error([[0.0, 1.0]], [[2.0, 1.0]]).tolist()
    [1.0]
    """
    y_true, y_pred = matched(y_true, y_pred)
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


@compares("values")
@means_over_labels
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> jax.Array:
    """`100 * mean(abs(y_true - y_pred) / max(abs(y_true), epsilon))` along the last axis.

    Args:
        y_true: targets of shape (batch, ..., n), best far from 0.
        y_pred: predictions of the same shape.

    Returns:
        Tensor of shape (batch, ...).

    >>> keras.losses.mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]]).tolist()
    [25.0]
    """
    y_true, y_pred = matched(y_true, y_pred)
    size = ops.maximum(ops.abs(y_true), config.epsilon())
    return 100.0 * ops.mean(ops.abs((y_true - y_pred) / size), axis=-1)


@compares("values")
@means_over_labels
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> jax.Array:
    """`mean((log(1 + y_true) - log(1 + y_pred))²)` along the last axis, negative values as 0.

    Args:
        y_true: targets of shape (batch, ..., n), not negative.
        y_pred: predictions of the same shape.

    Returns:
        Tensor of shape (batch, ...).

    >>> keras.losses.mean_squared_logarithmic_error([[3.0]], [[3.0]]).tolist()
    [0.0]
    """
    y_true, y_pred = matched(y_true, y_pred)
    logs = [ops.log1p(ops.maximum(y, config.epsilon())) for y in (y_true, y_pred)]
    return ops.mean(ops.square(logs[0] - logs[1]), axis=-1)


@compares("values")
@means_over_labels
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> jax.Array:
    """Mean along the last axis of half the squared error, linear where it exceeds `delta`.

    Args:
        y_true: targets of shape (batch, ..., n).
        y_pred: predictions of the same shape.
        delta: error at which the square goes over into a line, positive.

    Returns:
        Tensor of shape (batch, ...).

    References:
        Huber, 1964, https://doi.org/10.1214/aoms/1177703732

    >>> keras.losses.huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [1.5]
    """
    y_true, y_pred = matched(y_true, y_pred)
    error = ops.abs(y_true - y_pred)
    square, line = 0.5 * ops.square(error), delta * error - 0.5 * delta * delta
    return ops.mean(ops.where(error <= delta, square, line), axis=-1)


@compares("values")
@means_over_labels
def log_cosh(y_true: Any, y_pred: Any) -> jax.Array:
    """`mean(log(cosh(y_pred - y_true)))` along the last axis.

    Args:
        y_true: targets of shape (batch, ..., n).
        y_pred: predictions of the same shape.

    Returns:
        Tensor of shape (batch, ...).

    >>> round(keras.losses.log_cosh([[0.0]], [[1.0]]).item(), 4)
    0.4338
    """
    y_true, y_pred = matched(y_true, y_pred)
    error = y_pred - y_true
    # cosh itself overflows float32 above 89.
    return ops.mean(error + ops.softplus(-2.0 * error) - math.log(2.0), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Minus the cosine of the angle between targets and predictions; -1 where they agree.

    Args:
        y_true: targets, tensor of any shape.
        y_pred: predictions of the same shape.
        axis: axis along which the vectors lie.

    Returns:
        Tensor without that axis. 0 where one of the vectors is 0.

    >>> keras.losses.cosine_similarity([[2.0, 0.0]], [[3.0, 0.0]]).tolist()
    [-1.0]
    """
    y_true, y_pred = matched(y_true, y_pred)
    return -ops.sum(ops.normalize(y_true, axis) * ops.normalize(y_pred, axis), axis=axis)


class MeanSquaredError(FunctionLoss):
    """`mean((y_true - y_pred)²)`.

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> keras.losses.MeanSquaredError()([[0.0, 1.0]], [[2.0, 1.0]]).item()
    2.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ):
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(FunctionLoss):
    """`mean(abs(y_true - y_pred))`.

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> keras.losses.MeanAbsoluteError()([[0.0, 1.0]], [[2.0, 1.0]]).item()
    1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ):
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(FunctionLoss):
    """`100 * mean(abs(y_true - y_pred) / abs(y_true))`.

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> keras.losses.MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 4.0]]).item()
    25.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(FunctionLoss):
    """`mean((log(1 + y_true) - log(1 + y_pred))²)`.

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> keras.losses.MeanSquaredLogarithmicError()([[3.0]], [[3.0]]).item()
    0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class Huber(FunctionLoss):
    """Half the squared error, linear where it exceeds `delta`.

    Args:
        delta: error at which the square goes over into a line, positive.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> keras.losses.Huber()([[0.0, 0.0]], [[1.0, 3.0]]).item()
    1.5
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ):
        super().__init__(huber, reduction, name, dtype, delta=delta)


class LogCosh(FunctionLoss):
    """`mean(log(cosh(y_pred - y_true)))`: like the squared error near 0, the absolute far away.

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> keras.losses.LogCosh()([[1.0]], [[1.0]]).item()
    0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "log_cosh",
        dtype: Any = None,
    ):
        super().__init__(log_cosh, reduction, name, dtype)


class CosineSimilarity(FunctionLoss):
    """Minus the cosine of the angle between targets and predictions.

    Args:
        axis: axis along which the vectors lie.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> keras.losses.CosineSimilarity()([[2.0, 0.0]], [[3.0, 0.0]]).item()
    -1.0
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ):
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
