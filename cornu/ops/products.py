"""Products of vectors, matrices and tensors, and distances between rows."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_array, as_float, op, operand


@op
def matmul(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Matrix product of the last two axes; the others broadcast.

    Args:
        x1: tensor of shape (..., n, k), or a vector (k,).
        x2: tensor of shape (..., k, m), or a vector (k,).

    Returns:
        Tensor of shape (..., n, m); axes of vectors are left out. Two int8 tensors give int32.

    >>> keras.ops.matmul([[1, 2]], [[3], [4]])
    Array([[11]], dtype=int32)
    """
    x1, x2 = operand(x1), operand(x2)
    # Sums of products of int8 numbers soon leave their range.
    wide = getattr(x1, "dtype", None) == "int8" and getattr(x2, "dtype", None) == "int8"
    return jnp.matmul(x1, x2, preferred_element_type="int32" if wide else None)


@op
def dot(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Sum of products over the last axis of `x1` and the last but one of `x2`.

    Args:
        x1, x2: tensors.

    >>> keras.ops.dot([1, 2], [3, 4]).item()
    11
    """
    return jnp.dot(operand(x1), operand(x2))


@op
def inner(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Sum of products over the last axes.

    Args:
        x1, x2: tensors.

    >>> keras.ops.inner([1, 2], [3, 4]).item()
    11
    """
    return jnp.inner(operand(x1), operand(x2))


@op
def outer(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Products of each element of one with each of the other.

    Args:
        x1, x2: tensors.

    >>> keras.ops.outer([1, 2], [3, 4])
    Array([[3, 4],
           [6, 8]], dtype=int32)
    """
    return jnp.outer(operand(x1), operand(x2))


@op
def vdot(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Sum of products of all elements, the first ones conjugated.

    Args:
        x1, x2: tensors.

    >>> keras.ops.vdot([[1, 2]], [[3, 4]]).item()
    11
    """
    return jnp.vdot(operand(x1), operand(x2))


@op
def kron(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Kronecker product: `x2` times each element of `x1`.

    Args:
        x1, x2: tensors.

    >>> keras.ops.kron([1, 2], [1, 1])
    Array([1, 1, 2, 2], dtype=int32)
    """
    return jnp.kron(operand(x1), operand(x2))


@op
def tensordot(x1: TensorLike, x2: TensorLike, axes: Any = 2) -> jax.Array:
    """Sum of products over chosen axes.

    Args:
        x1, x2: tensors.
        axes: number of axes (the last of `x1`, the first of `x2`), or a pair of lists of axes.

    >>> keras.ops.tensordot([1, 2], [3, 4], axes=1).item()
    11
    """
    return jnp.tensordot(operand(x1), operand(x2), axes)


@op
def cross(
    x1: TensorLike,
    x2: TensorLike,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> jax.Array:
    """Vector product of vectors of 3 elements.

    Args:
        x1, x2: tensors.
        axisa: axis of the vectors in `x1`.
        axisb: axis of the vectors in `x2`.
        axisc: axis of the vectors in the result.
        axis: one axis in place of these three.

    >>> keras.ops.cross([1, 0, 0], [0, 1, 0])
    Array([0, 0, 1], dtype=int32)
    """
    return jnp.cross(operand(x1), operand(x2), axisa, axisb, axisc, axis)


@op
def einsum(subscripts: str, *operands: TensorLike, **kwargs: Any) -> jax.Array:
    """Sum of products in Einstein's notation.

    Args:
        subscripts: the axes' letters, such as `"ij,jk->ik"`.
        *operands: tensors.
        **kwargs: further arguments of `jax.numpy.einsum`, such as `optimize`.

    Returns:
        Tensor with the axes after the arrow. Two int8 tensors give int32.

    >>> keras.ops.einsum("ij,j->i", [[1, 2], [3, 4]], [1, 1])
    Array([3, 7], dtype=int32)
    """
    arrays = [as_array(x) for x in operands]
    if all(x.dtype == "int8" for x in arrays):
        kwargs = {"preferred_element_type": "int32", **kwargs}
    return jnp.einsum(subscripts, *arrays, **kwargs)


@op
def cdist(x: TensorLike, y: TensorLike) -> jax.Array:
    """Euclidean distances between the rows of two matrices.

    Args:
        x: tensor of shape (..., n, features).
        y: tensor of shape (..., m, features).

    Returns:
        Tensor of shape (..., n, m).

    >>> keras.ops.cdist([[0.0, 0.0]], [[3.0, 4.0]])
    Array([[5.]], dtype=float32)
    """
    x, y = as_array(x), as_array(y)
    dtype = jnp.promote_types(x.dtype, y.dtype)
    x, y = as_float(x.astype(dtype)), as_float(y.astype(dtype))
    squares = jnp.sum(jnp.abs(x[..., :, None, :] - y[..., None, :, :]) ** 2, axis=-1)
    # At distance 0 the square root has no derivative; the gradient is 0 there, not NaN.
    apart = squares > 0
    return jnp.where(apart, jnp.sqrt(jnp.where(apart, squares, 1)), 0)
