"""Channels-last convolutions in one, two and three dimensions.

On a CPU the window and the channels decide the formulation: a window of one is a matrix product,
a depthwise kernel a sum of shifted multiplies, few groups are separate convolutions, many groups
a batched matrix product per tap, and everything else is canonical (see `canonical_conv`).
"""

from collections.abc import Sequence
from math import prod

import jax.numpy as jnp
from jax import Array, lax

from cornu.kernels.canonical_conv import (
    Geometry,
    channels_last_conv,
    correlate,
    input_gradient,
    shifted_views,
)
from cornu.kernels.dense import dense
from cornu.kernels.platforms import by_platform

Padding = str | Sequence[tuple[int, int]]

# More groups than this compile slowly as separate convolutions.
FEW_GROUPS = 16


def conv(
    x: Array,
    kernel: Array,
    strides: Sequence[int],
    padding: Padding,
    dilation: Sequence[int],
    groups: int = 1,
) -> Array:
    """Convolve channels-last inputs (a cross-correlation, as everywhere in deep learning).

    Args:
        x: inputs of shape (batch, *space, channels), with one to three spatial dimensions.
        kernel: weights of shape (*window, channels / groups, filters).
        strides: step of the window per spatial dimension.
        padding: "SAME", "VALID" or one (low, high) pair per spatial dimension, which may be
            negative.
        dilation: distance of the window's taps per spatial dimension.
        groups: number of groups that the channels and the filters are divided into.

    Returns:
        Outputs of shape (batch, *positions, filters).

    >>> import jax.numpy as jnp
    >>> conv(jnp.ones((1, 5, 5, 2)), jnp.ones((3, 3, 2, 4)), (1, 1), "SAME", (1, 1)).shape
    (1, 5, 5, 4)
    """
    return _conv(
        x, kernel, geometry=_geometry(x, kernel, strides, padding, dilation), groups=groups
    )


def conv_reference(x: Array, kernel: Array, geometry: Geometry, groups: int = 1) -> Array:
    """Plain definition of `conv`."""
    return channels_last_conv(
        x, kernel, geometry.strides, geometry.padding, None, geometry.dilation, groups
    )


def depthwise_conv(
    x: Array,
    kernel: Array,
    strides: Sequence[int],
    padding: Padding,
    dilation: Sequence[int],
) -> Array:
    """Convolve each channel by itself.

    Args:
        x: inputs of shape (batch, *space, channels).
        kernel: weights of shape (*window, channels, multiplier).
        strides: step of the window per spatial dimension.
        padding: "SAME", "VALID" or one (low, high) pair per spatial dimension.
        dilation: distance of the window's taps per spatial dimension.

    Returns:
        Outputs of shape (batch, *positions, channels * multiplier), the multiplier varying fastest.

    >>> import jax.numpy as jnp
    >>> depthwise_conv(jnp.ones((1, 5, 3)), jnp.ones((2, 3, 4)), (1,), "VALID", (1,)).shape
    (1, 4, 12)
    """
    channels, multiplier = kernel.shape[-2:]
    grouped = kernel.reshape(*kernel.shape[:-2], 1, channels * multiplier)
    return conv(x, grouped, strides, padding, dilation, groups=channels)


def conv_transpose(
    x: Array,
    kernel: Array,
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int],
) -> Array:
    """Apply the transpose of a convolution.

    Args:
        x: inputs of shape (batch, *space, channels).
        kernel: weights of shape (*window, filters, channels), as Keras keeps them.
        strides: distance of the inputs in the output.
        padding: one (low, high) pair per spatial dimension, added around the dilated inputs, as
            `jax.lax.conv_transpose` takes it.
        dilation: distance of the window's taps per spatial dimension.

    Returns:
        Outputs of shape (batch, *positions, filters).

    >>> import jax.numpy as jnp
    >>> pads = [(1, 1), (1, 1)]
    >>> conv_transpose(jnp.ones((1, 4, 4, 2)), jnp.ones((2, 2, 3, 2)), (2, 2), pads, (1, 1)).shape
    (1, 8, 8, 3)
    """
    return _conv_transpose(
        x,
        kernel,
        strides=tuple(strides),
        padding=tuple((int(lo), int(hi)) for lo, hi in padding),
        dilation=tuple(dilation),
    )


