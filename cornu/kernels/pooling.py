"""Max and average pooling, one spatial dimension after the other.

Pooling over a box is pooling along each of its sides in turn, and ties resolve the same way: along
the last dimension first, the first maximum of a box is the first row's first maximum. Along one
dimension a window is a handful of strided slices, which XLA:CPU fuses into one pass; the gradient
goes by the index of the maximum. The stock gradient, `select_and_scatter`, is a scalar loop there.
"""

from collections.abc import Sequence
from functools import partial, reduce

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from cornu.kernels.platforms import by_platform

# A wider window would be more slices than it is worth compiling.
WIDEST_WINDOW = 32


def max_pool(x: Array, window: Sequence[int], strides: Sequence[int], padding: str) -> Array:
    """Take the maximum of each window.

    The gradient of a window goes to the first of its maxima, in row-major order.

    Args:
        x: inputs of shape (batch, *space, channels), with one to three spatial dimensions.
        window: size of the window per spatial dimension.
        strides: step of the window per spatial dimension.
        padding: "same" or "valid", in either case of letters.

    Returns:
        Outputs of shape (batch, *positions, channels), of the dtype of x.

    >>> import jax.numpy as jnp
    >>> max_pool(jnp.arange(6.0).reshape(1, 6, 1), (2,), (2,), "valid").ravel().tolist()
    [1.0, 3.0, 5.0]
    """
    return _max_pool(x, **_settings(x, window, strides, padding))


def avg_pool(x: Array, window: Sequence[int], strides: Sequence[int], padding: str) -> Array:
    """Take the mean of each window, over the elements that are no padding.

    Args:
        x: inputs of shape (batch, *space, channels), with one to three spatial dimensions.
        window: size of the window per spatial dimension.
        strides: step of the window per spatial dimension.
        padding: "same" or "valid", in either case of letters.

    Returns:
        Outputs of shape (batch, *positions, channels), of the dtype of x.

    >>> import jax.numpy as jnp
    >>> avg_pool(jnp.arange(5.0).reshape(1, 5, 1), (2,), (2,), "same").ravel().tolist()
    [0.5, 2.5, 4.0]
    """
    return _avg_pool(x, **_settings(x, window, strides, padding))


def max_pool_reference(
    x: Array,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
) -> Array:
    """Plain definition of `max_pool`."""
    return lax.reduce_window(
        x,
        _lowest(x.dtype),
        lax.max,
        (1, *window, 1),
        (1, *strides, 1),
        ((0, 0), *padding, (0, 0)),
    )


def avg_pool_reference(
    x: Array,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
) -> Array:
    """Plain definition of `avg_pool`."""
    total = lax.reduce_window(
        x,
        np.zeros((), x.dtype),
        lax.add,
        (1, *window, 1),
        (1, *strides, 1),
        ((0, 0), *padding, (0, 0)),
    )
    counts = [
        _counts(n, k, s, pads)
        for n, k, s, pads in zip(x.shape[1:-1], window, strides, padding, strict=True)
    ]
    return total / reduce(np.multiply.outer, counts)[..., None].astype(x.dtype)


def _settings(x: Array, window: Sequence[int], strides: Sequence[int], padding: str) -> dict:
    window, strides = tuple(window), tuple(strides)
    pads = lax.padtype_to_pads(x.shape[1:-1], window, strides, padding.upper())
    return {
        "window": window,
        "strides": strides,
        "padding": tuple((int(lo), int(hi)) for lo, hi in pads),
    }


def _lowest(dtype: jnp.dtype) -> np.ndarray:
    if jnp.issubdtype(dtype, jnp.floating):
        return np.array(-np.inf, dtype)
    if dtype == jnp.bool_:
        return np.array(False)
    return np.array(jnp.iinfo(dtype).min, dtype)


def _counts(size: int, window: int, stride: int, padding: tuple[int, int]) -> np.ndarray:
    """How many real elements each window along a dimension sees."""
    low, high = padding
    positions = (size + low + high - window) // stride + 1
    starts = np.arange(max(positions, 0)) * stride - low
    return np.minimum(starts + window, size) - np.maximum(starts, 0)


def _max_pool_on_cpu(
    x: Array,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
) -> Array:
    if max(window) > WIDEST_WINDOW:
        return max_pool_reference(x, window, strides, padding)
    for axis in reversed(range(1, x.ndim - 1)):
        x = _max_along(axis, window[axis - 1], strides[axis - 1], padding[axis - 1], x)
    return x


def _avg_pool_on_cpu(
    x: Array,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
) -> Array:
    if max(window) > WIDEST_WINDOW:
        return avg_pool_reference(x, window, strides, padding)
    dtype = x.dtype
    if dtype in (jnp.float16, jnp.bfloat16):
        x = x.astype("float32")
    for axis in reversed(range(1, x.ndim - 1)):
        x = _mean_along(axis, window[axis - 1], strides[axis - 1], padding[axis - 1], x)
    return x.astype(dtype)


