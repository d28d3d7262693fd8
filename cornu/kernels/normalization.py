"""Layer and batch normalization of the training step, with short gradients.

Statistics are computed in float32 or wider. Autodiff would go through the variance term by term;
written out, the gradient of the inputs is one pass after the sums over the cotangents.
"""

from collections.abc import Sequence
from functools import partial
from math import prod

import jax
import jax.numpy as jnp
from jax import Array, lax

from cornu.kernels.platforms import is_stock_only


def layer_norm(
    x: Array,
    gamma: Array | None,
    beta: Array | None,
    axis: int | Sequence[int] = -1,
    epsilon: float = 1e-3,
) -> Array:
    """Normalize each sample over its trailing axes (Ba, Kiros and Hinton, 2016).

    Args:
        x: array of shape (..., *normalized).
        gamma: factors of shape (*normalized) or None.
        beta: offsets of shape (*normalized) or None.
        axis: the axes to normalize over, which must be the last ones.
        epsilon: added to the variance.

    Returns:
        Array of the shape and dtype of x.

    Raises:
        ValueError: if the axes are not the last ones.

    >>> import jax.numpy as jnp
    >>> layer_norm(jnp.array([[1.0, 3.0]]), None, None, epsilon=0.0).tolist()
    [[-1.0, 1.0]]
    """
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    axes = sorted(each % x.ndim for each in axes)
    if axes != list(range(x.ndim - len(axes), x.ndim)):
        raise ValueError(
            f"layer_norm: `axis` must name the last axes of x, got axis={axis} for x of shape "
            f"{x.shape}. Transpose x so that the axes to normalize come last."
        )
    if is_stock_only():
        return layer_norm_reference(x, gamma, beta, axes, epsilon)
    return _normalize(axes[0], epsilon, x, gamma, beta)


def layer_norm_reference(
    x: Array, gamma: Array | None, beta: Array | None, axis: int | Sequence[int], epsilon: float
) -> Array:
    """Plain definition of `layer_norm`."""
    axis = axis if isinstance(axis, int) else tuple(axis)
    wide = x.astype(_wide(x))
    centered = wide - jnp.mean(wide, axis=axis, keepdims=True)
    variance = jnp.mean(centered * centered, axis=axis, keepdims=True)
    y = centered / jnp.sqrt(variance + epsilon)
    y = y if gamma is None else y * gamma
    return (y if beta is None else y + beta).astype(x.dtype)


def batch_norm_train(
    x: Array,
    gamma: Array | None,
    beta: Array | None,
    axis_to_reduce: Sequence[int],
    epsilon: float = 1e-3,
) -> tuple[Array, Array, Array]:
    """Normalize each channel over a batch (Ioffe and Szegedy, 2015).

    The variance is the mean of (x - mean)**2, a second pass over x. The difference of the means of
    x**2 and x would cancel where the mean is much larger than the deviation, and shifting x by a
    guess at the mean first, to have it in one pass, was no faster.

    Args:
        x: array of any shape.
        gamma: factors of the shape that remains of x without the reduced axes, or None.
        beta: offsets of that shape or None.
        axis_to_reduce: the axes to compute the statistics over.
        epsilon: added to the variance.

    Returns:
        The normalized array, of the shape and dtype of x; the mean and the (biased) variance, of
        the shape that remains, in float32 or wider. Gradients flow through all three.

    >>> import jax.numpy as jnp
    >>> y, mean, variance = batch_norm_train(jnp.array([[1.0], [3.0]]), None, None, (0,), 0.0)
    >>> y.tolist(), mean.tolist(), variance.tolist()
    ([[-1.0], [1.0]], [2.0], [1.0])
    """
    axes = tuple(sorted(each % x.ndim for each in axis_to_reduce))
    if is_stock_only():
        return batch_norm_train_reference(x, gamma, beta, axes, epsilon)
    return _batch_norm_compiled(axes, epsilon, x, gamma, beta)


def batch_norm_train_reference(
    x: Array,
    gamma: Array | None,
    beta: Array | None,
    axis_to_reduce: Sequence[int],
    epsilon: float,
) -> tuple[Array, Array, Array]:
    """Plain definition of `batch_norm_train`."""
    axes = tuple(axis_to_reduce)
    wide = x.astype(_wide(x))
    mean = jnp.mean(wide, axes, keepdims=True)
    variance = jnp.mean((wide - mean) ** 2, axes, keepdims=True)
    y = (wide - mean) / jnp.sqrt(variance + epsilon)
    y = y if gamma is None else y * jnp.expand_dims(gamma, axes)
    y = y if beta is None else y + jnp.expand_dims(beta, axes)
    return y.astype(x.dtype), jnp.squeeze(mean, axes), jnp.squeeze(variance, axes)


