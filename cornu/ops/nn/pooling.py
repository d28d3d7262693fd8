"""Pooling over windows of fixed size, and over a fixed number of windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import kernels
from cornu.ops.nn.layout import check_rank, in_channels_last, padding_name, per_dimension
from cornu.ops.op import as_array, as_float, op

Sizes = int | Sequence[int]


@op
def max_pool(
    inputs: Any,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """The maximum of each window.

    Args:
        inputs: tensor of shape (batch, *space, channels), or (batch, channels, *space) for
            channels-first data.
        pool_size: sizes of the window, an int or one per spatial dimension.
        strides: steps of the window; `pool_size` if None.
        padding: `"valid"` (windows inside only) or `"same"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Tensor of shape (batch, *positions, channels), in the layout of the inputs.

    >>> keras.ops.max_pool(keras.ops.ones((1, 4, 4, 3)), 2).shape
    (1, 2, 2, 3)
    """
    return _pool(kernels.max_pool, as_array(inputs), pool_size, strides, padding, data_format)


@op
def average_pool(
    inputs: Any,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """The mean of each window, over what is no padding.

    Args:
        inputs: tensor of shape (batch, *space, channels), or (batch, channels, *space) for
            channels-first data.
        pool_size: sizes of the window, an int or one per spatial dimension.
        strides: steps of the window; `pool_size` if None.
        padding: `"valid"` (windows inside only) or `"same"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Tensor of shape (batch, *positions, channels), in the layout of the inputs.

    >>> keras.ops.average_pool(keras.ops.ones((1, 4, 4, 3)), 2).shape
    (1, 2, 2, 3)
    """
    return _pool(kernels.avg_pool, as_float(inputs), pool_size, strides, padding, data_format)


def _pool(
    kernel: Callable,
    inputs: jax.Array,
    pool_size: Sizes,
    strides: Sizes | None,
    padding: str,
    data_format: str | None,
) -> jax.Array:
    ndim = check_rank(inputs, "Pooling")
    window = per_dimension(pool_size, ndim, "pool_size")
    steps = window if strides is None else per_dimension(strides, ndim, "strides")
    padding = padding_name(padding)
    return in_channels_last(lambda x: kernel(x, window, steps, padding), inputs, data_format)


@op
def adaptive_max_pool(inputs: Any, output_size: Sizes, data_format: str | None = None) -> jax.Array:
    """The maxima of as many windows as asked for, which cover the input evenly.

    Window i of n over a dimension of size s goes from `floor(i * s / n)` to
    `ceil((i + 1) * s / n)`; neighbors may overlap.

    Args:
        inputs: tensor of shape (batch, *space, channels), or channels-first.
        output_size: numbers of windows, an int or one per spatial dimension.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Tensor of shape (batch, *output_size, channels), in the layout of the inputs.

    >>> keras.ops.adaptive_max_pool(keras.ops.ones((1, 5, 7, 3)), 2).shape
    (1, 2, 2, 3)
    """
    return _adaptive(_max_along, as_array(inputs), output_size, data_format)


@op
def adaptive_average_pool(
    inputs: Any, output_size: Sizes, data_format: str | None = None
) -> jax.Array:
    """The means of as many windows as asked for, which cover the input evenly.

    Window i of n over a dimension of size s goes from `floor(i * s / n)` to
    `ceil((i + 1) * s / n)`; neighbors may overlap.

    Args:
        inputs: tensor of shape (batch, *space, channels), or channels-first.
        output_size: numbers of windows, an int or one per spatial dimension.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Tensor of shape (batch, *output_size, channels), in the layout of the inputs.

    >>> keras.ops.adaptive_average_pool(keras.ops.ones((1, 5, 7, 3)), 2).shape
    (1, 2, 2, 3)
    """
    return _adaptive(_mean_along, as_float(inputs), output_size, data_format)


def _adaptive(
    along: Callable, inputs: jax.Array, output_size: Sizes, data_format: str | None
) -> jax.Array:
    ndim = check_rank(inputs, "Adaptive pooling")
    sizes = per_dimension(output_size, ndim, "output_size")

    def run(x: jax.Array) -> jax.Array:
        # A box is pooled along one side after the other.
        for axis, count in enumerate(sizes, start=1):
            x = along(x, axis, count)
        return x

    return in_channels_last(run, inputs, data_format)


def _windows(size: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """First positions of the windows, and the positions behind their last."""
    index = np.arange(count)
    return index * size // count, -(-(index + 1) * size // count)


def _max_along(x: jax.Array, axis: int, count: int) -> jax.Array:
    start, stop = _windows(x.shape[axis], count)
    # Shorter windows repeat their last position, which leaves their maximum as it is.
    taps = np.minimum(start[:, None] + np.arange((stop - start).max()), stop[:, None] - 1)
    return jnp.max(jnp.take(x, taps, axis=axis), axis=axis + 1)


def _mean_along(x: jax.Array, axis: int, count: int) -> jax.Array:
    start, stop = _windows(x.shape[axis], count)
    position = np.arange(x.shape[axis])
    inside = (position >= start[:, None]) & (position < stop[:, None])
    weights = (inside / (stop - start)[:, None]).astype(x.dtype)
    return jnp.moveaxis(jnp.tensordot(x, weights, axes=(axis, 1)), -1, axis)
