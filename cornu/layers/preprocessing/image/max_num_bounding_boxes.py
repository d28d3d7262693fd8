"""`MaxNumBoundingBoxes`: the same number of boxes for every image."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer


class MaxNumBoundingBoxes(BaseImagePreprocessingLayer):
    """Cut off, or fill up, bounding boxes to a number.

    Args:
        max_number: number of boxes per image.
        fill_value: value of the coordinates and labels of added boxes.
        **kwargs: `name`, `dtype`, `bounding_box_format`.

    >>> images = keras.ops.ones((1, 8, 8, 3))
    >>> boxes = {"boxes": keras.ops.ones((1, 2, 4)), "labels": keras.ops.array([[1, 2]])}
    >>> layer = keras.layers.MaxNumBoundingBoxes(3)
    >>> layer({"images": images, "bounding_boxes": boxes})["bounding_boxes"]["labels"].tolist()
    [[1, 2, -1]]
    """

    _settings = ("max_number", "fill_value")

    def __init__(self, max_number: int, fill_value: int = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.max_number = int(max_number)
        self.fill_value = int(fill_value)

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """The images as they are."""
        return jnp.asarray(images)

    def transform_bounding_boxes(
        self, bounding_boxes: dict, transformation: Any = None, training: bool = True
    ) -> dict:
        """Cut off or fill up boxes (batch, boxes, 4) and labels (batch, boxes)."""
        result = dict(bounding_boxes)
        for name in ("boxes", "labels"):
            value = jnp.asarray(bounding_boxes[name])[:, : self.max_number]
            border = [(0, 0)] * value.ndim
            border[1] = (0, self.max_number - value.shape[1])
            result[name] = jnp.pad(value, border, constant_values=self.fill_value)
        return result
