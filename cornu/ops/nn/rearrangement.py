"""Operations that move values between space and channels: patches, and pixels into depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from cornu.engine.config import standardize_data_format
from cornu.ops.op import as_array, op

Pair = int | Sequence[int]


@op
def unfold(
    x: Any, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
) -> jax.Array:
    """The patches that a sliding window sees, as columns.

    Args:
        x: images of shape (batch, channels, height, width).
        kernel_size: height and width of the window, or an int for both.
        dilation: distance of the window's taps.
        padding: zeros added on each side.
        stride: steps of the window.

    Returns:
        Tensor of shape (batch, channels * window area, positions).

    Raises:
        ValueError: if `x` is not of rank 4.

    >>> keras.ops.unfold(keras.ops.ones((1, 3, 4, 5)), 2).shape
    (1, 12, 12)
    """
    x = as_array(x)
    if x.ndim != 4:
        raise ValueError(
            f"unfold takes images of shape (batch, channels, height, width); got {tuple(x.shape)}."
        )
    window, gaps, pads, steps = map(pair, (kernel_size, dilation, padding, stride))
    x = jnp.pad(x, [(0, 0), (0, 0), *((p, p) for p in pads)])
    taps = [
        lax.slice(x, (0, 0, *low), (*x.shape[:2], *high), (1, 1, *steps))
        for low, high in _taps(x.shape[2:], window, gaps, steps)
    ]
    return jnp.stack(taps, axis=2).reshape(x.shape[0], x.shape[1] * len(taps), -1)


@op
def fold(
    x: Any,
    output_size: Pair,
    kernel_size: Pair,
    dilation: Pair = 1,
    padding: Pair = 0,
    stride: Pair = 1,
) -> jax.Array:
    """Sum patches into images, each at the place where `unfold` takes it from.

    Args:
        x: patches of shape (batch, channels * window area, positions).
        output_size: height and width of the images, or an int for both.
        kernel_size: height and width of the window.
        dilation: distance of the window's taps.
        padding: zeros that were added on each side.
        stride: steps of the window.

    Returns:
        Tensor of shape (batch, channels, height, width).

    Raises:
        ValueError: if the shape of `x` does not fit the other arguments.

    >>> patches = keras.ops.unfold(keras.ops.ones((1, 3, 4, 6)), 2, stride=2)
    >>> keras.ops.fold(patches, (4, 6), 2, stride=2).shape
    (1, 3, 4, 6)
    """
    x = as_array(x)
    size, window, gaps, pads, steps = map(
        pair, (output_size, kernel_size, dilation, padding, stride)
    )
    padded = tuple(n + 2 * p for n, p in zip(size, pads))
    area = window[0] * window[1]
    counts = tuple(
        (n - (k - 1) * d - 1) // s + 1 for n, k, d, s in zip(padded, window, gaps, steps)
    )
    if x.ndim != 3 or x.shape[1] % area or x.shape[2] != counts[0] * counts[1]:
        raise ValueError(
            f"fold takes patches of shape (batch, channels * {area}, {counts[0] * counts[1]}) for "
            f"output_size={size} and kernel_size={window}; got {tuple(x.shape)}."
        )
    patches = x.reshape(x.shape[0], -1, area, *counts)
    images = jnp.zeros((*patches.shape[:2], *padded), x.dtype)
    for tap, (low, high) in enumerate(_taps(padded, window, gaps, steps)):
        rows, columns = (slice(*item) for item in zip(low, high, steps))
        images = images.at[:, :, rows, columns].add(patches[:, :, tap])
    return images[:, :, pads[0] : pads[0] + size[0], pads[1] : pads[1] + size[1]]


def _taps(
    size: Sequence[int], window: tuple, gaps: tuple, steps: tuple
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """For each tap of the window, the first and the end position of what it sees, per side."""
    spans = [(n - (k - 1) * d - 1) // s * s + 1 for n, k, d, s in zip(size, window, gaps, steps)]
    lows = [(i * gaps[0], j * gaps[1]) for i in range(window[0]) for j in range(window[1])]
    return [(low, (low[0] + spans[0], low[1] + spans[1])) for low in lows]


def pair(value: Pair) -> tuple[int, int]:
    """An int, or two, as two."""
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


@op
def depth_to_space(x: Any, block_size: int, data_format: str = "channels_last") -> jax.Array:
    """Lay groups of `block_size²` channels out as blocks of pixels.

    The channels of a group are neighbors in channels-first data; in channels-last data they lie
    `channels / block²` apart.

    Args:
        x: images of shape (batch, height, width, channels), or channels-first.
        block_size: side of the blocks.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor of shape (batch, height * block, width * block, channels / block²), in the layout of
        `x`.

    Raises:
        ValueError: if the channels cannot be divided by `block_size²`.

    >>> keras.ops.depth_to_space(keras.ops.ones((1, 2, 3, 8)), 2).shape
    (1, 4, 6, 2)
    """
    x = as_array(x)
    first = standardize_data_format(data_format) == "channels_first"
    batch, height, width, channels = _image_sizes(x, first)
    block, depth = block_size, channels // block_size**2
    if channels % block**2:
        raise ValueError(
            f"depth_to_space divides the channels by block_size² = {block**2}, but there are "
            f"{channels} channels."
        )
    if first:
        x = x.reshape(batch, depth, block, block, height, width)
        x = x.transpose(0, 1, 4, 2, 5, 3)
        return x.reshape(batch, depth, height * block, width * block)
    x = x.reshape(batch, height, width, block, block, depth)
    return x.swapaxes(2, 3).reshape(batch, height * block, width * block, depth)


@op
def space_to_depth(x: Any, block_size: int, data_format: str = "channels_last") -> jax.Array:
    """Stack the pixels of each block as channels: the inverse of `depth_to_space`.

    Args:
        x: images of shape (batch, height, width, channels), or channels-first.
        block_size: side of the blocks.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor of shape (batch, height / block, width / block, channels * block²), in the layout of
        `x`.

    Raises:
        ValueError: if height or width cannot be divided by `block_size`.

    >>> keras.ops.space_to_depth(keras.ops.ones((1, 4, 6, 2)), 2).shape
    (1, 2, 3, 8)
    """
    x = as_array(x)
    first = standardize_data_format(data_format) == "channels_first"
    batch, height, width, channels = _image_sizes(x, first)
    block, rows, columns = block_size, height // block_size, width // block_size
    if height % block or width % block:
        raise ValueError(
            f"space_to_depth divides height and width by block_size = {block}, but the images are "
            f"{height} by {width}."
        )
    if first:
        x = x.reshape(batch, channels, rows, block, columns, block)
        x = x.transpose(0, 1, 3, 5, 2, 4)
        return x.reshape(batch, channels * block**2, rows, columns)
    x = x.reshape(batch, rows, block, columns, block, channels)
    return x.swapaxes(2, 3).reshape(batch, rows, columns, channels * block**2)


def _image_sizes(x: jax.Array, channels_first: bool) -> tuple[int, int, int, int]:
    """Batch, height, width and channels of images in either layout."""
    if x.ndim != 4:
        raise ValueError(f"Images are tensors of rank 4; got shape {tuple(x.shape)}.")
    if channels_first:
        batch, channels, height, width = x.shape
        return batch, height, width, channels
    return tuple(x.shape)
