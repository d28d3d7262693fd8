"""Layers that move pixels: each makes one matrix per image, and one warp applies it."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer
from cornu.layers.preprocessing.image.bounding_boxes.formats import convert_format
from cornu.layers.preprocessing.image.bounding_boxes.geometry import around, clip_to_image_size
from cornu.layers.preprocessing.image.draws import Draws
from cornu.layers.preprocessing.image.settings import Factor, interval, one_of
from cornu.ops.image.layout import INTERPOLATIONS

FILL_MODES = ("reflect", "wrap", "constant", "nearest")


class GeometricLayer(BaseImagePreprocessingLayer):
    """Base of layers that are an affine or projective map of each image.

    Args:
        fill_mode: what lies outside of the image: `"reflect"` (a mirror outside of the border
            pixel), `"wrap"` (the other side), `"constant"` (`fill_value`) or `"nearest"` (the
            border pixel).
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int or None.
        fill_value: the value outside for `"constant"`.
        **kwargs: arguments of the base.
    """

    def __init__(
        self,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.fill_mode = one_of(fill_mode, "fill_mode", FILL_MODES)
        self.interpolation = one_of(interpolation, "interpolation", tuple(INTERPOLATIONS))
        self.fill_value = fill_value
        self._seeded(seed)

    def draw_maps(self, draws: Draws, batch: int, height: int, width: int) -> jax.Array:
        """A map (batch, 6) or (batch, 8) per image, from places of the result to the source."""
        raise NotImplementedError(f"Layer {type(self).__name__} must define `draw_maps`.")

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """A map per image, `"maps"`, and the images' size."""
        maps = self.draw_maps(draws, batch, height, width)
        return {"maps": maps, "height": height, "width": width}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Warp each image by its map."""
        return self._warped(images, transformation, self.interpolation)

    def _warped(self, images: jax.Array, transformation: dict, interpolation: str) -> jax.Array:
        order = INTERPOLATIONS[interpolation]
        return kernels.warp(images, transformation["maps"], order, self.fill_mode, self.fill_value)

    def augment_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        """Masks warped as the images are, each pixel with the class of the nearest."""
        return self._warped(masks, transformation, "nearest")

    def transform_bounding_boxes(
        self, bounding_boxes: dict, transformation: Any = None, training: bool = True
    ) -> dict:
        """The upright boxes around the warped ones, within the image; empty ones get label -1."""
        if not training:
            return bounding_boxes
        size = transformation["height"], transformation["width"]
        known = self._box_format()
        boxes = convert_format(bounding_boxes, known, "xyxy", *size)
        moved = around(boxes["boxes"], jnp.linalg.inv(square(transformation["maps"])))
        boxes = clip_to_image_size({**boxes, "boxes": moved}, *size)
        return convert_format(boxes, "xyxy", known, *size)


class RandomRotation(GeometricLayer):
    """Rotate each image around its center by a random angle, in training.

    Args:
        factor: fraction of a full turn: f stands for an angle between `-f * 360` and `f * 360`
            degrees, `(low, high)` for one between those. Positive angles turn counter-clockwise.
        fill_mode: what lies outside of the image: `"reflect"`, `"wrap"`, `"constant"` or
            `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int or None.
        fill_value: the value outside for `fill_mode="constant"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`, `bounding_box_format`.

    Raises:
        ValueError: for a factor beyond a full turn, an unknown fill mode or interpolation.

    >>> image = keras.ops.reshape(keras.ops.arange(4.0), (2, 2, 1))
    >>> half_turn = keras.layers.RandomRotation((0.5, 0.5), interpolation="nearest")
    >>> half_turn(image)[..., 0].tolist()
    [[3.0, 2.0], [1.0, 0.0]]
    """

    _settings = ("factor", "fill_mode", "fill_value", "interpolation", "seed")

    def __init__(
        self,
        factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            fill_mode,
            interpolation,
            seed,
            fill_value,
            factor=factor,
            data_format=data_format,
            **kwargs,
        )

    def draw_maps(self, draws: Draws, batch: int, height: int, width: int) -> jax.Array:
        """Rotations around the middle."""
        angle = 2 * math.pi * draws.uniform((batch,), *self.factor)
        cos, sin = jnp.cos(angle), jnp.sin(angle)
        x, y = (width - 1) / 2, (height - 1) / 2
        return rows_of(cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos)


class RandomZoom(GeometricLayer):
    """Zoom each image in or out of its center by random factors, in training.

    Args:
        height_factor: f stands for a change between -f and f, `(low, high)` for one between
            those; positive values zoom out, negative ones in. Above -1, at most 1.
        width_factor: likewise; None keeps the aspect ratio.
        fill_mode: what lies outside of the image: `"reflect"`, `"wrap"`, `"constant"` or
            `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int or None.
        fill_value: the value outside for `fill_mode="constant"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`, `bounding_box_format`.

    Raises:
        ValueError: for a factor out of range, an unknown fill mode or interpolation.

    >>> image = keras.ops.reshape(keras.ops.arange(5.0), (1, 5, 1))
    >>> keras.layers.RandomZoom((-0.5, -0.5))(image)[0, :, 0].tolist()
    [1.0, 1.5, 2.0, 2.5, 3.0]
    """

    _settings = "height_factor width_factor fill_mode interpolation seed fill_value".split()

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor | None = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            fill_mode, interpolation, seed, fill_value, data_format=data_format, **kwargs
        )
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._height = interval(height_factor, "height_factor", -1, 1)
        self._width = width_factor and interval(width_factor, "width_factor", -1, 1)
        # One number stands for both directions, and 1 then reaches -1 with probability 0.
        if any(isinstance(f, (tuple, list)) and -1 in f for f in (height_factor, width_factor)):
            raise ValueError(
                "`height_factor` and `width_factor` must be above -1, where an image has no size; "
                f"got {height_factor!r} and {width_factor!r}."
            )

    def draw_maps(self, draws: Draws, batch: int, height: int, width: int) -> jax.Array:
        """Scales around the middle."""
        scale_y = 1 + draws.uniform((batch,), *self._height)
        same = self.width_factor is None
        scale_x = scale_y if same else 1 + draws.uniform((batch,), *(self._width or (0, 0)))
        zero = jnp.zeros_like(scale_x)
        shift_x, shift_y = (width - 1) / 2 * (1 - scale_x), (height - 1) / 2 * (1 - scale_y)
        return rows_of(scale_x, zero, shift_x, zero, scale_y, shift_y)


class RandomTranslation(GeometricLayer):
    """Shift each image by random amounts, in training.

    Args:
        height_factor: fraction of the height: f stands for a shift between -f and f, `(low, high)`
            for one between those; positive values shift down. From -1 to 1.
        width_factor: likewise; positive values shift to the right.
        fill_mode: what lies outside of the image: `"reflect"`, `"wrap"`, `"constant"` or
            `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int or None.
        fill_value: the value outside for `fill_mode="constant"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`, `bounding_box_format`.

    Raises:
        ValueError: for a factor out of range, an unknown fill mode or interpolation.

    >>> image = keras.ops.reshape(keras.ops.arange(4.0), (1, 4, 1))
    >>> right = keras.layers.RandomTranslation(0, (0.25, 0.25), fill_mode="constant")
    >>> right(image)[0, :, 0].tolist()
    [0.0, 0.0, 1.0, 2.0]
    """

    _settings = "height_factor width_factor fill_mode interpolation seed fill_value".split()

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            fill_mode, interpolation, seed, fill_value, data_format=data_format, **kwargs
        )
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._height = interval(height_factor, "height_factor", -1, 1)
        self._width = interval(width_factor, "width_factor", -1, 1)

    def draw_maps(self, draws: Draws, batch: int, height: int, width: int) -> jax.Array:
        """Shifts."""
        down = height * draws.uniform((batch,), *self._height)
        right = width * draws.uniform((batch,), *self._width)
        zero, one = jnp.zeros_like(down), jnp.ones_like(down)
        return rows_of(one, zero, -right, zero, one, -down)


class RandomShear(GeometricLayer):
    """Shear each image by random amounts, to either side, in training.

    Args:
        x_factor: how far a row moves for each row above it, from 0 to 1: f stands for an amount
            between -f and f, `(low, high)` for one between those.
        y_factor: likewise for columns.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what lies outside of the image: `"reflect"`, `"wrap"`, `"constant"` or
            `"nearest"`.
        fill_value: the value outside for `fill_mode="constant"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        seed: int or None.
        **kwargs: `name`, `dtype`, `bounding_box_format`.

    Raises:
        ValueError: for a factor out of range, an unknown fill mode or interpolation.

    >>> keras.layers.RandomShear(0.2)(keras.ops.ones((8, 8, 3))).shape
    (8, 8, 3)
    """

    _settings = "x_factor y_factor fill_mode interpolation seed fill_value".split()

    def __init__(
        self,
        x_factor: Factor = 0.0,
        y_factor: Factor = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            fill_mode, interpolation, seed, fill_value, data_format=data_format, **kwargs
        )
        self.x_factor = interval(x_factor, "x_factor", -1, 1)
        self.y_factor = interval(y_factor, "y_factor", -1, 1)

    def draw_maps(self, draws: Draws, batch: int, height: int, width: int) -> jax.Array:
        """Shears, to a random side."""
        side = jnp.where(draws.uniform((batch,)) > 0.5, -1.0, 1.0)
        along_y = side * draws.uniform((batch,), *self.y_factor)
        along_x = side * draws.uniform((batch,), *self.x_factor)
        zero, one = jnp.zeros_like(side), jnp.ones_like(side)
        return rows_of(one, along_x, zero, along_y, one, zero)


def rows_of(*numbers: jax.Array) -> jax.Array:
    """Maps (batch, n) from their numbers, each of shape (batch,)."""
    return jnp.stack(numbers, axis=-1)


def square(maps: jax.Array) -> jax.Array:
    """Maps (batch, 6) or (batch, 8) as matrices (batch, 3, 3)."""
    missing = [0.0, 0.0, 1.0][maps.shape[-1] - 6 :]
    last = jnp.broadcast_to(jnp.asarray(missing, maps.dtype), (len(maps), len(missing)))
    return jnp.concatenate([maps, last], axis=-1).reshape(-1, 3, 3)
