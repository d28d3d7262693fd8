"""Losses of overlapping regions, for segmentation."""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.engine import config
from cornu.losses.base import FunctionLoss
from cornu.losses.tensors import matched


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> jax.Array:
    """`1 - 2 * overlap / (size of the target + size of the prediction)`.

    Args:
        y_true: targets in [0, 1], tensor of any shape.
        y_pred: predictions of the same shape.
        axis: axes of one region; None for all, which gives a scalar.

    Returns:
        Tensor without these axes.

    >>> keras.losses.dice([[1.0, 0.0]], [[0.5, 0.5]]).item()
    0.5
    """
    y_true, y_pred = matched(y_true, y_pred)
    overlap = ops.sum(y_true * y_pred, axis=axis)
    sizes = ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis)
    return 1.0 - (2.0 * overlap) / (sizes + config.epsilon())


def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> jax.Array:
    """`1 - overlap / (overlap + alpha * false positives + beta * false negatives)`.

    Args:
        y_true: targets in [0, 1], tensor of any shape.
        y_pred: predictions of the same shape.
        alpha: how much false positives count.
        beta: how much false negatives count.
        axis: axes of one region; None for all, which gives a scalar.

    Returns:
        Tensor without these axes.

    References:
        Salehi et al., 2017, https://arxiv.org/abs/1706.05721

    >>> round(keras.losses.tversky([[1.0, 0.0]], [[0.5, 0.5]]).item(), 4)
    0.5
    """
    y_true, y_pred = matched(y_true, y_pred)
    overlap = ops.sum(y_true * y_pred, axis=axis)
    false_positives = ops.sum((1.0 - y_true) * y_pred, axis=axis)
    false_negatives = ops.sum(y_true * (1.0 - y_pred), axis=axis)
    size = overlap + alpha * false_positives + beta * false_negatives
    return 1.0 - overlap / (size + config.epsilon())


class Dice(FunctionLoss):
    """`1 - 2 * overlap / (size of the target + size of the prediction)`.

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        axis: axes of one region; None for all.
        dtype: see `keras.Loss`.

    >>> keras.losses.Dice()([[1.0, 0.0]], [[0.5, 0.5]]).item()
    0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Any = None,
        dtype: Any = None,
    ):
        super().__init__(dice, reduction, name, dtype, axis=axis)


class Tversky(FunctionLoss):
    """`1 - overlap / (overlap + alpha * false positives + beta * false negatives)`.

    Args:
        alpha: how much false positives count.
        beta: how much false negatives count.
        reduction: see `keras.Loss`.
        name: its name.
        axis: axes of one region; None for all.
        dtype: see `keras.Loss`.

    References:
        Salehi et al., 2017, https://arxiv.org/abs/1706.05721

    >>> round(keras.losses.Tversky()([[1.0, 0.0]], [[0.5, 0.5]]).item(), 4)
    0.5
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ):
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