def _wide(x: Array) -> jnp.dtype:
    return jnp.promote_types(x.dtype, "float32")


@partial(jax.jit, static_argnums=(0, 1))
def _normalize(
    first: int, epsilon: float, x: Array, gamma: Array | None, beta: Array | None
) -> Array:
    flat = x.reshape(prod(x.shape[:first]), prod(x.shape[first:]))
    gamma, beta = (None if each is None else each.reshape(-1) for each in (gamma, beta))
    return _layer_norm(epsilon, flat, gamma, beta).reshape(x.shape)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _layer_norm(epsilon: float, x: Array, gamma: Array | None, beta: Array | None) -> Array:
    return _layer_norm_forward(epsilon, x, gamma, beta)[0]


def _layer_norm_forward(
    epsilon: float, x: Array, gamma: Array | None, beta: Array | None
) -> tuple[Array, tuple]:
    wide = x.astype(_wide(x))
    mean = jnp.mean(wide, axis=1, keepdims=True)
    centered = wide - mean
    inverse = lax.rsqrt(jnp.mean(centered * centered, axis=1, keepdims=True) + epsilon)
    y = centered * inverse
    y = y if gamma is None else y * gamma
    y = y if beta is None else y + beta
    return y.astype(x.dtype), (x, gamma, beta, mean, inverse)


def _layer_norm_backward(
    epsilon: float, residuals: tuple, dy: Array
) -> tuple[Array, Array | None, Array | None]:
    x, gamma, beta, mean, inverse = residuals
    dy = dy.astype(mean.dtype)
    normalized = (x.astype(mean.dtype) - mean) * inverse
    scaled = dy if gamma is None else dy * gamma
    along = jnp.mean(scaled * normalized, axis=1, keepdims=True)
    dx = inverse * (scaled - jnp.mean(scaled, axis=1, keepdims=True) - normalized * along)
    return (
        dx.astype(x.dtype),
        None if gamma is None else jnp.sum(dy * normalized, axis=0).astype(gamma.dtype),
        None if beta is None else jnp.sum(dy, axis=0).astype(beta.dtype),
    )


_layer_norm.defvjp(_layer_norm_forward, _layer_norm_backward)


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _batch_norm(
    axes: tuple[int, ...], epsilon: float, x: Array, gamma: Array | None, beta: Array | None
) -> tuple[Array, Array, Array]:
    return _batch_norm_forward(axes, epsilon, x, gamma, beta)[0]


def _batch_norm_forward(
    axes: tuple[int, ...], epsilon: float, x: Array, gamma: Array | None, beta: Array | None
) -> tuple[tuple[Array, Array, Array], tuple]:
    wide = x.astype(_wide(x))
    mean = jnp.mean(wide, axes, keepdims=True)
    centered = wide - mean
    variance = jnp.mean(centered * centered, axes, keepdims=True)
    inverse = lax.rsqrt(variance + epsilon)
    factor = inverse if gamma is None else inverse * jnp.expand_dims(gamma, axes)
    y = centered * factor
    y = y if beta is None else y + jnp.expand_dims(beta, axes)
    outputs = y.astype(x.dtype), jnp.squeeze(mean, axes), jnp.squeeze(variance, axes)
    return outputs, (x, gamma, beta, mean, inverse)


def _batch_norm_backward(
    axes: tuple[int, ...], epsilon: float, residuals: tuple, cotangents: tuple
) -> tuple[Array, Array | None, Array | None]:
    x, gamma, beta, mean, inverse = residuals
    dy, d_mean, d_variance = cotangents
    dy = dy.astype(mean.dtype)
    count = prod(x.shape[each] for each in axes)
    centered = x.astype(mean.dtype) - mean
    d_beta = jnp.sum(dy, axes, keepdims=True)
    d_gamma = jnp.sum(dy * centered, axes, keepdims=True) * inverse
    factor = inverse if gamma is None else inverse * jnp.expand_dims(gamma, axes)
    slope = 2 * jnp.expand_dims(d_variance, axes) - factor * inverse * d_gamma
    constant = jnp.expand_dims(d_mean, axes) - factor * d_beta
    dx = factor * dy + (slope / count) * centered + constant / count
    return (
        dx.astype(x.dtype),
        None if gamma is None else jnp.squeeze(d_gamma, axes).astype(gamma.dtype),
        None if beta is None else jnp.squeeze(d_beta, axes).astype(beta.dtype),
    )


_batch_norm.defvjp(_batch_norm_forward, _batch_norm_backward)
_batch_norm_compiled = jax.jit(_batch_norm, static_argnums=(0, 1))
