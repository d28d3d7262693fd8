"""Statistics of tensors, and tensors brought to given statistics.

16-bit inputs are computed in float32: sums of squares overflow float16 at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from cornu import kernels
from cornu.engine import config
from cornu.ops.op import as_array, as_float, op

Axes = int | Sequence[int]


@op
def moments(
    x: Any, axes: Axes, keepdims: bool = False, synchronized: bool = False
) -> tuple[jax.Array, jax.Array]:
    """Mean and variance along axes.

    Args:
        x: tensor of any shape.
        axes: axis or axes to average over.
        keepdims: whether these axes stay with size 1.
        synchronized: accepted for compatibility; the mean of a sharded tensor is global anyway.

    Returns:
        Mean and variance, of the dtype of `x`.

    >>> mean, variance = keras.ops.moments([1.0, 3.0], axes=0)
    >>> mean.item(), variance.item()
    (2.0, 1.0)
    """
    x = as_float(x)
    wide = widened(x)
    axes = axes if isinstance(axes, int) else tuple(axes)
    mean = jnp.mean(wide, axis=axes, keepdims=True)
    variance = jnp.mean(jnp.square(wide - lax.stop_gradient(mean)), axis=axes, keepdims=True)
    if not keepdims:
        mean, variance = jnp.squeeze(mean, axes), jnp.squeeze(variance, axes)
    return narrowed(mean, x.dtype), narrowed(variance, x.dtype)


@op
def normalize(
    x: Any, axis: Axes | None = -1, order: int = 2, epsilon: float | None = None
) -> jax.Array:
    """`x` divided by its norm along an axis.

    Args:
        x: tensor of any shape.
        axis: axis or axes along which norms are taken; None for all.
        order: 1 for the sum of absolute values, 2 for the Euclidean norm, p for the p-norm.
        epsilon: lower limit of the divisor; the global epsilon if None.

    Returns:
        Tensor of the shape of `x`.

    Raises:
        ValueError: if the order is no int of at least 1.

    >>> [round(x, 4) for x in keras.ops.normalize([3.0, 4.0]).tolist()]
    [0.6, 0.8]
    """
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise ValueError(f"order must be an int of at least 1; got {order!r}.")
    x = as_float(x)
    epsilon = config.epsilon() if epsilon is None else epsilon
    axes = axis if axis is None or isinstance(axis, int) else tuple(axis)
    wide = widened(x)
    if order == 2:
        # The limit lies inside the root, where the gradient at a zero vector stays finite.
        square = jnp.sum(jnp.square(wide), axis=axes, keepdims=True)
        return (wide * lax.rsqrt(jnp.maximum(square, epsilon**2))).astype(x.dtype)
    power = jnp.sum(jnp.abs(wide) ** order, axis=axes, keepdims=True)
    limit = epsilon**order
    if order == 1 or not limit > jnp.finfo(wide.dtype).tiny:
        norm = jnp.maximum(power ** (1 / order), epsilon)
    else:
        norm = jnp.maximum(power, limit) ** (1 / order)
    return (wide / norm).astype(x.dtype)


@op(tensors=("x", "mean", "variance", "offset", "scale"))
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> jax.Array:
    """`(x - mean) / sqrt(variance + epsilon) * scale + offset`, with one value of each per channel.

    Args:
        x: tensor of any shape.
        mean: tensor of shape (channels,).
        variance: tensor of shape (channels,).
        axis: the channel axis of `x`.
        offset: tensor of shape (channels,), or None for 0.
        scale: tensor of shape (channels,), or None for 1.
        epsilon: added to the variance.

    Returns:
        Tensor of the shape of `x`.

    Raises:
        ValueError: if a parameter has another shape.

    References:
        Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167

    >>> x = keras.ops.batch_normalization([[3.0]], [1.0], [4.0], axis=-1, epsilon=0.0)
    >>> x.tolist()
    [[1.0]]
    """
    x = as_float(x)
    shape = [1] * x.ndim
    shape[axis] = channels = x.shape[axis]
    parameters = {"mean": mean, "variance": variance, "offset": offset, "scale": scale}
    for name, value in parameters.items():
        if value is None:
            continue
        value = as_float(value)
        if value.size != channels:
            raise ValueError(
                f"batch_normalization needs one {name} for each of the {channels} channels of axis "
                f"{axis}; got {name} of shape {tuple(value.shape)}, x of shape {tuple(x.shape)}."
            )
        parameters[name] = value.reshape(shape)
    mean, variance, offset, scale = parameters.values()
    # All per-channel arithmetic first: what is left is one multiplication and one addition.
    factor = lax.rsqrt(variance + jnp.asarray(epsilon, variance.dtype))
    factor = factor if scale is None else factor * scale
    shift = -mean * factor
    shift = shift if offset is None else shift + offset
    return x * factor + shift


@op(tensors=("x", "gamma", "beta"))
def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: Axes = -1,
    epsilon: float | None = None,
    rms_scaling: bool = False,
) -> jax.Array:
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, mean and variance along `axis`.

    Args:
        x: tensor of any shape.
        gamma: factors, of the shape of `x` along `axis`; None for 1.
        beta: offsets, of the same shape; None for 0.
        axis: axis or axes of one sample that are normalized together.
        epsilon: added to the variance; the global epsilon if None.
        rms_scaling: divide `x` by the standard deviation without subtracting the mean or adding
            `beta`, as old models do; `rms_normalization` divides by the root of the mean square.

    Returns:
        Tensor of the shape and dtype of `x`.

    References:
        Ba et al., 2016, https://arxiv.org/abs/1607.06450

    >>> keras.ops.layer_normalization([1.0, 3.0], epsilon=0.0).tolist()
    [-1.0, 1.0]
    """
    x = as_float(x)
    axes = axes_of(x, axis)
    epsilon = config.epsilon() if epsilon is None else epsilon
    if rms_scaling:
        wide = widened(x)
        variance = jnp.var(wide, axis=axes, keepdims=True)
        return scaled(wide * lax.rsqrt(variance + epsilon), "gamma", gamma, x, axes)
    last = tuple(range(x.ndim - len(axes), x.ndim))
    gamma = None if gamma is None else along_axes("gamma", gamma, x, axes)
    beta = None if beta is None else along_axes("beta", beta, x, axes)
    moved = jnp.moveaxis(x, axes, last)
    return jnp.moveaxis(kernels.layer_norm(moved, gamma, beta, last, epsilon), last, axes)


