"""Convolutions of images with fixed kernels: blur, edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import kernels
from cornu.engine.config import standardize_data_format
from cornu.ops.image.layout import on_batch, pair
from cornu.ops.image.resizing import rounded
from cornu.ops.op import as_float, op

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


@op
def gaussian_blur(
    images: Any,
    kernel_size: Sequence[int] = (3, 3),
    sigma: Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> jax.Array:
    """Smooth images with a Gaussian; outside of the image all is 0.

    Args:
        images: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first.
        kernel_size: height and width of the window.
        sigma: standard deviation in each direction, in pixels.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Images of the same shape and dtype; integers are rounded.

    >>> image = keras.ops.ones((5, 5, 1))
    >>> round(keras.ops.image.gaussian_blur(image)[2, 2, 0].item(), 4)
    1.0
    """
    sizes, deviations = pair(kernel_size, "kernel_size"), pair(sigma, "sigma")

    def run(x: jax.Array) -> jax.Array:
        if jnp.issubdtype(x.dtype, jnp.floating):
            return blurred(x, sizes, deviations)
        return rounded(blurred(x.astype("float32"), sizes, deviations), x.dtype)

    return on_batch(run, images, data_format)


@op
def sobel_edges(images: Any, data_format: str | None = None) -> jax.Array:
    """Slopes of images, by Sobel's filter; outside of the image all is 0.

    Args:
        images: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Tensor of the shape of `images` with one more axis of size 2: slope downwards, slope to the
        right.

    >>> keras.ops.image.sobel_edges(keras.ops.ones((5, 5, 1))).shape
    (5, 5, 1, 2)
    """
    images = as_float(images)
    first = standardize_data_format(data_format) == "channels_first"

    def run(x: jax.Array) -> jax.Array:
        window = np.stack([SOBEL.T, SOBEL], axis=-1)[:, :, None]
        window = jnp.asarray(np.repeat(window, x.shape[-1], axis=2), x.dtype)
        return kernels.depthwise_conv(x, window, (1, 1), "SAME", (1, 1))

    edges = on_batch(run, images, data_format)
    # The channels of the result are those of the images, each followed by its two slopes.
    axis = edges.ndim - 3 if first else edges.ndim - 1
    shape = (*edges.shape[:axis], edges.shape[axis] // 2, 2, *edges.shape[axis + 1 :])
    return jnp.moveaxis(edges.reshape(shape), axis + 1, -1)


def gaussian(size: int, sigma: float) -> np.ndarray:
    """Values of a Gaussian around the middle of a window, with sum 1."""
    position = np.arange(size) - (size - 1) / 2
    # The exponent is shifted so that not all values underflow where sigma is tiny.
    exponent = -0.5 * (position / sigma) ** 2
    values = np.exp(exponent - exponent.max())
    return values / values.sum()


def blurred(
    x: jax.Array, sizes: Sequence[int], sigma: Sequence[float], padding: str = "SAME"
) -> jax.Array:
    """Images (batch, height, width, channels) smoothed in one direction after the other."""
    for axis, (size, deviation) in enumerate(zip(sizes, sigma)):
        shape = [1, 1, 1, 1]
        shape[axis] = size
        window = jnp.asarray(gaussian(size, deviation).reshape(shape), x.dtype)
        window = jnp.broadcast_to(window, (*shape[:2], x.shape[-1], 1))
        x = kernels.depthwise_conv(x, window, (1, 1), padding, (1, 1))
    return x
