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
        k, s, pads = window[axis - 1], strides[axis - 1], padding[axis - 1]
        scale = 1 / _counts(x.shape[axis], k, s, pads)
        scale = scale.reshape((-1,) + (1,) * (x.ndim - 1 - axis)).astype(x.dtype)
        x = sum(_views(x, axis, k, s, pads, np.zeros((), x.dtype))) * scale
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

    # Padded position q * stride + r is tap r + a * stride of window q - a.
    groups = -(-(x.shape[axis] + padding[0]) // stride)
    total = 0
    for a in range(-(-window // stride)):
        shifted = [(0, 0, 0)] * x.ndim
        shifted[axis] = (a, groups - a - dy.shape[axis], 0)
        gradient = jnp.expand_dims(lax.pad(dy, np.zeros((), dy.dtype), shifted), axis + 1)
        index = jnp.expand_dims(lax.pad(winner, np.int8(-1), shifted), axis + 1)
        taps = np.arange(stride) + a * stride
        taps = np.where(taps < window, taps, -2).astype("int8")
        taps = taps.reshape((-1,) + (1,) * (x.ndim - 1 - axis))
        total = total + jnp.where(index == taps, gradient, np.zeros((), dy.dtype))
    merged = total.reshape(*x.shape[:axis], groups * stride, *x.shape[axis + 1 :])
    return (lax.slice_in_dim(merged, padding[0], padding[0] + x.shape[axis], axis=axis),)


_max_along.defvjp(_max_along_forward, _max_along_backward)


def _views(
    x: Array, axis: int, window: int, stride: int, padding: tuple[int, int], fill: np.ndarray
) -> list[Array]:
    """The inputs that each tap of the window sees along one dimension."""
    pads = [(0, 0, 0)] * x.ndim
    pads[axis] = (*padding, 0)
    padded = lax.pad(x, fill, pads) if any(padding) else x
    span = ((padded.shape[axis] - window) // stride) * stride + 1
    return [lax.slice_in_dim(padded, tap, tap + span, stride, axis=axis) for tap in range(window)]


_max_pool = by_platform(_max_pool_on_cpu, max_pool_reference)
_avg_pool = by_platform(_avg_pool_on_cpu, avg_pool_reference)