@op(tensors=("x", "scale"))
def rms_normalization(
    x: Any, scale: Any = None, axis: Axes = -1, epsilon: float | None = None
) -> jax.Array:
    """`x / sqrt(mean(x²) + epsilon) * scale`, the mean along `axis`.

    Args:
        x: tensor of any shape.
        scale: factors, of the shape of `x` along `axis`; None for 1.
        axis: axis or axes of one sample that are normalized together.
        epsilon: added to the mean square; the global epsilon if None.

    Returns:
        Tensor of the shape and dtype of `x`.

    References:
        Zhang and Sennrich, 2019, https://arxiv.org/abs/1910.07467

    >>> keras.ops.rms_normalization([3.0, 3.0], epsilon=0.0).round(4).tolist()
    [1.0, 1.0]
    """
    x = as_float(x)
    axes = axes_of(x, axis)
    wide = widened(x)
    epsilon = config.epsilon() if epsilon is None else epsilon
    power = jnp.mean(jnp.square(wide), axis=axes, keepdims=True)
    return scaled(wide * lax.rsqrt(power + epsilon), "scale", scale, x, axes)


def scaled(
    wide: jax.Array, name: str, factors: Any, x: jax.Array, axes: tuple[int, ...]
) -> jax.Array:
    """Times the factors along the axes if there are any, in the dtype of `x`."""
    if factors is not None:
        wide = wide * along_axes(name, factors, x, axes)
    return wide.astype(x.dtype)


def axes_of(x: jax.Array, axis: Axes) -> tuple[int, ...]:
    """The axes as numbers from 0, in order."""
    given = (axis,) if isinstance(axis, int) else tuple(axis)
    return tuple(sorted(a % x.ndim for a in given))


def along_axes(name: str, value: Any, x: jax.Array, axes: tuple[int, ...]) -> jax.Array:
    """A parameter in a shape that broadcasts to `x`.

    Raises:
        ValueError: if its size does not fit.
    """
    value = as_array(value)
    shape = tuple(n if i in axes else 1 for i, n in enumerate(x.shape))
    if value.size != math.prod(shape):
        expected = tuple(x.shape[i] for i in axes)
        raise ValueError(
            f"{name} must have shape {expected}, as the normalized axes {axes} of an input of "
            f"shape {tuple(x.shape)}; got {tuple(value.shape)}."
        )
    return value.reshape(shape)


def widened(x: jax.Array) -> jax.Array:
    """In float32 if it has 16 bits."""
    return x.astype(jnp.promote_types(x.dtype, "float32"))


def narrowed(x: jax.Array, dtype: Any) -> jax.Array:
    """In that dtype, values beyond its range cut to its limits rather than made infinite."""
    if x.dtype == dtype:
        return x
    limit = jnp.finfo(dtype).max.astype(x.dtype)
    return jnp.clip(x, -limit, limit).astype(dtype)
