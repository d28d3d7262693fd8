"""Reading elements by index or condition, and the indices themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.ops.inference import shown
from cornu.ops.op import TensorLike, as_array, op, operand
from cornu.ops.symbolic import KerasTensor


# A slice of an axis of unknown size has an unknown size whatever its bounds, so one probe is empty.
@op(tensors=("x", "key"), probes=(0, 89))
def get_item(x: TensorLike, key: Any) -> jax.Array:
    """`x[key]`: what NumPy's indexing gives.

    Args:
        x: tensor of any shape.
        key: int, slice, `...`, None, tensor of integers or bools, or a tuple of these.

    Raises:
        IndexError: if a plain integer lies outside its axis.

    >>> keras.ops.get_item([[1, 2], [3, 4]], (slice(None), 1))
    Array([2, 4], dtype=int32)
    """
    x = as_array(x)
    _check_bounds(shown(x.shape), key if isinstance(key, tuple) else (key,))
    return x[key]


PLAIN_KEYS = (int, np.integer, slice)


def _check_bounds(shape: tuple, key: tuple) -> None:
    """Raise an error for integers outside of known axes: JAX reads the axis's end there."""
    if not all(part is None or part is Ellipsis or isinstance(part, PLAIN_KEYS) for part in key):
        return
    used = sum(part is not None and part is not Ellipsis for part in key)
    axis = 0
    for part in key:
        if part is Ellipsis:
            axis += len(shape) - used
        elif part is not None:
            size = shape[axis] if axis < len(shape) else None
            if not isinstance(part, slice) and size is not None and not -size <= part < size:
                raise IndexError(
                    f"index {part} lies outside of axis {axis}, whose size is {size}, of a tensor "
                    f"of shape {shape}"
                )
            axis += 1


@op
def take(x: TensorLike, indices: TensorLike, axis: int | None = None) -> jax.Array:
    """Elements or slices at indices along an axis.

    Args:
        x: tensor of any shape.
        indices: tensor of integers; negative ones count from the end. Outside the axis the
            result is NaN, or the smallest number of an integer type.
        axis: axis to take along; the flattened tensor for None.

    Returns:
        `x` with `axis` replaced by the axes of `indices`.

    >>> keras.ops.take([5, 6, 7], [0, -1])
    Array([5, 7], dtype=int32)
    """
    return jnp.take(as_array(x), operand(indices), axis)


@op
def take_along_axis(x: TensorLike, indices: TensorLike, axis: int | None = None) -> jax.Array:
    """One element for each index, along an axis: what `argsort` or `argmax` point at.

    Args:
        x: tensor of any shape.
        indices: tensor of integers with the same number of axes; the others broadcast.
        axis: axis to take along; the flattened tensor for None.

    >>> keras.ops.take_along_axis([[5, 6], [7, 8]], [[1], [0]], axis=1)
    Array([[6],
           [7]], dtype=int32)
    """
    return jnp.take_along_axis(as_array(x), as_array(indices), axis)


def _indices_spec(x: KerasTensor) -> tuple[KerasTensor, ...]:
    """One tensor of unknown length for each axis."""
    return tuple(KerasTensor((None,), "int32") for _ in x.shape)


@op(spec=_indices_spec)
def nonzero(x: TensorLike) -> tuple[jax.Array, ...]:
    """The indices of the elements that are not 0, one tensor for each axis.

    Args:
        x: tensor of any shape. Their number depends on values, so this cannot be compiled.

    >>> keras.ops.nonzero([0, 5, 7])
    (Array([1, 2], dtype=int32),)
    """
    return jnp.nonzero(as_array(x))


def where(condition: TensorLike, x1: TensorLike | None = None, x2: TensorLike | None = None) -> Any:
    """`x1` where the condition is true, `x2` elsewhere.

    Args:
        condition: tensor of bools.
        x1: tensor or number; its shape broadcasts against the others'.
        x2: likewise.

    Returns:
        Tensor; without `x1` and `x2`, the indices where the condition holds, as `nonzero`.

    >>> keras.ops.where([True, False], 1, 2).tolist()
    [1, 2]
    """
    if x1 is None and x2 is None:
        return nonzero(condition)
    if x1 is None or x2 is None:
        raise ValueError("where takes both x1 and x2, or neither; got one of them.")
    return choose(condition, x1, x2)


@op(name="where")
def choose(condition: TensorLike, x1: TensorLike, x2: TensorLike) -> jax.Array:
    """The form of `where` with three arguments."""
    return jnp.where(operand(condition), operand(x1), operand(x2))


@op(tensors=("condlist", "choicelist", "default"))
def select(
    condlist: Sequence[TensorLike], choicelist: Sequence[TensorLike], default: TensorLike = 0
) -> jax.Array:
    """Elements of the first choice whose condition is true.

    Args:
        condlist: tensors of bools.
        choicelist: as many tensors of the same shape.
        default: what stands where no condition is true.

    >>> keras.ops.select([[True, False], [True, False]], [[1, 2], [3, 4]], 9)
    Array([1, 9], dtype=int32)
    """
    return jnp.select(
        [as_array(c) for c in condlist], [as_array(c) for c in choicelist], operand(default)
    )


@op(tensors=("sorted_sequence", "values"))
def searchsorted(sorted_sequence: TensorLike, values: TensorLike, side: str = "left") -> jax.Array:
    """Where values would have to be inserted into a sorted sequence.

    Args:
        sorted_sequence: tensor of one dimension, in ascending order.
        values: tensor of any shape.
        side: `"left"` (before equal elements) or `"right"` (after them).

    Returns:
        Integer tensor of the shape of `values`.

    >>> keras.ops.searchsorted([1, 3, 5], [3, 9])
    Array([1, 3], dtype=int32)
    """
    sorted_sequence = as_array(sorted_sequence)
    if sorted_sequence.ndim != 1:
        raise ValueError(
            "searchsorted expects sorted_sequence of one dimension; got shape "
            f"{sorted_sequence.shape}."
        )
    return jnp.searchsorted(sorted_sequence, operand(values), side=side)


@op(tensors=("x", "bins"))
def digitize(x: TensorLike, bins: TensorLike) -> jax.Array:
    """The number of the bin that each element falls into.

    Args:
        x: tensor of any shape.
        bins: edges in ascending order, one dimension.

    Returns:
        Integer tensor of the shape of `x`: 0 below the first edge, `len(bins)` from the last on.

    >>> keras.ops.digitize([0.5, 2.0], [0.0, 1.0, 2.0])
    Array([1, 3], dtype=int32)
    """
    return jnp.digitize(as_array(x), as_array(bins))


@op
def unravel_index(indices: TensorLike, shape: Sequence[int]) -> tuple[jax.Array, ...]:
    """Indices of the flattened tensor as indices along each axis.

    Args:
        indices: tensor of integers.
        shape: shape of the tensor they point into.

    >>> keras.ops.unravel_index([5], (2, 3))
    (Array([1], dtype=int32), Array([2], dtype=int32))
    """
    return jnp.unravel_index(as_array(indices), tuple(shape))
