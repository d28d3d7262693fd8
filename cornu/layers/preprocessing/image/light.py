"""Brightness, contrast, and the tone curves of photographs: one number per image, one formula."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer, per_image
from cornu.layers.preprocessing.image.draws import Draws
from cornu.layers.preprocessing.image.settings import Factor, interval, rescaled, value_limits


class RandomBrightness(BaseImagePreprocessingLayer):
    """Add a random amount to each image, in training.

    Args:
        factor: fraction of the value range: f stands for an amount between -f and f, `(low, high)`
            for one between those; -1 makes black, 1 white.
        value_range: least and greatest value of the images; results are clipped to it.
        seed: int or None.
        **kwargs: `name`, `dtype`, `data_format`.

    Raises:
        ValueError: for a factor outside of [-1, 1].

    >>> brighter = keras.layers.RandomBrightness((0.5, 0.5), value_range=(0, 1))
    >>> brighter([[[0.25], [0.75]]])[0].tolist()
    [[0.75], [1.0]]
    """

    _settings = ("factor", "value_range", "seed")

    def __init__(
        self,
        factor: Factor,
        value_range: tuple[float, float] = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor=factor, **kwargs)
        self.value_range = value_limits(value_range)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """What to add to each image, `"rgb_delta"` (batch,)."""
        low, high = self.value_range
        return {"rgb_delta": (high - low) * draws.uniform((batch,), *self.factor)}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Add."""
        delta = per_image(transformation["rgb_delta"], images)
        return jnp.clip(images + delta, *self.value_range)


class RandomContrast(BaseImagePreprocessingLayer):
    """Move the values of each image away from, or to, the mean of their channel, in training.

    Args:
        factor: f stands for a factor between `1 - f` and `1 + f`, `(low, high)` for one between
            `1 - low` and `1 + high`; both from 0 to 1.
        value_range: least and greatest value of the images; results are clipped to it.
        seed: int or None.
        **kwargs: `name`, `dtype`, `data_format`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> flat = keras.layers.RandomContrast((1.0, 0.0), value_range=(0, 1), seed=1)
    >>> image = flat([[[0.25], [0.75]]])
    >>> bool((abs(image - 0.5) < 0.25).all())
    True
    """

    FACTOR_BOUNDS: ClassVar = (0, 1)
    _settings = ("factor", "value_range", "seed")

    def __init__(
        self,
        factor: Factor,
        value_range: tuple[float, float] = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.factor = interval(factor, "factor", 0, 1, "both")
        self.value_range = value_limits(value_range)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """The factor of each image, `"contrast_factor"` (batch,)."""
        low, high = self.factor
        return {"contrast_factor": draws.uniform((batch,), 1.0 - low, 1.0 + high)}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Multiply the differences from the mean."""
        mean = jnp.mean(images, axis=(1, 2), keepdims=True)
        factor = per_image(transformation["contrast_factor"], images)
        return jnp.clip((images - mean) * factor + mean, *self.value_range)


class RandomInvert(BaseImagePreprocessingLayer):
    """Turn random images into their negatives, in training.

    Args:
        factor: probability: f stands for one between 0 and f, `(low, high)` for one between those.
        value_range: least and greatest value of the images.
        seed: int or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> keras.layers.RandomInvert((1.0, 1.0))([[[0.0], [255.0]]])[0].tolist()
    [[255.0], [0.0]]
    """

    FACTOR_BOUNDS: ClassVar = (0, 1)
    _settings = ("factor", "value_range", "seed")

    def __init__(
        self,
        factor: Factor = 1.0,
        value_range: tuple[float, float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.value_range = value_limits(value_range)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """Which images to invert, `"apply_inversion"` (batch,)."""
        return {"apply_inversion": draws.chosen(batch, self.factor)}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Mirror the values within the range."""
        chosen = transformation["apply_inversion"][:, None, None, None]
        return jnp.where(chosen, sum(self.value_range) - images, images)


class RandomPosterization(BaseImagePreprocessingLayer):
    """Keep the highest bits of each value, in training.

    "AutoAugment", Cubuk et al., 2018 (https://arxiv.org/abs/1805.09501).

    Args:
        factor: number of bits to keep, from 1 to 8; `(low, high)` draws one between those for
            each image.
        value_range: least and greatest value of the images.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor outside of [1, 8].

    >>> keras.layers.RandomPosterization(1)([[[100.0], [200.0]]])[0].tolist()
    [[0.0], [128.0]]
    """

    FACTOR_BOUNDS: ClassVar = (1, 8)
    _settings = ("factor", "value_range", "seed")

    def __init__(
        self,
        factor: Factor,
        value_range: tuple[float, float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.factor = interval(factor, "factor", 1, 8, "both")
        self.value_range = value_limits(value_range)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """How many bits of each image to drop, `"shift_factor"` (batch,)."""
        low, high = int(min(self.factor)), int(max(self.factor))
        bits = low + draws.integers((batch,), high - low + 1)
        return {"shift_factor": 8 - bits}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Round down to multiples of a power of two, of bytes."""
        values = jnp.floor(rescaled(images, self.value_range, (0, 255)))
        step = per_image(jnp.exp2(transformation["shift_factor"].astype("float32")), images)
        return rescaled(jnp.floor(values / step) * step, (0, 255), self.value_range)


class Solarization(BaseImagePreprocessingLayer):
    """Invert the values above a threshold, as overexposed film does, in training.

    Args:
        addition_factor: fraction of the value range to add first: f stands for one between 0 and f,
            `(low, high)` for one between those; from 0 to 1.
        threshold_factor: the threshold, likewise.
        value_range: least and greatest value of the images.
        seed: int or None.
        **kwargs: `name`, `dtype`, `data_format`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> layer = keras.layers.Solarization(threshold_factor=(0.5, 0.5))
    >>> layer([[[100.0], [200.0]]])[0].tolist()
    [[100.0], [55.0]]
    """

    _settings = ("addition_factor", "threshold_factor", "value_range", "seed")

    def __init__(
        self,
        addition_factor: Factor = 0.0,
        threshold_factor: Factor = 0.0,
        value_range: tuple[float, float] = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.addition_factor = interval(addition_factor, "addition_factor", 0, 1, "from_zero")
        self.threshold_factor = interval(threshold_factor, "threshold_factor", 0, 1, "from_zero")
        self.value_range = value_limits(value_range)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """`"additions"` and `"thresholds"` (batch,), of values from 0 to 255."""
        return {
            "additions": 255 * draws.uniform((batch,), *self.addition_factor),
            "thresholds": 255 * draws.uniform((batch,), *self.threshold_factor),
        }

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Add, and invert what reaches the threshold."""
        values = rescaled(images, self.value_range, (0, 255))
        values = jnp.clip(values + per_image(transformation["additions"], images), 0, 255)
        below = values < per_image(transformation["thresholds"], images)
        return rescaled(jnp.where(below, values, 255 - values), (0, 255), self.value_range)
