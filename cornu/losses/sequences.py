"""The loss of unaligned sequences."""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.losses.base import FunctionLoss
from cornu.losses.targets import compares
from cornu.losses.tensors import float_tensor


@compares("index sequences")
def ctc(y_true: Any, y_pred: Any) -> jax.Array:
    """Connectionist temporal classification.

    Args:
        y_true: labels from 1 on, integers of shape (batch, labels), padded with 0.
        y_pred: logits of shape (batch, steps, classes); class 0 means "no label here".

    Returns:
        Tensor of shape (batch,).

    Raises:
        ValueError: if the ranks are others.

    References:
        Graves et al., 2006, https://www.cs.toronto.edu/~graves/icml_2006.pdf

    >>> round(keras.losses.ctc([[1]], keras.ops.zeros((1, 2, 3))).item(), 4)
    1.0986
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), float_tensor(y_pred)
    if len(y_true.shape) != 2 or len(y_pred.shape) != 3:
        raise ValueError(
            "ctc takes labels of shape (batch, labels) and logits of shape (batch, steps, "
            f"classes); got {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
        )
    batch, steps = ops.shape(y_pred)[0], ops.shape(y_pred)[1]
    labels = ops.sum(ops.cast(y_true != 0, "int32"), axis=-1)
    return ops.ctc_loss(y_true, y_pred, labels, steps * ops.ones((batch,), "int32"))


class CTC(FunctionLoss):
    """Connectionist temporal classification: the loss of unaligned sequences.

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    References:
        Graves et al., 2006, https://www.cs.toronto.edu/~graves/icml_2006.pdf

    >>> round(keras.losses.CTC()([[1]], keras.ops.zeros((1, 2, 3))).item(), 4)
    1.0986
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "ctc",
        dtype: Any = None,
    ):
        super().__init__(ctc, reduction, name, dtype)
