"""`RandomFlip`: images mirrored at random."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer
from cornu.layers.preprocessing.image.bounding_boxes.formats import convert_format
from cornu.layers.preprocessing.image.draws import Draws
from cornu.layers.preprocessing.image.settings import one_of

MODES = ("horizontal", "vertical", "horizontal_and_vertical")


class RandomFlip(BaseImagePreprocessingLayer):
    """Mirror each image with probability 1/2, in training.

    Args:
        mode: `"horizontal"` (left and right change places), `"vertical"`, or
            `"horizontal_and_vertical"`, where each direction is drawn by itself.
        seed: int or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`, `bounding_box_format`.

    Raises:
        ValueError: for an unknown mode.

    >>> flip = keras.layers.RandomFlip("horizontal", seed=1)
    >>> pictures = flip(keras.ops.tile([[[[1.0], [2.0]]]], (50, 1, 1, 1)))
    >>> sorted({tuple(picture.ravel().tolist()) for picture in pictures})
    [(1.0, 2.0), (2.0, 1.0)]
    """

    _settings = ("seed", "mode")

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.mode = one_of(mode, "mode", MODES)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """For each direction of the mode, which images (batch,) to mirror."""
        flips = {
            direction: draws.uniform((batch,)) < 0.5
            for direction in ("horizontal", "vertical")
            if direction in self.mode
        }
        return {**flips, "height": height, "width": width}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Mirror the chosen images."""
        for direction, axis in (("horizontal", 2), ("vertical", 1)):
            if direction in transformation:
                flips = transformation[direction][:, None, None, None]
                images = jnp.where(flips, jnp.flip(images, axis), images)
        return images

    def augment_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        """Masks mirrored as the images are."""
        return self.augment(masks, transformation)

    def transform_bounding_boxes(
        self, bounding_boxes: dict, transformation: Any = None, training: bool = True
    ) -> dict:
        """Boxes mirrored as the images are."""
        if not training:
            return bounding_boxes
        size = transformation["height"], transformation["width"]
        known = self._box_format()
        result = convert_format(bounding_boxes, known, "rel_xyxy", *size)
        boxes = result["boxes"]
        for direction, first in (("horizontal", 0), ("vertical", 1)):
            if direction in transformation:
                low, high = boxes[..., first], boxes[..., first + 2]
                mirrored = boxes.at[..., first].set(1 - high).at[..., first + 2].set(1 - low)
                boxes = jnp.where(transformation[direction][:, None, None], mirrored, boxes)
        return convert_format({**result, "boxes": boxes}, "rel_xyxy", known, *size)
