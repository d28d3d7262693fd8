"""Blocks of a tensor read and written at positions that may be tensors, and scattered updates."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_array, op, operand


@op(tensors=("inputs", "start_indices"))
def slice(inputs: TensorLike, start_indices: TensorLike, shape: Sequence[int]) -> jax.Array:
    """A block of a tensor.

    Args:
        inputs: tensor of n dimensions.
        start_indices: integer tensor of shape (n,), where the block begins. A block that would
            reach beyond the end is moved back inside.
        shape: the block's shape; -1 means up to the end.

    >>> keras.ops.slice([1, 2, 3, 4], [1], (2,))
    Array([2, 3], dtype=int32)
    """
    inputs = as_array(inputs)
    sizes = [
        inputs.shape[i] - int(start_indices[i]) if size == -1 else size
        for i, size in enumerate(shape)
    ]
    return jax.lax.dynamic_slice(inputs, _starts(start_indices), sizes)


@op(tensors=("inputs", "start_indices", "updates"))
def slice_update(inputs: TensorLike, start_indices: TensorLike, updates: TensorLike) -> jax.Array:
    """The tensor with a block replaced.

    Args:
        inputs: tensor of n dimensions.
        start_indices: integer tensor of shape (n,), where the block begins. A block that would
            reach beyond the end is moved back inside.
        updates: the new block, a tensor of n dimensions of the dtype of `inputs`.

    >>> keras.ops.slice_update([1, 2, 3, 4], [1], [9, 9])
    Array([1, 9, 9, 4], dtype=int32)
    """
    return jax.lax.dynamic_update_slice(as_array(inputs), as_array(updates), _starts(start_indices))


def _starts(start_indices: TensorLike) -> tuple:
    if isinstance(start_indices, (list, tuple)):
        return tuple(start_indices)
    return tuple(as_array(start_indices))


@op(tensors=("indices", "values"))
def scatter(indices: TensorLike, values: TensorLike, shape: Sequence[int]) -> jax.Array:
    """A tensor of zeros with values at some places; values at the same place add up.

    Args:
        indices: integer tensor of shape (..., k), k leading indices for each place.
        values: tensor of shape (..., *shape[k:]).
        shape: shape of the result.

    >>> keras.ops.scatter([[1], [3]], [5, 7], (4,))
    Array([0, 5, 0, 7], dtype=int32)
    """
    values = as_array(values)
    return jnp.zeros(shape, values.dtype).at[_places(indices)].add(values)


@op
def scatter_update(
    inputs: TensorLike, indices: TensorLike, updates: TensorLike, reduction: str | None = None
) -> jax.Array:
    """The tensor with new values at some places.

    Args:
        inputs: tensor of any shape.
        indices: integer tensor of shape (n, k), k leading indices for each place.
        updates: tensor of shape (n, *inputs.shape[k:]).
        reduction: how the new value combines with the old: `"add"`, `"mul"`, `"max"` or `"min"`;
            it replaces it for None.

    >>> keras.ops.scatter_update([1, 2, 3], [[0], [2]], [7, 8])
    Array([7, 2, 8], dtype=int32)
    """
    place = as_array(inputs).at[_places(indices)]
    updates = operand(updates)
    if reduction is None:
        return place.set(updates)
    if reduction not in ("add", "mul", "max", "min"):
        raise ValueError(
            f"scatter_update takes reduction None, 'add', 'mul', 'max' or 'min'; got {reduction!r}."
        )
    return getattr(place, {"mul": "multiply"}.get(reduction, reduction))(updates)


def _places(indices: TensorLike) -> tuple:
    return tuple(jnp.moveaxis(as_array(indices), -1, 0))
