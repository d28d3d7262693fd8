"""New shapes, orders of axes, repetition and padding of the same elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.op import Axes, TensorLike, as_array, op, operand


@op
def reshape(x: TensorLike, newshape: int | Sequence[int]) -> jax.Array:
    """The elements in another shape.

    Args:
        x: tensor of any shape.
        newshape: the new shape; one size may be -1, or an unknown size of a symbolic tensor, which
            means what is left.

    >>> keras.ops.reshape([1, 2, 3, 4], (2, -1))
    Array([[1, 2],
           [3, 4]], dtype=int32)
    """
    if isinstance(newshape, Sequence):
        newshape = tuple(-1 if size is None else size for size in newshape)
    return jnp.reshape(as_array(x), newshape)


@op
def ravel(x: TensorLike) -> jax.Array:
    """The elements in one row.

    Args:
        x: tensor of any shape.

    >>> keras.ops.ravel([[1, 2], [3, 4]])
    Array([1, 2, 3, 4], dtype=int32)
    """
    return jnp.ravel(as_array(x))


@op
def expand_dims(x: TensorLike, axis: int | Sequence[int]) -> jax.Array:
    """New axes of size 1.

    Args:
        x: tensor of any shape.
        axis: where the new axes stand in the result.

    >>> keras.ops.expand_dims([1, 2], -1).shape
    (2, 1)
    """
    return jnp.expand_dims(operand(x), axis)


@op
def squeeze(x: TensorLike, axis: Axes = None) -> jax.Array:
    """Axes of size 1 taken out.

    Args:
        x: tensor of any shape.
        axis: axes to take out; all of size 1 for None.

    >>> keras.ops.squeeze([[[1], [2]]]).shape
    (2,)
    """
    return jnp.squeeze(as_array(x), axis)


@op
def transpose(x: TensorLike, axes: Sequence[int] | None = None) -> jax.Array:
    """Axes in another order.

    Args:
        x: tensor of any shape.
        axes: which axis of `x` comes where; the reverse order for None.

    >>> keras.ops.transpose([[1, 2], [3, 4]])
    Array([[1, 3],
           [2, 4]], dtype=int32)
    """
    return jnp.transpose(as_array(x), axes)


@op
def swapaxes(x: TensorLike, axis1: int, axis2: int) -> jax.Array:
    """Two axes exchanged.

    Args:
        x: tensor of any shape.
        axis1, axis2: the axes.

    >>> keras.ops.swapaxes([[1, 2]], 0, 1).shape
    (2, 1)
    """
    return jnp.swapaxes(as_array(x), axis1, axis2)


@op
def moveaxis(
    x: TensorLike, source: int | Sequence[int], destination: int | Sequence[int]
) -> jax.Array:
    """Axes moved to other places, the others keeping their order.

    Args:
        x: tensor of any shape.
        source: axes to move.
        destination: their new places.

    >>> keras.ops.moveaxis([[[1, 2]]], -1, 0).shape
    (2, 1, 1)
    """
    return jnp.moveaxis(as_array(x), source, destination)


@op
def flip(x: TensorLike, axis: Axes = None) -> jax.Array:
    """Elements in reverse order along axes.

    Args:
        x: tensor of any shape.
        axis: axes to turn round; all of them for None.

    >>> keras.ops.flip([1, 2, 3])
    Array([3, 2, 1], dtype=int32)
    """
    return jnp.flip(as_array(x), axis)


@op
def fliplr(x: TensorLike) -> jax.Array:
    """Elements in reverse order along axis 1.

    Args:
        x: tensor of any shape.

    >>> keras.ops.fliplr([[1, 2], [3, 4]])
    Array([[2, 1],
           [4, 3]], dtype=int32)
    """
    return jnp.fliplr(as_array(x))


@op
def flipud(x: TensorLike) -> jax.Array:
    """Elements in reverse order along axis 0.

    Args:
        x: tensor of any shape.

    >>> keras.ops.flipud([[1, 2], [3, 4]])
    Array([[3, 4],
           [1, 2]], dtype=int32)
    """
    return jnp.flipud(as_array(x))


@op
def rot90(array: TensorLike, k: int = 1, axes: tuple[int, int] = (0, 1)) -> jax.Array:
    """A plane turned by quarters of a circle.

    Args:
        array: tensor of two or more dimensions.
        k: number of quarters, anticlockwise.
        axes: the plane to turn.

    >>> keras.ops.rot90([[1, 2], [3, 4]])
    Array([[2, 4],
           [1, 3]], dtype=int32)
    """
    return jnp.rot90(as_array(array), k, axes)


@op
def roll(x: TensorLike, shift: int | Sequence[int], axis: Axes = None) -> jax.Array:
    """Elements moved along axes; what falls off one end comes in at the other.

    Args:
        x: tensor of any shape.
        shift: number of places, one for each axis.
        axis: axes to move along; the flattened tensor for None.

    >>> keras.ops.roll([1, 2, 3], 1)
    Array([3, 1, 2], dtype=int32)
    """
    return jnp.roll(as_array(x), shift, axis)


@op
def tile(x: TensorLike, repeats: int | Sequence[int]) -> jax.Array:
    """The whole tensor side by side several times.

    Args:
        x: tensor of any shape.
        repeats: number of copies along each axis.

    >>> keras.ops.tile([1, 2], 2)
    Array([1, 2, 1, 2], dtype=int32)
    """
    return jnp.tile(as_array(x), repeats)


@op
def repeat(x: TensorLike, repeats: int | TensorLike, axis: int | None = None) -> jax.Array:
    """Each element several times.

    Args:
        x: tensor of any shape.
        repeats: number of copies, one for all or one for each element.
        axis: axis to repeat along; the flattened tensor for None.

    >>> keras.ops.repeat([1, 2], 2)
    Array([1, 1, 2, 2], dtype=int32)
    """
    return jnp.repeat(as_array(x), repeats if isinstance(repeats, int) else as_array(repeats), axis)


@op
def broadcast_to(x: TensorLike, shape: Sequence[int]) -> jax.Array:
    """The tensor in a larger shape, sizes of 1 repeated.

    Args:
        x: tensor of any shape.
        shape: the new shape.

    >>> keras.ops.broadcast_to([1, 2], (2, 2))
    Array([[1, 2],
           [1, 2]], dtype=int32)
    """
    return jnp.broadcast_to(as_array(x), shape)


@op(tensors=("x", "constant_values"))
def pad(
    x: TensorLike, pad_width: Any, mode: str = "constant", constant_values: float | None = None
) -> jax.Array:
    """Elements added at the ends of axes.

    Args:
        x: tensor of any shape.
        pad_width: number of elements before and after: an int, a pair, or a pair for each axis.
        mode: `"constant"`, `"reflect"`, `"symmetric"`, `"edge"` or another mode of NumPy.
        constant_values: value of the added elements; 0 for None.

    >>> keras.ops.pad([1, 2], 1)
    Array([0, 1, 2, 0], dtype=int32)
    """
    if constant_values is None:
        return jnp.pad(as_array(x), pad_width, mode)
    if mode != "constant":
        raise ValueError(
            f"pad takes constant_values only in mode 'constant'; got {constant_values!r} in mode "
            f"{mode!r}. Leave constant_values out."
        )
    return jnp.pad(as_array(x), pad_width, mode, constant_values=operand(constant_values))


@op
def tril(x: TensorLike, k: int = 0) -> jax.Array:
    """The lower triangle of matrices; 0 above it.

    Args:
        x: tensor of two or more dimensions.
        k: the diagonal that is the last to stay; 0 is the main one.

    >>> keras.ops.tril([[1, 2], [3, 4]])
    Array([[1, 0],
           [3, 4]], dtype=int32)
    """
    return jnp.tril(as_array(x), k)


@op
def triu(x: TensorLike, k: int = 0) -> jax.Array:
    """The upper triangle of matrices; 0 below it.

    Args:
        x: tensor of two or more dimensions.
        k: the diagonal that is the first to stay; 0 is the main one.

    >>> keras.ops.triu([[1, 2], [3, 4]])
    Array([[1, 2],
           [0, 4]], dtype=int32)
    """
    return jnp.triu(as_array(x), k)


@op
def diag(x: TensorLike, k: int = 0) -> jax.Array:
    """A matrix with this diagonal, or the diagonal of this matrix.

    Args:
        x: tensor of one or two dimensions.
        k: which diagonal; 0 is the main one.

    >>> keras.ops.diag([1, 2])
    Array([[1, 0],
           [0, 2]], dtype=int32)
    """
    return jnp.diag(as_array(x), k)


@op
def diagflat(x: TensorLike, k: int = 0) -> jax.Array:
    """A matrix with the flattened tensor as its diagonal.

    Args:
        x: tensor of any shape.
        k: which diagonal; 0 is the main one.

    >>> keras.ops.diagflat([[1, 2]])
    Array([[1, 0],
           [0, 2]], dtype=int32)
    """
    return jnp.diagflat(as_array(x), k)


# The shorter of two axes, one of them unknown, has an unknown size: one probe is empty.
@op(probes=(0, 89))
def diagonal(x: TensorLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> jax.Array:
    """Diagonals of the matrices in two axes; they become the last axis.

    Args:
        x: tensor of two or more dimensions.
        offset: which diagonal; 0 is the main one.
        axis1, axis2: axes of the rows and of the columns.

    >>> keras.ops.diagonal([[1, 2], [3, 4]])
    Array([1, 4], dtype=int32)
    """
    return jnp.diagonal(as_array(x), offset, axis1, axis2)


@op
def trace(x: TensorLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> jax.Array:
    """Sums of the diagonals of the matrices in two axes.

    Args:
        x: tensor of two or more dimensions.
        offset: which diagonal; 0 is the main one.
        axis1, axis2: axes of the rows and of the columns.

    >>> keras.ops.trace([[1, 2], [3, 4]]).item()
    5
    """
    x = as_array(x)
    if x.dtype == bool:
        x = x.astype("int32")
    return jnp.trace(x, offset, axis1, axis2)
