"""New tensors: constants, sequences, grids and identity matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine import dtypes
from cornu.ops.op import TensorLike, as_array, op, operand, result_dtype


def zeros(shape: Sequence[int], dtype: Any = None) -> jax.Array:
    """A tensor of zeros.

    Args:
        shape: its shape.
        dtype: its dtype; the default float type for None.

    >>> keras.ops.zeros((2,))
    Array([0., 0.], dtype=float32)
    """
    return jnp.zeros(shape, dtypes.canonical(dtype))


def ones(shape: Sequence[int], dtype: Any = None) -> jax.Array:
    """A tensor of ones.

    Args:
        shape: its shape.
        dtype: its dtype; the default float type for None.

    >>> keras.ops.ones((2,))
    Array([1., 1.], dtype=float32)
    """
    return jnp.ones(shape, dtypes.canonical(dtype))


def empty(shape: Sequence[int], dtype: Any = None) -> jax.Array:
    """A tensor whose values do not matter; they are zeros.

    Args:
        shape: its shape.
        dtype: its dtype; the default float type for None.

    >>> keras.ops.empty((2, 3)).shape
    (2, 3)
    """
    return jnp.empty(shape, dtypes.canonical(dtype))


@op(tensors=("fill_value",))
def full(shape: Sequence[int], fill_value: TensorLike, dtype: Any = None) -> jax.Array:
    """A tensor with the same value everywhere.

    Args:
        shape: its shape.
        fill_value: the value; a tensor is broadcast to the shape.
        dtype: its dtype; the default float type for None.

    >>> keras.ops.full((2,), 7, dtype="int32")
    Array([7, 7], dtype=int32)
    """
    return jnp.full(shape, operand(fill_value), dtypes.canonical(dtype))


@op
def zeros_like(x: TensorLike, dtype: Any = None) -> jax.Array:
    """Zeros in the shape of another tensor.

    Args:
        x: tensor of any shape.
        dtype: dtype of the result; that of `x` for None.

    >>> keras.ops.zeros_like([1, 2])
    Array([0, 0], dtype=int32)
    """
    return jnp.zeros_like(as_array(x), result_dtype(dtype))


@op
def ones_like(x: TensorLike, dtype: Any = None) -> jax.Array:
    """Ones in the shape of another tensor.

    Args:
        x: tensor of any shape.
        dtype: dtype of the result; that of `x` for None.

    >>> keras.ops.ones_like([3, 2])
    Array([1, 1], dtype=int32)
    """
    return jnp.ones_like(as_array(x), result_dtype(dtype))


@op
def empty_like(x: TensorLike, dtype: Any = None) -> jax.Array:
    """Values that do not matter in the shape of another tensor; they are zeros.

    Args:
        x: tensor of any shape.
        dtype: dtype of the result; that of `x` for None.

    >>> keras.ops.empty_like([3, 2]).shape
    (2,)
    """
    return jnp.empty_like(as_array(x), result_dtype(dtype))


@op(tensors=("x", "fill_value"))
def full_like(x: TensorLike, fill_value: TensorLike, dtype: Any = None) -> jax.Array:
    """The same value everywhere in the shape of another tensor.

    Args:
        x: tensor of any shape.
        fill_value: the value; a tensor is broadcast to the shape.
        dtype: dtype of the result; that of `x` for None.

    >>> keras.ops.full_like([1, 2], 7)
    Array([7, 7], dtype=int32)
    """
    return jnp.full_like(as_array(x), operand(fill_value), result_dtype(dtype))


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> jax.Array:
    """Numbers from `start` up to, but without, `stop`.

    Args:
        start: first number; if it is the only argument, the numbers start at 0 and it is `stop`.
        stop: end.
        step: distance between numbers; 1 for None.
        dtype: dtype of the result; an integer type if all arguments are integers, otherwise the
            default float type, for None.

    >>> keras.ops.arange(3)
    Array([0, 1, 2], dtype=int32)
    """
    if dtype is None:
        given = [getattr(v, "dtype", type(v)) for v in (start, stop, step) if v is not None]
        dtype = dtypes.result_type(*given)
    return jnp.arange(start, stop, step, dtypes.canonical(dtype))


@op(tensors=("start", "stop"))
def linspace(
    start: TensorLike,
    stop: TensorLike,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Numbers at equal distances from `start` to `stop`.

    Args:
        start, stop: first and last number, or tensors of them.
        num: how many numbers.
        endpoint: whether `stop` is one of them.
        retstep: whether to return the distance too.
        dtype: dtype of the result; a float type for None.
        axis: axis of the numbers if `start` and `stop` are tensors.

    Returns:
        Tensor; with `retstep`, a pair of that and the distance.

    >>> keras.ops.linspace(0, 1, 3)
    Array([0. , 0.5, 1. ], dtype=float32)
    """
    return jnp.linspace(
        operand(start), operand(stop), num, endpoint, retstep, result_dtype(dtype), axis
    )


@op(tensors=("start", "stop"))
def logspace(
    start: TensorLike,
    stop: TensorLike,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: Any = None,
    axis: int = 0,
) -> jax.Array:
    """Numbers at equal ratios from `base**start` to `base**stop`.

    Args:
        start: exponent of the first number.
        stop: exponent of the last number.
        num: how many numbers.
        endpoint: whether `base**stop` is one of them.
        base: base of the powers.
        dtype: dtype of the result; a float type for None.
        axis: axis of the numbers if `start` and `stop` are tensors.

    >>> keras.ops.logspace(0, 2, 3).shape
    (3,)
    """
    return jnp.logspace(
        operand(start), operand(stop), num, endpoint, base, result_dtype(dtype), axis
    )


@op(tensors=("start", "stop"))
def geomspace(
    start: TensorLike,
    stop: TensorLike,
    num: int = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: int = 0,
) -> jax.Array:
    """Numbers at equal ratios from `start` to `stop`.

    Args:
        start, stop: first and last number, or tensors of them.
        num: how many numbers.
        endpoint: whether `stop` is one of them.
        dtype: dtype of the result; a float type for None.
        axis: axis of the numbers if `start` and `stop` are tensors.

    >>> keras.ops.geomspace(1, 8, 4).shape
    (4,)
    """
    return jnp.geomspace(operand(start), operand(stop), num, endpoint, result_dtype(dtype), axis)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> jax.Array:
    """A matrix with ones on a diagonal and zeros elsewhere.

    Args:
        N: number of rows.
        M: number of columns; `N` for None.
        k: which diagonal; 0 is the main one.
        dtype: dtype of the result; the default float type for None.

    >>> keras.ops.eye(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return jnp.eye(N, M, k, dtypes.canonical(dtype))


def identity(n: int, dtype: Any = None) -> jax.Array:
    """The identity matrix.

    Args:
        n: number of rows and columns.
        dtype: dtype of the result; the default float type for None.

    >>> keras.ops.identity(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return jnp.identity(n, dtypes.canonical(dtype))


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> jax.Array:
    """A matrix with ones on and below a diagonal and zeros above.

    Args:
        N: number of rows.
        M: number of columns; `N` for None.
        k: which diagonal; 0 is the main one.
        dtype: dtype of the result; the default float type for None.

    >>> keras.ops.tri(2).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    return jnp.tri(N, M, k, dtypes.canonical(dtype))