@partial(jax.custom_vjp, nondiff_argnums=(0, 1, 2, 3))
def _max_along(axis: int, window: int, stride: int, padding: tuple[int, int], x: Array) -> Array:
    return reduce(lax.max, _views(x, axis, window, stride, padding, _lowest(x.dtype)))


def _max_along_forward(
    axis: int, window: int, stride: int, padding: tuple[int, int], x: Array
) -> tuple[Array, Array]:
    return _max_along(axis, window, stride, padding, x), x


def _max_along_backward(
    axis: int, window: int, stride: int, padding: tuple[int, int], x: Array, dy: Array
) -> tuple[Array]:
    views = _views(x, axis, window, stride, padding, _lowest(x.dtype))
    largest, winner = views[0], jnp.zeros(dy.shape, "int8")
    for tap, view in enumerate(views[1:], start=1):
        larger = view > largest
        largest = jnp.where(larger, view, largest)
        winner = jnp.where(larger, np.int8(tap), winner)

    if window > stride:
        winner, dy = lax.optimization_barrier((winner, dy))  # else computed once per use
    wide = dy.astype(jnp.promote_types(dy.dtype, "float32"))
    return (_spread(axis, window, stride, padding, x.shape[axis], wide, winner).astype(x.dtype),)


_max_along.defvjp(_max_along_forward, _max_along_backward)


@partial(jax.custom_vjp, nondiff_argnums=(0, 1, 2, 3))
def _mean_along(axis: int, window: int, stride: int, padding: tuple[int, int], x: Array) -> Array:
    total = sum(_views(x, axis, window, stride, padding, np.zeros((), x.dtype)))
    return total * _weights(axis, window, stride, padding, x.shape, x.dtype)


def _mean_along_forward(
    axis: int, window: int, stride: int, padding: tuple[int, int], x: Array
) -> tuple[Array, Array]:
    return _mean_along(axis, window, stride, padding, x), x


def _mean_along_backward(
    axis: int, window: int, stride: int, padding: tuple[int, int], x: Array, dy: Array
) -> tuple[Array]:
    dy = dy * _weights(axis, window, stride, padding, x.shape, dy.dtype)
    return (_spread(axis, window, stride, padding, x.shape[axis], dy),)


_mean_along.defvjp(_mean_along_forward, _mean_along_backward)


def _weights(
    axis: int,
    window: int,
    stride: int,
    padding: tuple[int, int],
    shape: tuple[int, ...],
    dtype: jnp.dtype,
) -> np.ndarray:
    weights = 1 / _counts(shape[axis], window, stride, padding)
    return weights.reshape((-1,) + (1,) * (len(shape) - 1 - axis)).astype(dtype)


def _spread(
    axis: int,
    window: int,
    stride: int,
    padding: tuple[int, int],
    size: int,
    dy: Array,
    winner: Array | None = None,
) -> Array:
    """Add each window's dy to the elements it sees, or only to the tap that won.

    Padded position q * stride + r is tap r + a * stride of window q - a.
    """
    zero = np.zeros((), dy.dtype)
    groups = -(-(size + padding[0]) // stride)
    total = zero
    for a in range(-(-window // stride)):
        shifted = [(0, 0, 0)] * dy.ndim
        shifted[axis] = (a, groups - a - dy.shape[axis], 0)
        gradient = jnp.expand_dims(lax.pad(dy, zero, shifted), axis + 1)
        taps = (np.arange(stride) + a * stride).reshape((-1,) + (1,) * (dy.ndim - 1 - axis))
        if winner is None:
            chosen = taps < window
        else:
            index = jnp.expand_dims(lax.pad(winner, np.int8(-1), shifted), axis + 1)
            chosen = index == np.where(taps < window, taps, -2).astype("int8")
        total = total + jnp.where(chosen, gradient, zero)
    merged = total.reshape(*dy.shape[:axis], groups * stride, *dy.shape[axis + 1 :])
    return lax.slice_in_dim(merged, padding[0], padding[0] + size, axis=axis)


def _views(
    x: Array, axis: int, window: int, stride: int, padding: tuple[int, int], fill: np.ndarray
) -> list[Array]:
    """The inputs that each tap of the window sees along one dimension."""
    pads = [(0, 0, 0)] * x.ndim
    pads[axis] = (*padding, 0)
    padded = lax.pad(x, fill, pads) if any(padding) else x
    span = ((padded.shape[axis] - window) // stride) * stride + 1
    return [lax.slice_in_dim(padded, tap, tap + span, stride, axis=axis) for tap in range(window)]


# Without a gradient XLA:CPU can fuse convolution, bias, activation and `reduce_window`.
_max_pool = by_platform(_max_pool_on_cpu, max_pool_reference, max_pool_reference)
_avg_pool = by_platform(_avg_pool_on_cpu, avg_pool_reference, avg_pool_reference)
