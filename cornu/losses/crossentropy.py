"""Cross-entropies of predicted probabilities or logits.

Predictions reach `ops` as the object that the model returned, since the operations recognize by
identity what a softmax or sigmoid has made (see `cornu/ops/nn/origin.py`).
"""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.core import masking
from cornu.engine.user_warnings import warn
from cornu.losses.base import FunctionLoss, means_over_labels
from cornu.losses.targets import compares
from cornu.losses.tensors import class_indices, float_tensor, matched


@compares("binary", outputs="probabilities")
@means_over_labels
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Mean along `axis` of the cross-entropy of binary targets.

    Args:
        y_true: targets 0 or 1 of shape (batch, ..., n).
        y_pred: probabilities, or logits, of the same shape.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: in [0, 1]; targets move that far towards 0.5.
        axis: axis of the mean.

    Returns:
        Tensor without that axis.

    Raises:
        ValueError: for a `label_smoothing` outside of [0, 1].

    >>> round(keras.losses.binary_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).item(), 4)
    0.6931
    """
    check_smoothing(label_smoothing)
    y_true, y_pred = matched(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


@compares("one-hot", outputs="probabilities")
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Cross-entropy of one-hot targets.

    Args:
        y_true: one-hot targets, or probabilities, of shape (batch, ..., classes).
        y_pred: probabilities, or logits, of the same shape.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: in [0, 1]; fraction of the target spread evenly over all classes.
        axis: the class axis.

    Returns:
        Tensor without the class axis.

    Raises:
        ValueError: if the shapes differ, or for a `label_smoothing` outside of [0, 1].

    >>> round(keras.losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).item(), 4)
    0.6931
    """
    check_smoothing(label_smoothing)
    y_true, y_pred = matched(y_true, y_pred)
    warn_of_one_class("categorical_crossentropy", y_pred, axis)
    y_true = smoothed(y_true, label_smoothing, axis)
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


@compares("class indices", outputs="probabilities")
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> jax.Array:
    """Cross-entropy of class indices.

    Args:
        y_true: class indices of shape (batch, ...), or (batch, ..., 1).
        y_pred: probabilities, or logits, of shape (batch, ..., classes).
        from_logits: whether `y_pred` holds logits.
        ignore_class: number of a class that does not count, such as -1 for "unknown".
        axis: the class axis.

    Returns:
        Tensor without the class axis; 0 where the class is ignored.

    Raises:
        ValueError: if the shapes do not fit together.

    >>> round(keras.losses.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).item(), 4)
    0.6931
    """
    y_pred = float_tensor(y_pred)
    warn_of_one_class("sparse_categorical_crossentropy", y_pred, axis)
    y_true = class_indices(y_true, y_pred, axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=from_logits, axis=axis
        )
    counted = y_true != ignore_class
    loss = ops.sparse_categorical_crossentropy(
        ops.where(counted, y_true, 0), y_pred, from_logits=from_logits, axis=axis
    )
    loss = ops.where(counted, loss, 0.0)
    # Means are taken over what counts.
    masking.set_mask(loss, counted)
    return loss


def smoothed(y_true: Any, label_smoothing: float, axis: int) -> Any:
    """One-hot targets of which a share is spread evenly over all classes."""
    if not label_smoothing:
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[axis]


def check_smoothing(label_smoothing: Any) -> None:
    """Refuse a share that is none."""
    if isinstance(label_smoothing, (int, float)) and not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie in [0, 1]; got {label_smoothing!r}.")


def warn_of_one_class(name: str, y_pred: Any, axis: int) -> None:
    """Warn that nothing is learned from the probability of the only class."""
    if y_pred.shape and y_pred.shape[axis] == 1:
        warn(
            f"{name} got predictions of shape {tuple(y_pred.shape)}, that is one class, whose "
            "probability is always 1. For a binary target use 'binary_crossentropy'.",
            SyntaxWarning,
        )


class BinaryCrossentropy(FunctionLoss):
    """Cross-entropy of binary targets.

    Args:
        from_logits: whether predictions are logits.
        label_smoothing: in [0, 1]; targets move that far towards 0.5.
        axis: axis of the mean.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    Raises:
        ValueError: for a `label_smoothing` outside of [0, 1].

    >>> loss = keras.losses.BinaryCrossentropy()
    >>> round(loss([[1.0, 0.0]], [[0.5, 0.5]]).item(), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ):
        check_smoothing(label_smoothing)
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalCrossentropy(FunctionLoss):
    """Cross-entropy of one-hot targets.

    Args:
        from_logits: whether predictions are logits.
        label_smoothing: in [0, 1]; fraction of the target spread evenly over all classes.
        axis: the class axis.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    Raises:
        ValueError: for a `label_smoothing` outside of [0, 1].

    >>> loss = keras.losses.CategoricalCrossentropy()
    >>> round(loss([[0.0, 1.0]], [[0.5, 0.5]]).item(), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ):
        check_smoothing(label_smoothing)
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(FunctionLoss):
    """Cross-entropy of class indices.

    Args:
        from_logits: whether predictions are logits.
        ignore_class: number of a class that does not count.
        reduction: see `keras.Loss`.
        axis: the class axis.
        name: its name.
        dtype: see `keras.Loss`.

    >>> loss = keras.losses.SparseCategoricalCrossentropy()
    >>> round(loss([1], [[0.5, 0.5]]).item(), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
