"""Counts, quantiles, correlations, differences and integrals of data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine import dtypes
from cornu.ops.op import TensorLike, as_array, as_float, op, operand
from cornu.ops.symbolic import KerasTensor


@op(tensors=("x", "q"))
def percentile(
    x: TensorLike,
    q: TensorLike,
    axis: int | Sequence[int] | None = None,
    method: str = "linear",
    keepdims: bool = False,
) -> jax.Array:
    """Percentiles along axes.

    Args:
        x: tensor of any shape.
        q: percentages between 0 and 100; their axes come first in the result.
        axis: axis or axes to reduce; all of them for None.
        method: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.percentile([1.0, 2.0, 3.0], 50).item()
    2.0
    """
    return jnp.percentile(
        as_float(x), jnp.asarray(operand(q), "float32"), axis=axis, method=method, keepdims=keepdims
    )


@op(tensors=("x", "q"))
def quantile(
    x: TensorLike,
    q: TensorLike,
    axis: int | Sequence[int] | None = None,
    method: str = "linear",
    keepdims: bool = False,
) -> jax.Array:
    """Quantiles along axes.

    Args:
        x: tensor of any shape.
        q: probabilities between 0 and 1; their axes come first in the result.
        axis: axis or axes to reduce; all of them for None.
        method: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.quantile([1.0, 2.0, 3.0], 0.5).item()
    2.0
    """
    return jnp.quantile(
        as_float(x), jnp.asarray(operand(q), "float32"), axis=axis, method=method, keepdims=keepdims
    )


@op
def histogram(
    x: TensorLike, bins: int = 10, range: tuple[float, float] | None = None
) -> tuple[jax.Array, jax.Array]:
    """How many elements fall into each of equal bins.

    Args:
        x: tensor of one dimension.
        bins: number of bins.
        range: lowest and highest edge, elements outside being left out; the smallest and largest
            element for None.

    Returns:
        Counts (bins,) and edges (bins + 1,).

    >>> keras.ops.histogram([1.0, 2.0, 3.0, 4.0], 2)[0].tolist()
    [2.0, 2.0]
    """
    x = as_array(x)
    if x.ndim != 1:
        raise ValueError(f"histogram expects x of one dimension; got shape {x.shape}.")
    if not isinstance(bins, int) or bins < 0:
        raise ValueError(f"histogram expects bins to be an int, 0 or more; got {bins!r}.")
    if range is not None and range[1] < range[0]:
        raise ValueError(f"histogram expects range=(lowest, highest); got {range!r}.")
    return jnp.histogram(x, bins, range)


@op
def corrcoef(x: TensorLike) -> jax.Array:
    """Correlation coefficients between the rows.

    Args:
        x: tensor of shape (variables, observations).

    Returns:
        Tensor of shape (variables, variables).

    >>> keras.ops.corrcoef([[1.0, 2.0], [2.0, 1.0]]).shape
    (2, 2)
    """
    return jnp.corrcoef(as_float(x))


@op
def correlate(x1: TensorLike, x2: TensorLike, mode: str = "valid") -> jax.Array:
    """Cross-correlation of two sequences.

    Args:
        x1: tensor of one dimension.
        x2: tensor of one dimension.
        mode: `"valid"` (full overlap), `"same"` (as long as the longer) or `"full"`.

    >>> keras.ops.correlate([1.0, 2.0, 3.0], [0.0, 1.0]).tolist()
    [2.0, 3.0]
    """
    x1, x2 = as_array(x1), as_array(x2)
    return jnp.correlate(x1, x2, mode)


@op
def diff(a: TensorLike, n: int = 1, axis: int = -1) -> jax.Array:
    """Differences between neighbors along an axis.

    Args:
        a: tensor of one or more dimensions.
        n: how many times.
        axis: axis of the neighbors.

    >>> keras.ops.diff([1, 4, 9])
    Array([3, 5], dtype=int32)
    """
    return jnp.diff(as_array(a), n, axis)


@op(tensors=("y",))
def trapezoid(
    y: TensorLike, x: TensorLike | None = None, dx: float = 1.0, axis: int = -1
) -> jax.Array:
    """Integral along an axis by the trapezoidal rule.

    Args:
        y: values to integrate.
        x: where the values lie; at distance `dx` for None.
        dx: distance between the values.
        axis: axis to integrate along.

    >>> keras.ops.trapezoid([1.0, 2.0, 3.0]).item()
    4.0
    """
    return jnp.trapezoid(as_float(y), None if x is None else as_array(x), dx, axis)


@op
def vander(x: TensorLike, N: int | None = None, increasing: bool = False) -> jax.Array:
    """Matrix of powers (Vandermonde).

    Args:
        x: tensor of one dimension.
        N: number of powers; as many as elements for None.
        increasing: whether the powers go up from left to right.

    Returns:
        Tensor of shape (elements, N).

    >>> keras.ops.vander([1, 2, 3])
    Array([[1, 1, 1],
           [4, 2, 1],
           [9, 3, 1]], dtype=int32)
    """
    return jnp.vander(as_array(x), N, increasing)


def _bincount_spec(
    x: KerasTensor, weights: Any = None, minlength: int = 0, sparse: bool = False
) -> KerasTensor:
    dtype = "int32" if weights is None else dtypes.standardize_dtype(weights.dtype)
    return KerasTensor((*x.shape[:-1], None), dtype)


@op(tensors=("x",), spec=_bincount_spec)
def bincount(
    x: TensorLike, weights: TensorLike | None = None, minlength: int = 0, sparse: bool = False
) -> jax.Array:
    """How often each of the numbers 0, 1, 2, ... occurs.

    Args:
        x: integer tensor of shape (..., elements). The length of the result depends on its
            largest element, so this cannot be compiled.
        weights: tensor of the shape of `x`, what each element counts; 1 for None.
        minlength: smallest length of the result.
        sparse: accepted for compatibility; the result is dense.

    Returns:
        Tensor of shape (..., length).

    >>> keras.ops.bincount([1, 1, 3])
    Array([0, 2, 0, 1], dtype=int32)
    """
    x = as_array(x)
    if isinstance(x, jax.core.Tracer):
        raise TypeError(
            "bincount gives as many counts as its largest element tells, so it cannot run inside "
            "a compiled function. Use segment_sum with num_segments there."
        )
    length = max(minlength, int(jnp.max(x, initial=-1)) + 1)
    values = jnp.ones(x.shape, "int32") if weights is None else as_array(weights)
    rows = x.reshape(-1, x.shape[-1])

    def count(row: jax.Array, value: jax.Array) -> jax.Array:
        return jnp.zeros(length, values.dtype).at[jnp.maximum(row, 0)].add(value)

    counts = jax.vmap(count)(rows, values.reshape(rows.shape))
    return counts.reshape(*x.shape[:-1], length)
