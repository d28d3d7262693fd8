"""Reductions that leave NaN out."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.op import Axes, TensorLike, as_array, as_float, op, result_dtype


@op
def nansum(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Sum along axes without the NaN.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nansum([1.0, float("nan")]).item()
    1.0
    """
    return jnp.nansum(as_array(x), axis=axis, keepdims=keepdims)


@op
def nanprod(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Product along axes without the NaN.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanprod([2.0, float("nan")]).item()
    2.0
    """
    return jnp.nanprod(as_array(x), axis=axis, keepdims=keepdims)


@op
def nanmean(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Mean along axes without the NaN.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanmean([1.0, float("nan"), 3.0]).item()
    2.0
    """
    return jnp.nanmean(as_array(x), axis=axis, keepdims=keepdims)


@op
def nanstd(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Standard deviation along axes without the NaN.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanstd([1.0, float("nan"), 3.0]).item()
    1.0
    """
    return jnp.nanstd(as_array(x), axis=axis, keepdims=keepdims)


@op
def nanvar(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Variance along axes without the NaN.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanvar([1.0, float("nan"), 3.0]).item()
    1.0
    """
    return jnp.nanvar(as_array(x), axis=axis, keepdims=keepdims)


@op
def nanmedian(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Median along axes without the NaN.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanmedian([1.0, float("nan"), 3.0]).item()
    2.0
    """
    return jnp.nanmedian(as_array(x), axis=axis, keepdims=keepdims)


@op
def nanmax(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Largest element along axes without the NaN.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanmax([1.0, float("nan"), 3.0]).item()
    3.0
    """
    return jnp.nanmax(as_array(x), axis=axis, keepdims=keepdims)


@op
def nanmin(x: TensorLike, axis: Axes = None, keepdims: bool = False) -> jax.Array:
    """Smallest element along axes without the NaN.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanmin([1.0, float("nan"), 3.0]).item()
    1.0
    """
    return jnp.nanmin(as_array(x), axis=axis, keepdims=keepdims)


@op
def nanargmax(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> jax.Array:
    """Index of the largest element without the NaN; -1 where all are NaN.

    Args:
        x: tensor of any shape.
        axis: axis to search; the flattened tensor for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanargmax([float("nan"), 3.0, 1.0]).item()
    1
    """
    return jnp.nanargmax(as_array(x), axis=axis, keepdims=keepdims)


@op
def nanargmin(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> jax.Array:
    """Index of the smallest element without the NaN; -1 where all are NaN.

    Args:
        x: tensor of any shape.
        axis: axis to search; the flattened tensor for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanargmin([float("nan"), 3.0, 1.0]).item()
    2
    """
    return jnp.nanargmin(as_array(x), axis=axis, keepdims=keepdims)


@op
def nancumsum(x: TensorLike, axis: int | None = None, dtype: Any = None) -> jax.Array:
    """Running sum along an axis, NaN counting 0.

    Args:
        x: tensor of any shape.
        axis: axis to run along; the flattened tensor for None.
        dtype: dtype of the result; that of `x` for None.

    >>> keras.ops.nancumsum([1.0, float("nan"), 2.0])
    Array([1., 1., 3.], dtype=float32)
    """
    return jnp.nancumsum(as_array(x), axis=axis, dtype=result_dtype(dtype))


@op
def nancumprod(x: TensorLike, axis: int | None = None, dtype: Any = None) -> jax.Array:
    """Running product along an axis, NaN counting 1.

    Args:
        x: tensor of any shape.
        axis: axis to run along; the flattened tensor for None.
        dtype: dtype of the result; that of `x` for None.

    >>> keras.ops.nancumprod([2.0, float("nan"), 3.0])
    Array([2., 2., 6.], dtype=float32)
    """
    return jnp.nancumprod(as_array(x), axis=axis, dtype=result_dtype(dtype))


@op(tensors=("x", "q"))
def nanpercentile(
    x: TensorLike, q: TensorLike, axis: Axes = None, method: str = "linear", keepdims: bool = False
) -> jax.Array:
    """Percentiles along axes without the NaN.

    Args:
        x: tensor of any shape.
        q: percentages between 0 and 100.
        axis: axis or axes to reduce; all of them for None.
        method: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanpercentile([1.0, float("nan"), 3.0], 50).item()
    2.0
    """
    return jnp.nanpercentile(as_float(x), as_float(q), axis=axis, method=method, keepdims=keepdims)


@op(tensors=("x", "q"))
def nanquantile(
    x: TensorLike, q: TensorLike, axis: Axes = None, method: str = "linear", keepdims: bool = False
) -> jax.Array:
    """Quantiles along axes without the NaN.

    Args:
        x: tensor of any shape.
        q: probabilities between 0 and 1.
        axis: axis or axes to reduce; all of them for None.
        method: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.nanquantile([1.0, float("nan"), 3.0], 0.5).item()
    2.0
    """
    return jnp.nanquantile(as_float(x), as_float(q), axis=axis, method=method, keepdims=keepdims)
