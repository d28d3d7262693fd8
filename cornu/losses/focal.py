"""Focal losses: cross-entropies in which what is already predicted well counts less.

Lin et al., 2018, https://arxiv.org/abs/1708.02002
"""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.engine import config
from cornu.losses.base import FunctionLoss, means_over_labels
from cornu.losses.crossentropy import check_smoothing, smoothed, warn_of_one_class
from cornu.losses.targets import compares
from cornu.losses.tensors import matched


@compares("binary", outputs="probabilities")
@means_over_labels
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Binary cross-entropy times `(1 - p)^gamma`, `p` the probability given to the target.

    Args:
        y_true: targets 0 or 1 of shape (batch, ..., n).
        y_pred: probabilities, or logits, of the same shape.
        apply_class_balancing: whether positives are weighted with `alpha`, negatives with
            `1 - alpha`.
        alpha: weight of the positives, in [0, 1].
        gamma: how much less easy examples count; 0 gives the cross-entropy.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: in [0, 1]; targets move that far towards 0.5.
        axis: axis of the mean.

    Returns:
        Tensor without that axis.

    >>> round(keras.losses.binary_focal_crossentropy([[1.0]], [[0.5]]).item(), 4)
    0.1733
    """
    check_smoothing(label_smoothing)
    y_true, y_pred = matched(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    loss = ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    positive = ops.sigmoid(y_pred) if from_logits else y_pred
    given = y_true * positive + (1.0 - y_true) * (1.0 - positive)
    loss = ops.power(1.0 - given, gamma) * loss
    if apply_class_balancing:
        loss = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * loss
    return ops.mean(loss, axis=axis)


@compares("one-hot", outputs="probabilities")
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Cross-entropy of one-hot targets times `alpha * (1 - p)^gamma`.

    Args:
        y_true: one-hot targets of shape (batch, ..., classes).
        y_pred: probabilities, or logits, of the same shape.
        alpha: weight of the classes, a number or one number for each.
        gamma: how much less easy examples count.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: in [0, 1]; fraction of the target spread evenly over all classes.
        axis: the class axis.

    Returns:
        Tensor without the class axis.

    >>> loss = keras.losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
    >>> round(loss.item(), 4)
    0.0433
    """
    check_smoothing(label_smoothing)
    y_true, y_pred = matched(y_true, y_pred)
    warn_of_one_class("categorical_focal_crossentropy", y_pred, axis)
    y_true = smoothed(y_true, label_smoothing, axis)
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    y_pred = y_pred / ops.sum(y_pred, axis=axis, keepdims=True)
    y_pred = ops.clip(y_pred, config.epsilon(), 1.0 - config.epsilon())
    factors = ops.power(1.0 - y_pred, gamma) * ops.cast(alpha, y_pred.dtype)
    return ops.sum(-factors * y_true * ops.log(y_pred), axis=axis)


class BinaryFocalCrossentropy(FunctionLoss):
    """Binary cross-entropy in which what is already predicted well counts less.

    Args:
        apply_class_balancing: whether positives are weighted with `alpha`, negatives with
            `1 - alpha`.
        alpha: weight of the positives, in [0, 1].
        gamma: how much less easy examples count.
        from_logits: whether predictions are logits.
        label_smoothing: in [0, 1]; targets move that far towards 0.5.
        axis: axis of the mean.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    References:
        Lin et al., 2018, https://arxiv.org/abs/1708.02002

    >>> round(keras.losses.BinaryFocalCrossentropy()([[1.0]], [[0.5]]).item(), 4)
    0.1733
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ):
        check_smoothing(label_smoothing)
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
        )


class CategoricalFocalCrossentropy(FunctionLoss):
    """Cross-entropy of one-hot targets in which what is already predicted well counts less.

    Args:
        alpha: weight of the classes, a number or one number for each.
        gamma: how much less easy examples count.
        from_logits: whether predictions are logits.
        label_smoothing: in [0, 1]; fraction of the target spread evenly over all classes.
        axis: the class axis.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    References:
        Lin et al., 2018, https://arxiv.org/abs/1708.02002

    >>> loss = keras.losses.CategoricalFocalCrossentropy()
    >>> round(loss([[0.0, 1.0]], [[0.5, 0.5]]).item(), 4)
    0.0433
    """

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ):
        check_smoothing(label_smoothing)
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
            alpha=alpha,
            gamma=gamma,
        )
