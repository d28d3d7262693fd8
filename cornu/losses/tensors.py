"""How losses and metrics bring targets and predictions together: dtypes, ranks, masks, weights."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.engine import dtypes
from cornu.ops.op import as_float
from cornu.ops.symbolic import KerasTensor


def as_dtype(x: Any, dtype: Any) -> Any:
    """The tensor in that dtype; the very same object if it has it already."""
    if x is None:
        return None
    if isinstance(x, KerasTensor):
        return x if x.dtype == dtypes.standardize_dtype(dtype) else ops.cast(x, dtype)
    dtype = dtypes.canonical(dtype)
    if isinstance(x, jax.Array) and x.dtype == dtype:
        return x
    return ops.convert_to_tensor(x, dtype=dtype.name)


def float_tensor(x: Any) -> Any:
    """The tensor, in the default float type if it holds no floats; else the very same object."""
    if isinstance(x, KerasTensor):
        return x if dtypes.is_float(x.dtype) else ops.cast(x, dtypes.standardize_dtype(None))
    return as_float(x)


def same_rank(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Give the lower-ranked of two tensors the last axis of size 1 that it lacks.

    Predictions pass untouched where it is the targets that lack it.
    """
    difference = len(y_pred.shape) - len(y_true.shape)
    if difference == 1 and y_pred.shape[-1] == 1:
        return ops.expand_dims(y_true, -1), y_pred
    if difference == -1 and y_true.shape[-1] == 1:
        return y_true, ops.expand_dims(y_pred, -1)
    return y_true, y_pred


def matched(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Targets in the predictions' float type, and both of the same rank if an axis of 1 is all
    that is missing.

    Raises:
        ValueError: if the shapes do not broadcast.
    """
    y_pred = float_tensor(y_pred)
    y_true, y_pred = same_rank(as_dtype(y_true, y_pred.dtype), y_pred)
    for one, other in zip(reversed(y_true.shape), reversed(y_pred.shape)):
        if one != other and None not in (one, other) and 1 not in (one, other):
            raise ValueError(
                f"Targets of shape {tuple(y_true.shape)} do not fit predictions of shape "
                f"{tuple(y_pred.shape)}. Give the last layer as many units as there are targets, "
                "or check the targets."
            )
    return y_true, y_pred


def align_weights(weights: Any, values: Any, what: str = "sample_weight") -> Any:
    """Weights with axes of size 1 behind them, so that they broadcast against the values.

    Weights shaped like the first axes of the values count samples (or samples and steps); an
    axis of size 1 too many is dropped; anything else broadcasts as it is.

    Raises:
        ValueError: if they do not fit the values.
    """
    rank, wanted = len(weights.shape), len(values.shape)
    if rank == wanted + 1 and weights.shape[-1] == 1:
        return ops.squeeze(weights, -1)
    if 0 < rank < wanted and tuple(weights.shape) == tuple(values.shape[:rank]):
        return jnp.reshape(weights, (*weights.shape, *(1,) * (wanted - rank)))
    sizes = zip(reversed(weights.shape), reversed(values.shape))
    if 0 < wanted < rank or any(1 not in pair and len({*pair, None}) == 3 for pair in sizes):
        fitting = [tuple(values.shape[:count]) for count in range(1, wanted + 1)]
        raise ValueError(
            f"{what} has shape {tuple(weights.shape)}, but the values it weighs have shape "
            f"{tuple(values.shape)}. Give one weight per sample"
            f"{', or per step or pixel' if wanted > 1 else ''}: an array of shape "
            f"{' or '.join(map(str, fitting))}."
        )
    return weights


def check_mask(owner: str, tensor: Any, mask: Any) -> None:
    """Refuse a mask that does not say for each of the first axes of a tensor what counts.

    Raises:
        ValueError: if it has more axes than the tensor, or others.
    """
    found, shape = tuple(mask.shape), tuple(tensor.shape)
    fits = len(found) <= len(shape) and all(m in (1, n) for m, n in zip(found, shape))
    if not fits:
        raise ValueError(
            f"{owner} got predictions of shape {shape} with a mask of shape {found}. A mask has "
            "the shape of the predictions' first axes: let the layer that changes them define "
            "`compute_mask`, or drop the mask there by `supports_masking = False`."
        )


def class_indices(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Sparse targets as they are, without a class axis of size 1."""
    y_true = ops.convert_to_tensor(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape and y_true.shape[axis] == 1:
        return ops.squeeze(y_true, axis)
    return y_true
