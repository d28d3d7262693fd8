"""Functions that normalize scores along an axis: softmax, its logarithm, sparsemax."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.nn.origin import remember
from cornu.ops.op import as_float, op


@op
def softmax(x: Any, axis: int | tuple[int, ...] | None = -1) -> jax.Array:
    """`exp(x) / sum(exp(x))` along `axis`, computed after subtracting the maximum.

    Args:
        x: scores, tensor of any shape.
        axis: axis or axes along which the result sums to 1; None for all.

    Returns:
        Tensor of the shape of `x` with values in [0, 1].

    >>> keras.ops.softmax([1.0, 1.0]).tolist()
    [0.5, 0.5]
    """
    x = as_float(x)
    probabilities = jax.nn.softmax(x, axis)
    if isinstance(axis, int):
        remember(probabilities, x, axis % x.ndim)
    return probabilities


@op
def log_softmax(x: Any, axis: int | tuple[int, ...] | None = -1) -> jax.Array:
    """`x - log(sum(exp(x)))` along `axis`, finite even where the softmax underflows.

    Args:
        x: scores, tensor of any shape.
        axis: axis or axes along which the exponentials of the result sum to 1; None for all.

    >>> keras.ops.log_softmax([0.0, -1000.0]).tolist()
    [0.0, -1000.0]
    """
    return jax.nn.log_softmax(as_float(x), axis)


@op
def sparsemax(x: Any, axis: int = -1) -> jax.Array:
    """The point of the probability simplex nearest to `x` along `axis`: a softmax with exact zeros.

    Args:
        x: scores, tensor of any shape.
        axis: axis along which the result sums to 1.

    References:
        Martins and Astudillo, 2016, https://arxiv.org/abs/1602.02068

    >>> keras.ops.sparsemax([3.0, 0.0, 0.0]).tolist()
    [1.0, 0.0, 0.0]
    """
    x = jnp.moveaxis(as_float(x), axis, -1)
    descending = -jnp.sort(-x, axis=-1)
    sums = jnp.cumsum(descending, axis=-1)
    count = jnp.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    # The support is the longest prefix of the sorted scores that stays above its own threshold.
    inside = 1 + count * descending > sums
    size = jnp.sum(inside, axis=-1, keepdims=True)
    total = jnp.sum(jnp.where(inside, descending, 0), axis=-1, keepdims=True)
    level = (total - 1) / size.astype(x.dtype)
    return jnp.moveaxis(jnp.maximum(x - level, 0), -1, axis)
