"""`RandomErasing`: a rectangle of each image replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer
from cornu.layers.preprocessing.image.draws import Draws
from cornu.layers.preprocessing.image.settings import Factor, interval, value_limits


class RandomErasing(BaseImagePreprocessingLayer):
    """Replace a random rectangle of random images, in training.

    "Random Erasing Data Augmentation", Zhong et al., 2017 (https://arxiv.org/abs/1708.04896).

    Args:
        factor: probability: f stands for one between 0 and f, `(low, high)` for one between those.
        scale: squares of the rectangle's height and width, in fractions of the image's, between
            these two.
        fill_value: a number, or one per channel; None draws noise for each pixel.
        value_range: least and greatest value of the images.
        seed: int or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor or scale outside of [0, 1].

    >>> erase = keras.layers.RandomErasing((1.0, 1.0), scale=(0.25, 0.25), fill_value=7)
    >>> image = erase(keras.ops.zeros((8, 8, 1)))
    >>> int((image == 7).sum())
    16
    """

    FACTOR_BOUNDS: ClassVar = (0, 1)
    _settings = ("factor", "scale", "fill_value", "value_range", "seed")

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: Factor = (0.02, 0.33),
        fill_value: float | Sequence[float] | None = None,
        value_range: tuple[float, float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.scale = interval(scale, "scale", 0, 1)
        self.fill_value = fill_value
        self.value_range = value_limits(value_range)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """Pixels to replace, `"batch_masks"` (batch, height, width), and a `"key"` for noise."""
        shares = jnp.sqrt(draws.uniform((2, batch), *self.scale))
        masks = rectangles(draws, height, width, shares[0], shares[1])[0]
        chosen = draws.chosen(batch, self.factor)[:, None, None]
        return {"batch_masks": masks & chosen, "key": draws.key()}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Replace the pixels of the masks."""
        low, high = self.value_range
        if self.fill_value is None:
            filling = Draws(transformation["key"]).normal(images.shape) * high
        else:
            filling = jnp.asarray(self.fill_value)
        filling = jnp.clip(filling, low, high).astype(images.dtype)
        return jnp.where(transformation["batch_masks"][..., None], filling, images)


def rectangles(
    draws: Draws, height: int, width: int, down: jax.Array, right: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Random rectangles, one per image.

    Args:
        draws: where random numbers come from.
        height: height of the images.
        width: their width.
        down: height of the rectangles (batch,), in fractions of the images'.
        right: their width, likewise.

    Returns:
        Masks (batch, height, width), and the areas of the rectangles in fractions of the images'.
    """
    inside = []
    for size, share in ((height, down), (width, right)):
        length = share * size
        start = draws.uniform(share.shape) * (size - length)
        place = jnp.arange(size, dtype="float32")
        inside.append((place >= start[:, None]) & (place < (start + length)[:, None]))
    rows, columns = inside
    return rows[:, :, None] & columns[:, None, :], down * right
