"""Losses with a margin, for targets of -1 and 1, or one-hot classes."""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.losses.base import FunctionLoss, means_over_labels
from cornu.losses.targets import compares
from cornu.losses.tensors import matched


@means_over_labels
def hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """`mean(max(1 - y_true * y_pred, 0))` along the last axis.

    Args:
        y_true: targets -1 or 1 of shape (batch, ..., n); if all are 0 or 1, 0 means -1.
        y_pred: scores of the same shape.

    Returns:
        Tensor of shape (batch, ...).

    >>> keras.losses.hinge([[-1.0, 1.0]], [[0.5, 2.0]]).tolist()
    [0.75]
    """
    y_true, y_pred = matched(y_true, y_pred)
    return ops.mean(ops.maximum(1.0 - signs(y_true) * y_pred, 0.0), axis=-1)


@means_over_labels
def squared_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """`mean(max(1 - y_true * y_pred, 0)²)` along the last axis.

    Args:
        y_true: targets -1 or 1 of shape (batch, ..., n); if all are 0 or 1, 0 means -1.
        y_pred: scores of the same shape.

    Returns:
        Tensor of shape (batch, ...).

    >>> keras.losses.squared_hinge([[-1.0, 1.0]], [[1.0, 2.0]]).tolist()
    [2.0]
    """
    y_true, y_pred = matched(y_true, y_pred)
    return ops.mean(ops.square(ops.maximum(1.0 - signs(y_true) * y_pred, 0.0)), axis=-1)


@compares("one-hot")
def categorical_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """`max(1 + highest score of a wrong class - score of the right class, 0)`.

    Args:
        y_true: one-hot targets of shape (batch, ..., classes).
        y_pred: scores of the same shape.

    Returns:
        Tensor of shape (batch, ...).

    >>> keras.losses.categorical_hinge([[0.0, 1.0]], [[0.5, 1.0]]).tolist()
    [0.5]
    """
    y_true, y_pred = matched(y_true, y_pred)
    right = ops.sum(y_true * y_pred, axis=-1)
    wrong = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(wrong - right + 1.0, 0.0)


def signs(y_true: Any) -> Any:
    """Targets of 0 and 1 as -1 and 1; others as they are."""
    binary = ops.all((y_true == 0) | (y_true == 1))
    return ops.where(binary, 2.0 * y_true - 1.0, y_true)


class Hinge(FunctionLoss):
    """`mean(max(1 - y_true * y_pred, 0))`, targets -1 or 1 (or 0 or 1).

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> keras.losses.Hinge()([[-1.0, 1.0]], [[0.5, 2.0]]).item()
    0.75
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "hinge",
        dtype: Any = None,
    ):
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(FunctionLoss):
    """`mean(max(1 - y_true * y_pred, 0)²)`, targets -1 or 1 (or 0 or 1).

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> keras.losses.SquaredHinge()([[-1.0, 1.0]], [[1.0, 2.0]]).item()
    2.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ):
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(FunctionLoss):
    """`max(1 + highest score of a wrong class - score of the right class, 0)`.

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> keras.losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]).item()
    0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ):
        super().__init__(categorical_hinge, reduction, name, dtype)
