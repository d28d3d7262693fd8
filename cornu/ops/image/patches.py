"""Patches of images and volumes, as vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.engine.config import standardize_data_format
from cornu.ops.nn.layout import padding_name, per_dimension
from cornu.ops.op import as_array, op

Sizes = int | Sequence[int]


@op
def extract_patches(
    images: Any,
    size: Sizes,
    strides: Sizes | None = None,
    dilation_rate: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """The patches that a window sees while it slides over images (or volumes), as vectors.

    Args:
        images: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first. With a `size` of three numbers: volumes, with a depth before the height.
        size: height and width of the window, or an int for both.
        strides: steps of the window; `size` if None, so that patches do not overlap.
        dilation_rate: distance of the window's taps.
        padding: `"valid"` (windows inside only) or `"same"` (zeros around).
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Tensor of shape (batch, rows, columns, window area * channels), in the layout of the images;
        in each vector the channels vary fastest.

    Raises:
        ValueError: for other ranks.

    >>> keras.ops.image.extract_patches(keras.ops.ones((1, 8, 8, 3)), 4).shape
    (1, 2, 2, 48)
    """
    ndim = 3 if hasattr(size, "__len__") and len(size) == 3 else 2
    return patches(images, ndim, size, strides, dilation_rate, padding, data_format)


@op
def extract_patches_3d(
    volumes: Any,
    size: Sizes,
    strides: Sizes | None = None,
    dilation_rate: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """The patches that a window sees while it slides over volumes, as vectors.

    Args:
        volumes: tensor of shape (depth, height, width, channels), with a batch before or not, or
            channels-first.
        size: depth, height and width of the window, or an int for all.
        strides: steps of the window; `size` if None, so that patches do not overlap.
        dilation_rate: distance of the window's taps.
        padding: `"valid"` (windows inside only) or `"same"` (zeros around).
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Tensor of shape (batch, layers, rows, columns, window volume * channels), in the layout of
        the volumes.

    Raises:
        ValueError: for other ranks.

    >>> keras.ops.image.extract_patches_3d(keras.ops.ones((1, 4, 4, 4, 1)), 2).shape
    (1, 2, 2, 2, 8)
    """
    return patches(volumes, 3, size, strides, dilation_rate, padding, data_format)


def patches(
    inputs: Any,
    ndim: int,
    size: Sizes,
    strides: Sizes | None,
    dilation_rate: Sizes,
    padding: str,
    data_format: str | None,
) -> jax.Array:
    """Patches over `ndim` spatial dimensions."""
    inputs = as_array(inputs)
    if inputs.ndim not in (ndim + 1, ndim + 2):
        raise ValueError(
            f"Patches of {ndim} dimensions need tensors of rank {ndim + 1}, or {ndim + 2} with a "
            f"batch; got shape {tuple(inputs.shape)}."
        )
    window = per_dimension(size, ndim, "size")
    steps = window if strides is None else per_dimension(strides, ndim, "strides")
    dilation = per_dimension(dilation_rate, ndim, "dilation_rate")
    same = padding_name(padding) == "same"
    first = standardize_data_format(data_format) == "channels_first"
    x = inputs if inputs.ndim == ndim + 2 else inputs[None]
    x = jnp.moveaxis(x, 1, -1) if first else x

    for i, settings in enumerate(zip(window, steps, dilation)):
        # Space so far: (rows, taps, columns, taps, ...), so dimension i lies at axis 1 + 2 * i.
        x = windows(x, 1 + 2 * i, *settings, same)
    positions, taps = x.shape[1 : 1 + 2 * ndim : 2], range(2, 2 + 2 * ndim, 2)
    order = (0, *range(1, 1 + 2 * ndim, 2), *taps, x.ndim - 1)
    x = x.transpose(order).reshape(x.shape[0], *positions, -1)

    x = jnp.moveaxis(x, -1, 1) if first else x
    return x if inputs.ndim == ndim + 2 else x[0]


def windows(
    x: jax.Array, axis: int, size: int, stride: int, dilation: int, same: bool
) -> jax.Array:
    """`x` with an axis split into window positions and taps."""
    reach = (size - 1) * dilation + 1
    if same:
        count = -(-x.shape[axis] // stride)
        total = max((count - 1) * stride + reach - x.shape[axis], 0)
        pads = [(0, 0)] * x.ndim
        pads[axis] = (total // 2, total - total // 2)
        x = jnp.pad(x, pads)
    count = (x.shape[axis] - reach) // stride + 1
    if size == stride and dilation == 1:
        whole = jax.lax.slice_in_dim(x, 0, count * size, axis=axis)
        return whole.reshape(*x.shape[:axis], count, size, *x.shape[axis + 1 :])
    index = np.arange(count)[:, None] * stride + np.arange(size) * dilation
    return jnp.take(x, index, axis=axis)
