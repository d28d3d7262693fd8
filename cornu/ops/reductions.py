"""Reductions along axes, and running sums and products."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.op import Axes, TensorLike, as_array, as_float, op, result_dtype


@op
def sum(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Sum along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.sum([[1, 2], [3, 4]], axis=0)
    Array([4, 6], dtype=int32)
    """
    return jnp.sum(as_array(x), axis=axis, keepdims=keepdims)


@op
def mean(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Mean along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.mean([1.0, 3.0]).item()
    2.0
    """
    return jnp.mean(as_array(x), axis=axis, keepdims=keepdims)


@op
def std(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Standard deviation along axes (divided by the number of elements).

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.std([1.0, 3.0]).item()
    1.0
    """
    return jnp.std(as_array(x), axis=axis, keepdims=keepdims)


@op
def var(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Variance along axes (divided by the number of elements).

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.var([1.0, 3.0]).item()
    1.0
    """
    return jnp.var(as_array(x), axis=axis, keepdims=keepdims)


@op
def amax(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Largest element along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.amax([[1, 4], [3, 2]], axis=1)
    Array([4, 3], dtype=int32)
    """
    return jnp.amax(as_array(x), axis=axis, keepdims=keepdims)


@op
def amin(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Smallest element along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.amin([[1, 4], [3, 2]], axis=1)
    Array([1, 2], dtype=int32)
    """
    return jnp.amin(as_array(x), axis=axis, keepdims=keepdims)


@op
def ptp(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Largest minus smallest element along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.ptp([1, 4, 2]).item()
    3
    """
    return jnp.ptp(as_array(x), axis=axis, keepdims=keepdims)


@op
def all(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Whether all elements are true along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.all([[True, False], [True, True]], axis=1)
    Array([False,  True], dtype=bool)
    """
    return jnp.all(as_array(x), axis=axis, keepdims=keepdims)


@op
def any(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Whether some element is true along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.any([[True, False], [False, False]], axis=1)
    Array([ True, False], dtype=bool)
    """
    return jnp.any(as_array(x), axis=axis, keepdims=keepdims)


@op
def median(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Median along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.median([1.0, 9.0, 2.0]).item()
    2.0
    """
    return jnp.median(as_array(x), axis=axis, keepdims=keepdims)


@op
def max(
    x: TensorLike, axis: Axes = None, keepdims: bool = False, initial: float | None = None
) -> jax.Array:
    """Largest element along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.
        initial: the result is at least this; needed for empty tensors.

    >>> keras.ops.max([[1, 4], [3, 2]], axis=1)
    Array([4, 3], dtype=int32)
    """
    return jnp.max(as_array(x), axis=axis, keepdims=keepdims, initial=initial)


@op
def min(
    x: TensorLike, axis: Axes = None, keepdims: bool = False, initial: float | None = None
) -> jax.Array:
    """Smallest element along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.
        initial: the result is at most this; needed for empty tensors.

    >>> keras.ops.min([[1, 4], [3, 2]], axis=1)
    Array([1, 2], dtype=int32)
    """
    return jnp.min(as_array(x), axis=axis, keepdims=keepdims, initial=initial)


@op
def prod(x: TensorLike, axis: Axes = None, keepdims: bool = False, dtype: Any = None) -> jax.Array:
    """Product along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.
        dtype: dtype of the result; that of `x` for None, small integers widened.

    >>> keras.ops.prod([2, 3, 4]).item()
    24
    """
    return jnp.prod(as_array(x), axis=axis, keepdims=keepdims, dtype=result_dtype(dtype))


@op
def count_nonzero(x: TensorLike, axis: Axes = None) -> jax.Array:
    """Number of elements that are not 0, along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.

    >>> keras.ops.count_nonzero([1, 0, 2]).item()
    2
    """
    return jnp.count_nonzero(as_array(x), axis=axis)


@op(tensors=("x", "weights"))
def average(x: TensorLike, axis: Axes = None, weights: TensorLike | None = None) -> jax.Array:
    """Weighted mean along axes.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        weights: weights of the shape of `x`, or of its size along `axis`; equal ones for None.

    >>> keras.ops.average([1.0, 3.0], weights=[3, 1]).item()
    1.5
    """
    return jnp.average(
        as_float(x), axis=axis, weights=None if weights is None else as_array(weights)
    )


@op
def cumsum(x: TensorLike, axis: int | None = None, dtype: Any = None) -> jax.Array:
    """Running sum along an axis.

    Args:
        x: tensor of any shape.
        axis: axis to run along; the flattened tensor for None.
        dtype: dtype of the result; that of `x` for None.

    >>> keras.ops.cumsum([1, 2, 3])
    Array([1, 3, 6], dtype=int32)
    """
    return jnp.cumsum(as_array(x), axis=axis, dtype=result_dtype(dtype))


@op
def cumprod(x: TensorLike, axis: int | None = None, dtype: Any = None) -> jax.Array:
    """Running product along an axis.

    Args:
        x: tensor of any shape.
        axis: axis to run along; the flattened tensor for None.
        dtype: dtype of the result; that of `x` for None.

    >>> keras.ops.cumprod([1, 2, 3])
    Array([1, 2, 6], dtype=int32)
    """
    return jnp.cumprod(as_array(x), axis=axis, dtype=result_dtype(dtype))
