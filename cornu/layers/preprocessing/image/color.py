"""Hue, saturation and grayness: changes of color that leave the shapes alone."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from cornu.engine.config import epsilon
from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer, per_image
from cornu.layers.preprocessing.image.draws import Draws
from cornu.layers.preprocessing.image.light import RandomBrightness, RandomContrast
from cornu.layers.preprocessing.image.settings import Factor, rescaled, value_limits
from cornu.ops.image.color import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv


class ColorLayer(BaseImagePreprocessingLayer):
    """Base of layers that change the colors of each image by a factor of its own."""

    FACTOR_BOUNDS: ClassVar = (0, 1)
    _settings = ("factor", "value_range", "seed")

    def __init__(
        self,
        factor: Factor,
        value_range: tuple[float, float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.value_range = value_limits(value_range)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """The strength for each image, `"factor"` (batch,)."""
        return {"factor": draws.uniform((batch,), *self.factor)}


class RandomHue(ColorLayer):
    """Turn the hues of each image by a random angle, to either side, in training.

    Args:
        factor: fraction of a half turn, from 0 to 1: f is one between 0 and f, `(low, high)`
            for one between those.
        value_range: least and greatest value of the images.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> opposite = keras.layers.RandomHue((1.0, 1.0), value_range=(0, 1))
    >>> opposite([[[1.0, 0.0, 0.0]]])[0].tolist()
    [[0.0, 1.0, 1.0]]
    """

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """The fraction of a full turn for each image, `"factor"` (batch,)."""
        side = jnp.where(draws.uniform((batch,)) > 0.5, -0.5, 0.5)
        return {"factor": side * draws.uniform((batch,), *self.factor)}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Add to the hue."""
        hsv = rgb_to_hsv(rescaled(images, self.value_range, (0, 1)), "channels_last")
        turn = per_image(transformation["factor"], hsv)
        hue = (hsv[..., :1] + turn) % 1
        rgb = hsv_to_rgb(jnp.concatenate([hue, hsv[..., 1:]], axis=-1), "channels_last")
        return rescaled(jnp.clip(rgb, 0, 1), (0, 1), self.value_range)


class RandomSaturation(ColorLayer):
    """Make the colors of each image paler or stronger, in training.

    Args:
        factor: 0 makes gray, 0.5 changes nothing, 1 gives the strongest colors: f stands for one
            between 0 and f, `(low, high)` for one between those.
        value_range: least and greatest value of the images.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> gray = keras.layers.RandomSaturation((0.0, 0.0), value_range=(0, 1))
    >>> gray([[[0.25, 0.5, 0.75]]])[0].tolist()
    [[0.75, 0.75, 0.75]]
    """

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """What the saturation of each image is multiplied by, `"factor"` (batch,)."""
        strength = super().draw(draws, batch, height, width)["factor"]
        return {"factor": strength / (1 - strength + epsilon())}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Multiply the saturation."""
        hsv = rgb_to_hsv(rescaled(images, self.value_range, (0, 1)), "channels_last")
        saturation = jnp.clip(hsv[..., 1:2] * per_image(transformation["factor"], hsv), 0, 1)
        rgb = hsv_to_rgb(
            jnp.concatenate([hsv[..., :1], saturation, hsv[..., 2:]], axis=-1), "channels_last"
        )
        return rescaled(rgb, (0, 1), self.value_range)


class RandomColorDegeneration(ColorLayer):
    """Mix each image with its gray version, in training.

    Args:
        factor: fraction of the gray version, from 0 to 1: f stands for one between 0 and f,
            `(low, high)` for one between those.
        value_range: least and greatest value of the images.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> gray = keras.layers.RandomColorDegeneration((1.0, 1.0))
    >>> len(set(gray([[[10.0, 100.0, 200.0]]]).ravel().tolist()))
    1
    """

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Mix."""
        gray = rgb_to_grayscale(images, "channels_last")
        share = per_image(transformation["factor"], images)
        return jnp.clip(images + share * (gray - images), *self.value_range)


class RandomGrayscale(BaseImagePreprocessingLayer):
    """Make random images gray, with as many channels as before, in training.

    Args:
        factor: probability, from 0 to 1.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> gray = keras.layers.RandomGrayscale(factor=1.0)
    >>> len(set(gray([[[10.0, 100.0, 200.0]]]).ravel().tolist()))
    1
    """

    _settings = ("factor",)

    def __init__(
        self,
        factor: float = 0.5,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        if not 0 <= factor <= 1:
            raise ValueError(f"`factor` must lie in [0, 1]; got {factor!r}.")
        self.factor = factor
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> jax.Array:
        """Which images to make gray, (batch, 1, 1, 1)."""
        return draws.uniform((batch, 1, 1, 1)) < self.factor

    def augment(self, images: jax.Array, transformation: jax.Array) -> jax.Array:
        """Replace the chosen images."""
        return jnp.where(transformation, rgb_to_grayscale(images, "channels_last"), images)


class RandomColorJitter(BaseImagePreprocessingLayer):
    """Change brightness, contrast, saturation and hue of each image, in this order, in training.

    Args:
        value_range: least and greatest value of the images.
        brightness_factor: as `factor` of `RandomBrightness`; None leaves it out.
        contrast_factor: as `factor` of `RandomContrast`; None leaves it out.
        saturation_factor: as `factor` of `RandomSaturation`; None leaves it out.
        hue_factor: as `factor` of `RandomHue`; None leaves it out.
        seed: int or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`.

    >>> jitter = keras.layers.RandomColorJitter(brightness_factor=0.2, hue_factor=0.1)
    >>> jitter(keras.ops.ones((8, 8, 3))).shape
    (8, 8, 3)
    """

    _settings = (
        "value_range brightness_factor contrast_factor saturation_factor hue_factor seed"
    ).split()

    def __init__(
        self,
        value_range: tuple[float, float] = (0, 255),
        brightness_factor: Factor | None = None,
        contrast_factor: Factor | None = None,
        saturation_factor: Factor | None = None,
        hue_factor: Factor | None = None,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_limits(value_range)
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        self._seeded(seed)
        common = {
            "value_range": self.value_range,
            "seed": seed,
            "data_format": data_format,
            "dtype": self.dtype_policy,
        }
        for name, kind, factor in (
            ("random_brightness", RandomBrightness, brightness_factor),
            ("random_contrast", RandomContrast, contrast_factor),
            ("random_saturation", RandomSaturation, saturation_factor),
            ("random_hue", RandomHue, hue_factor),
        ):
            setattr(self, name, None if factor is None else kind(factor=factor, **common))

    def _steps(self) -> dict[str, BaseImagePreprocessingLayer]:
        names = ("random_brightness", "random_contrast", "random_saturation", "random_hue")
        return {name: step for name in names if (step := getattr(self, name)) is not None}

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """The transformation of each step, by its name."""
        return {
            name: step.draw(Draws(draws.key()), batch, height, width)
            for name, step in self._steps().items()
        }

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """One step after the other."""
        for name, step in self._steps().items():
            images = step.augment(images, transformation[name])
        return images