def conv_transpose_reference(
    x: Array,
    kernel: Array,
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Array:
    """Plain definition of `conv_transpose`."""
    space = tuple(range(x.ndim - 2))
    flipped = jnp.swapaxes(jnp.flip(kernel, space), -1, -2)
    return channels_last_conv(x, flipped, (1,) * len(space), padding, strides, dilation)


def _geometry(
    x: Array, kernel: Array, strides: Sequence[int], padding: Padding, dilation: Sequence[int]
) -> Geometry:
    space, window = tuple(x.shape[1:-1]), tuple(kernel.shape[:-2])
    if isinstance(padding, str):
        reach = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
        padding = lax.padtype_to_pads(space, reach, strides, padding.upper())
    pairs = tuple((int(lo), int(hi)) for lo, hi in padding)
    return Geometry(space, window, tuple(strides), pairs, tuple(dilation))


def _conv_on_cpu(x: Array, kernel: Array, geometry: Geometry, groups: int) -> Array:
    if 0 in x.shape or 0 in kernel.shape or 0 in geometry.positions:
        return conv_reference(x, kernel, geometry, groups)
    if x.dtype in (jnp.float16, jnp.bfloat16):
        wide = _conv_on_cpu(x.astype("float32"), kernel.astype("float32"), geometry, groups)
        return wide.astype(x.dtype)
    if groups == 1:
        if prod(geometry.window) == 1:
            return _pointwise(x, kernel, geometry)
        return correlate(x, kernel, geometry)
    if groups == x.shape[-1]:
        return _depthwise(x, kernel, geometry)
    if groups <= FEW_GROUPS:
        return _separate_groups(x, kernel, geometry, groups)
    return _batched_groups(x, kernel, geometry, groups)


def _pointwise(x: Array, kernel: Array, geometry: Geometry) -> Array:
    (seen,) = shifted_views(x, geometry)
    return dense(seen, kernel.reshape(kernel.shape[-2:]))


def _depthwise(x: Array, kernel: Array, geometry: Geometry) -> Array:
    channels, filters = x.shape[-1], kernel.shape[-1]
    taps = kernel.reshape(-1, channels, filters // channels)
    outputs = [
        sum(view * tap[:, j] for view, tap in zip(shifted_views(x, geometry), taps, strict=True))
        for j in range(filters // channels)
    ]
    if len(outputs) == 1:
        return outputs[0]
    return jnp.stack(outputs, axis=-1).reshape(*outputs[0].shape[:-1], filters)


def _separate_groups(x: Array, kernel: Array, geometry: Geometry, groups: int) -> Array:
    return jnp.concatenate(
        [
            _conv_on_cpu(part, weights, geometry, 1)
            for part, weights in zip(
                jnp.split(x, groups, axis=-1), jnp.split(kernel, groups, axis=-1), strict=True
            )
        ],
        axis=-1,
    )


def _batched_groups(x: Array, kernel: Array, geometry: Geometry, groups: int) -> Array:
    by_group = jnp.moveaxis(x.reshape(*x.shape[:-1], groups, -1), -2, 0)
    weights = jnp.moveaxis(kernel.reshape(*kernel.shape[:-1], groups, -1), -2, 0)
    weights = weights.reshape(groups, -1, *weights.shape[-2:])
    batch = (groups * x.shape[0], *x.shape[1:-1], x.shape[-1] // groups)
    total = None
    for tap, view in enumerate(shifted_views(by_group.reshape(batch), geometry)):
        term = jnp.matmul(view.reshape(groups, -1, view.shape[-1]), weights[:, tap])
        total = term if total is None else total + term
    total = total.reshape(groups, x.shape[0], *geometry.positions, -1)
    return jnp.moveaxis(total, 0, -2).reshape(x.shape[0], *geometry.positions, kernel.shape[-1])


def _conv_transpose_on_cpu(
    x: Array,
    kernel: Array,
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Array:
    if 0 in x.shape or 0 in kernel.shape:
        return conv_transpose_reference(x, kernel, strides, padding, dilation)
    if x.dtype in (jnp.float16, jnp.bfloat16):
        wide = _conv_transpose_on_cpu(
            x.astype("float32"), kernel.astype("float32"), strides, padding, dilation
        )
        return wide.astype(x.dtype)
    return input_gradient(x, kernel, _transposed_geometry(x, kernel, strides, padding, dilation))


def _transposed_geometry(
    x: Array,
    kernel: Array,
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Geometry:
    """The convolution whose input gradient this transposed convolution is."""
    window = tuple(kernel.shape[:-2])
    space, pairs = [], []
    for m, k, s, (lo, hi), d in zip(x.shape[1:-1], window, strides, padding, dilation, strict=True):
        reach = (k - 1) * d + 1
        space.append((m - 1) * s + 1 + lo + hi - reach + 1)
        pairs.append((reach - 1 - lo, reach - 1 - hi))
    return Geometry(tuple(space), window, strides, tuple(pairs), dilation)


_conv = by_platform(_conv_on_cpu, conv_reference)
_conv_transpose = by_platform(_conv_transpose_on_cpu, conv_transpose_reference)
