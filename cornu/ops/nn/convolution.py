"""Convolutions in one, two and three dimensions, in either image layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.ops.nn.layout import check_rank, in_channels_last, padding_name, per_dimension
from cornu.ops.op import as_array, op

Sizes = int | Sequence[int]


@op(tensors=("inputs", "kernel"))
def conv(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """Convolution in one, two or three dimensions.

    Args:
        inputs: tensor of shape (batch, *space, channels), or (batch, channels, *space) for
            channels-first data.
        kernel: tensor of shape (*window, channels / groups, filters); the number of groups follows
            from the shapes.
        strides: steps of the window, an int or one per spatial dimension.
        padding: `"valid"` (none) or `"same"` (as many outputs as inputs for stride 1).
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        dilation_rate: distances between the taps of the window; 1 for a dense window.

    Returns:
        Tensor of shape (batch, *positions, filters), in the layout of the inputs.

    Raises:
        ValueError: if the shapes do not fit together.

    >>> images, kernel = keras.ops.ones((1, 5, 5, 2)), keras.ops.ones((3, 3, 2, 4))
    >>> keras.ops.conv(images, kernel, padding="same").shape
    (1, 5, 5, 4)
    """
    inputs, kernel = same_dtype(inputs, kernel)
    ndim = check_rank(inputs, "conv")
    strides = per_dimension(strides, ndim, "strides")
    dilation = per_dimension(dilation_rate, ndim, "dilation_rate")
    padding = padding_name(padding)

    def run(x: jax.Array) -> jax.Array:
        channels, expected = x.shape[-1], kernel.shape[-2]
        groups = channels // max(expected, 1)
        if kernel.ndim != x.ndim or groups * expected != channels or kernel.shape[-1] % groups:
            raise ValueError(
                f"conv needs a kernel of shape (*window, {channels} / groups, filters), filters a "
                f"multiple of the groups; got kernel shape {tuple(kernel.shape)} and inputs shape "
                f"{tuple(inputs.shape)}. Check data_format and the layer before."
            )
        return kernels.conv(x, kernel, strides, padding, dilation, groups)

    return in_channels_last(run, inputs, data_format)


@op(tensors=("inputs", "kernel"))
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """Convolution of each channel by itself.

    Args:
        inputs: tensor of shape (batch, *space, channels), or channels-first.
        kernel: tensor of shape (*window, channels, multiplier).
        strides: steps of the window, an int or one per spatial dimension.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        dilation_rate: distances between the taps of the window.

    Returns:
        Tensor of shape (batch, *positions, channels * multiplier), in the layout of the inputs.

    Raises:
        ValueError: if the shapes do not fit together.

    >>> images, kernel = keras.ops.ones((1, 5, 5, 2)), keras.ops.ones((3, 3, 2, 4))
    >>> keras.ops.depthwise_conv(images, kernel).shape
    (1, 3, 3, 8)
    """
    inputs, kernel = same_dtype(inputs, kernel)
    ndim = check_rank(inputs, "depthwise_conv")
    strides = per_dimension(strides, ndim, "strides")
    dilation = per_dimension(dilation_rate, ndim, "dilation_rate")
    padding = padding_name(padding)

    def run(x: jax.Array) -> jax.Array:
        if kernel.ndim != x.ndim or kernel.shape[-2] != x.shape[-1]:
            raise ValueError(
                f"depthwise_conv needs a kernel of shape (*window, {x.shape[-1]}, multiplier); got "
                f"kernel shape {tuple(kernel.shape)} and inputs shape {tuple(inputs.shape)}."
            )
        return kernels.depthwise_conv(x, kernel, strides, padding, dilation)

    return in_channels_last(run, inputs, data_format)


@op(tensors=("inputs", "depthwise_kernel", "pointwise_kernel"))
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """A depthwise convolution followed by one with a window of 1, which mixes the channels.

    Args:
        inputs: tensor of shape (batch, *space, channels), or channels-first.
        depthwise_kernel: tensor of shape (*window, channels, multiplier).
        pointwise_kernel: tensor of shape (*ones, channels * multiplier, filters).
        strides: steps of the depthwise window, an int or one per spatial dimension.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        dilation_rate: distances between the taps of the depthwise window.

    Returns:
        Tensor of shape (batch, *positions, filters), in the layout of the inputs.

    References:
        Chollet, 2017, https://arxiv.org/abs/1610.02357

    >>> images = keras.ops.ones((1, 5, 5, 2))
    >>> depth, point = keras.ops.ones((3, 3, 2, 1)), keras.ops.ones((1, 1, 2, 6))
    >>> keras.ops.separable_conv(images, depth, point).shape
    (1, 3, 3, 6)
    """
    hidden = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(hidden, pointwise_kernel, 1, "valid", data_format, 1)


@op(tensors=("inputs", "kernel"))
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    output_padding: Sizes | None = None,
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """The transpose of a convolution, which enlarges by the strides.

    Args:
        inputs: tensor of shape (batch, *space, channels), or channels-first.
        kernel: tensor of shape (*window, filters, channels).
        strides: factors of enlargement, an int or one per spatial dimension.
        padding: `"valid"` or `"same"`.
        output_padding: rows added at the end of each spatial dimension, an int or one per
            dimension; None makes the size `input * stride` for `"same"` padding, and
            `input * stride + max(window - stride, 0)` for `"valid"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        dilation_rate: distances between the taps of the window.

    Returns:
        Tensor of shape (batch, *positions, filters), in the layout of the inputs.

    Raises:
        ValueError: if the shapes do not fit together.

    >>> images, kernel = keras.ops.ones((1, 5, 5, 2)), keras.ops.ones((3, 3, 4, 2))
    >>> keras.ops.conv_transpose(images, kernel, strides=2, padding="same").shape
    (1, 10, 10, 4)
    """
    inputs, kernel = same_dtype(inputs, kernel)
    ndim = check_rank(inputs, "conv_transpose")
    strides = per_dimension(strides, ndim, "strides")
    dilation = per_dimension(dilation_rate, ndim, "dilation_rate")
    padding = padding_name(padding)
    if output_padding is None or isinstance(output_padding, int):
        extra = (output_padding,) * ndim
    else:
        extra = tuple(output_padding)

    def run(x: jax.Array) -> jax.Array:
        if kernel.ndim != x.ndim or kernel.shape[-1] != x.shape[-1]:
            raise ValueError(
                f"conv_transpose needs a kernel of shape (*window, filters, {x.shape[-1]}); got "
                f"kernel shape {tuple(kernel.shape)} and inputs shape {tuple(inputs.shape)}."
            )
        pads = [
            transpose_padding(*sizes, padding)
            for sizes in zip(kernel.shape[:-2], strides, dilation, extra, strict=True)
        ]
        return kernels.conv_transpose(x, kernel, strides, pads, dilation)

    return in_channels_last(run, inputs, data_format)


def transpose_padding(
    window: int, stride: int, dilation: int, extra: int | None, padding: str
) -> tuple[int, int]:
    """Zeros before and after the inputs (with `stride - 1` zeros between them), per dimension."""
    reach = (window - 1) * dilation
    if padding == "valid":
        after = max(stride - reach - 1, 0) if extra is None else extra
        return reach, reach + after
    if extra is None:
        total = reach + stride - 1
    else:
        total = 2 * (reach - (reach + 1) // 2) + extra
    before = min(reach, (total + 1) // 2)
    return before, total - before


def same_dtype(inputs: Any, kernel: Any) -> tuple[jax.Array, jax.Array]:
    """Both as arrays of the dtype that they promote to."""
    inputs, kernel = as_array(inputs), as_array(kernel)
    dtype = jnp.result_type(inputs, kernel)
    return inputs.astype(dtype), kernel.astype(dtype)
