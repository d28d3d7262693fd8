"""Distortions that are no affine map: perspective, and elastic displacement."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from cornu import kernels
from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer
from cornu.layers.preprocessing.image.draws import Draws
from cornu.layers.preprocessing.image.geometric import GeometricLayer
from cornu.layers.preprocessing.image.settings import Factor, interval, one_of, value_limits
from cornu.ops.image.geometry import homography
from cornu.ops.image.layout import FILL_MODES, INTERPOLATIONS


class RandomPerspective(GeometricLayer):
    """Look at images from a random side: their corners move, lines stay straight; in training.

    Args:
        factor: probability of a change: f stands for one between 0 and f, `(low, high)` for one
            between those.
        scale: how far corners move, from 0 to 1, where 1 is half of their distance from the
            upper left corner.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_value: the value outside of the image.
        seed: int or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`, `bounding_box_format`.

    Raises:
        ValueError: for a factor or scale outside of [0, 1], or an unknown interpolation.

    >>> keras.layers.RandomPerspective(scale=0.3)(keras.ops.ones((8, 8, 3))).shape
    (8, 8, 3)
    """

    FACTOR_BOUNDS: ClassVar = (0, 1)
    _settings = ("factor", "scale", "interpolation", "fill_value", "seed")

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            "constant",
            interpolation,
            seed,
            fill_value,
            factor=factor,
            data_format=data_format,
            **kwargs,
        )
        self.scale = interval(scale, "scale", 0, 1, "both")[0]

    def draw_maps(self, draws: Draws, batch: int, height: int, width: int) -> jax.Array:
        """Projections that move the corners; the identity where nothing is to change."""
        chosen = draws.chosen(batch, self.factor)
        right, bottom = width - 1.0, height - 1.0
        corners = jnp.array([[0.0, 0.0], [right, 0.0], [0.0, bottom], [right, bottom]])
        moved = corners + corners * draws.uniform((batch, 4, 2), -self.scale / 2, self.scale / 2)
        maps = homography(moved, jnp.broadcast_to(corners, moved.shape))
        identity = jnp.array([1.0, 0, 0, 0, 1, 0, 0, 0])
        return jnp.where(chosen[:, None], maps, identity)


class RandomElasticTransform(BaseImagePreprocessingLayer):
    """Move pixels by smooth random displacements, in training.

    "Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis", Simard
    et al., 2003.

    Args:
        factor: probability of a change: f stands for one between 0 and f, `(low, high)` for one
            between those.
        scale: strength, likewise, from 0 to 1; displacements have a standard deviation of about
            3 % of the image's size times the strength.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what lies outside of the image: `"constant"`, `"nearest"`, `"wrap"`,
            `"mirror"` or `"reflect"`.
        fill_value: the value outside for `fill_mode="constant"`.
        value_range: least and greatest value of the images.
        seed: int or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor or scale outside of [0, 1], an unknown interpolation or fill mode.

    >>> keras.layers.RandomElasticTransform(scale=0.5)(keras.ops.ones((8, 8, 3))).shape
    (8, 8, 3)
    """

    FACTOR_BOUNDS: ClassVar = (0, 1)
    _settings = "factor scale interpolation fill_mode fill_value value_range seed".split()

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: Factor = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: tuple[float, float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.scale = interval(scale, "scale", 0, 1)
        self.interpolation = one_of(interpolation, "interpolation", tuple(INTERPOLATIONS))
        self.fill_mode = one_of(fill_mode, "fill_mode", FILL_MODES)
        self.fill_value = fill_value
        self.value_range = value_limits(value_range)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """Where each pixel comes from: `"rows"` and `"columns"`."""
        strength = draws.uniform((batch,), *self.scale)
        strength = jnp.where(draws.chosen(batch, self.factor), strength, 0.0)[:, None, None]
        sigma = 0.05 * min(height, width) * strength
        alpha = 0.1 * max(height, width) * strength
        noise = draws.normal((2, batch, height, width))
        shift = alpha * sigma * (smoother(height, sigma) @ noise @ smoother(width, sigma))
        rows = jnp.arange(height, dtype="float32")[:, None] + shift[0]
        return {"rows": rows, "columns": jnp.arange(width, dtype="float32") + shift[1]}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Sample each image at its coordinates."""
        return jnp.clip(
            self._sampled(images, transformation, self.interpolation), *self.value_range
        )

    def _sampled(self, images: jax.Array, transformation: dict, interpolation: str) -> jax.Array:
        at = transformation["rows"], transformation["columns"]
        order = INTERPOLATIONS[interpolation]
        return kernels.sample(images, *at, order, self.fill_mode, self.fill_value)

    def augment_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        """Masks sampled as the images are, each pixel with the class of the nearest."""
        return self._sampled(masks, transformation, "nearest")


def smoother(size: int, sigma: jax.Array) -> jax.Array:
    """Symmetric matrices (batch, size, size) that smooth by Gaussians of width (batch, 1, 1)."""
    place = np.arange(size)
    distance = np.arange(-size, size + 1)
    exponent = -0.5 / jnp.maximum(sigma, 1e-3) ** 2
    weights = jnp.exp(exponent * (place[:, None] - place) ** 2)
    return weights / jnp.sum(jnp.exp(exponent * distance**2), axis=-1, keepdims=True)
