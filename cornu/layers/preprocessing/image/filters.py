"""Sharper and softer images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from cornu import kernels
from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer, per_image
from cornu.layers.preprocessing.image.color import ColorLayer
from cornu.layers.preprocessing.image.draws import Draws
from cornu.layers.preprocessing.image.settings import Factor, interval, value_limits

# Weights of a pixel and its neighbors in the softened image.
SOFT = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13


class RandomSharpness(ColorLayer):
    """Make each image softer or sharper, in training.

    Args:
        factor: 0 gives the softened image, 0.5 changes nothing, 1 sharpens as much as 0 softens:
            f stands for one between 0 and f, `(low, high)` for one between those.
        value_range: least and greatest value of the images; results are clipped to it.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> same = keras.layers.RandomSharpness((0.5, 0.5))
    >>> same([[[100.0], [200.0]]])[0].tolist()
    [[100.0], [200.0]]
    """

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Move away from, or to, the softened image."""
        window = jnp.asarray(SOFT[..., None, None], images.dtype)
        window = jnp.broadcast_to(window, (3, 3, images.shape[-1], 1))
        soft = kernels.depthwise_conv(images, window, (1, 1), "SAME", (1, 1))
        share = 1 - 2 * per_image(transformation["factor"], images)
        return jnp.clip(images + share * (soft - images), *self.value_range)


class RandomGaussianBlur(BaseImagePreprocessingLayer):
    """Smooth random images by a Gaussian of random width, in training.

    Args:
        factor: probability: f stands for one between 0 and f, `(low, high)` for one between those.
        kernel_size: height and width of the window, odd; one number serves for both.
        sigma: standard deviation in pixels, from 0 to 1: s stands for one between 0 and s,
            `(low, high)` for one between those.
        value_range: least and greatest value of the images; results are clipped to it.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor or sigma outside of [0, 1], or an even size.

    >>> blur = keras.layers.RandomGaussianBlur((1.0, 1.0), sigma=(1.0, 1.0))
    >>> blur(keras.ops.ones((8, 8, 3)))[4, 4].round(3).tolist()
    [1.0, 1.0, 1.0]
    """

    FACTOR_BOUNDS: ClassVar = (0, 1)
    _settings = ("factor", "kernel_size", "sigma", "value_range", "seed")

    def __init__(
        self,
        factor: Factor = 1.0,
        kernel_size: int | Sequence[int] = 3,
        sigma: Factor = 1.0,
        value_range: tuple[float, float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        sizes = (kernel_size,) * 2 if isinstance(kernel_size, int) else tuple(kernel_size)
        if len(sizes) != 2 or any(size % 2 == 0 for size in sizes):
            raise ValueError(f"`kernel_size` must be one or two odd numbers; got {kernel_size!r}.")
        self.kernel_size = sizes
        self.sigma = interval(sigma, "sigma", 0, 1)
        self.value_range = value_limits(value_range)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """Which images to smooth, `"should_apply_blur"`, and widths `"blur_factor"` (2, batch)."""
        return {
            "should_apply_blur": draws.chosen(batch, self.factor),
            "blur_factor": draws.uniform((2, batch), *self.sigma) + 1e-6,
        }

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Sum shifted images, rows first, then columns; outside of the image all is 0."""
        soft = images
        for axis, size in ((1, self.kernel_size[0]), (2, self.kernel_size[1])):
            distance = np.arange(size) - size // 2
            sigma = transformation["blur_factor"][axis - 1]
            # The middle has the weight 1, so that a tiny sigma divides by 1 and not by 0.
            weights = jnp.exp(-0.5 * (distance[:, None] / sigma) ** 2)
            weights = weights / weights.sum(axis=0)
            border = [(0, 0)] * 4
            border[axis] = (size // 2, size // 2)
            wide, length = jnp.pad(soft, border), images.shape[axis]
            shifted = [jax.lax.slice_in_dim(wide, i, i + length, axis=axis) for i in range(size)]
            soft = sum(per_image(w, images) * x for w, x in zip(weights, shifted))
        chosen = transformation["should_apply_blur"][:, None, None, None]
        return jnp.clip(jnp.where(chosen, soft, images), *self.value_range)
