"""Layers that bring images to one size: `Resizing`, `CenterCrop`, `RandomCrop`."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jax import lax

from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer
from cornu.layers.preprocessing.image.bounding_boxes.formats import convert_format
from cornu.layers.preprocessing.image.bounding_boxes.geometry import clip_to_image_size
from cornu.layers.preprocessing.image.settings import one_of
from cornu.ops.image.resizing import METHODS, resize


class SizedLayer(BaseImagePreprocessingLayer):
    """Base of layers whose outputs have a height and width of their own.

    A transformation holds the offset and scale that bring places of the source to the result.
    """

    ALWAYS: ClassVar = True

    def __init__(self, height: int, width: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.height = int(height)
        self.width = int(width)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> dict:
        """The size of the source, and how boxes move: `"scale"` and `"shift"`, as (y, x)."""
        _, height, width = self._sizes(data)
        return {"source": (height, width), **self.placement(height, width, training, seed)}

    def placement(self, height: int, width: int, training: bool, seed: Any) -> dict:
        """`"scale"` and `"shift"` from places (y, x) of the source to the result."""
        raise NotImplementedError(f"Layer {type(self).__name__} must define `placement`.")

    def covering(self, height: int, width: int) -> dict:
        """The placement of the largest central part with the new aspect ratio, resized."""
        rows = max(min(height, int(width * self.height / self.width)), 1)
        columns = max(min(width, int(height * self.width / self.height)), 1)
        scale = self.height / rows, self.width / columns
        start = (height - rows) // 2, (width - columns) // 2
        return {"scale": scale, "shift": (-start[0] * scale[0], -start[1] * scale[1])}

    def augment_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        """Masks brought to the size as the images are, by the nearest pixel."""
        return self.placed(masks, transformation, "nearest")

    def placed(self, images: jax.Array, transformation: dict, interpolation: str) -> jax.Array:
        """Images (batch, height, width, channels) in the new size."""
        raise NotImplementedError(f"Layer {type(self).__name__} must define `placed`.")

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """The images in the new size."""
        return self.placed(images, transformation, "bilinear")

    def transform_bounding_boxes(
        self, bounding_boxes: dict, transformation: Any = None, training: bool = True
    ) -> dict:
        """Boxes in the new image; empty ones get label -1."""
        known = self._box_format()
        boxes = convert_format(bounding_boxes, known, "xyxy", *transformation["source"])
        scale, shift = (
            jnp.stack([jnp.asarray(n, "float32") for n in (x, y, x, y)])
            for y, x in (transformation["scale"], transformation["shift"])
        )
        moved = {**boxes, "boxes": boxes["boxes"] * scale + shift}
        boxes = clip_to_image_size(moved, self.height, self.width)
        return convert_format(boxes, "xyxy", known, self.height, self.width)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """The input's shape with the new height and width."""
        shape = list(input_shape)
        first = len(shape) - (2 if self.data_format == "channels_first" else 3)
        shape[first : first + 2] = self.height, self.width
        return tuple(shape)


class Resizing(SizedLayer):
    """Resize images; the dtype of integers stays.

    Args:
        height: new height.
        width: new width.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        crop_to_aspect_ratio: cut the image at the center to the new aspect ratio first, so that
            nothing is distorted.
        pad_to_aspect_ratio: fill the image up on both sides to the new aspect ratio first.
        fill_mode: how to fill up; `"constant"` only.
        fill_value: the value to fill up with.
        antialias: whether to smooth where the image becomes smaller.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`, `bounding_box_format`.

    Raises:
        ValueError: for an unknown interpolation.

    >>> keras.layers.Resizing(4, 6)(keras.ops.ones((2, 8, 8, 3))).shape
    (2, 4, 6, 3)
    """

    _settings = (
        "height width interpolation crop_to_aspect_ratio pad_to_aspect_ratio fill_mode "
        "fill_value antialias"
    ).split()

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(height, width, data_format=data_format, **kwargs)
        self.interpolation = one_of(interpolation, "interpolation", tuple(METHODS))
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = one_of(fill_mode, "fill_mode", ("constant",))
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    def placement(self, height: int, width: int, training: bool, seed: Any) -> dict:
        """Stretched, or with the aspect ratio kept."""
        if self.crop_to_aspect_ratio:
            return self.covering(height, width)
        if not self.pad_to_aspect_ratio:
            return {"scale": (self.height / height, self.width / width), "shift": (0.0, 0.0)}
        scale = min(self.height / height, self.width / width)
        shift = (self.height - height * scale) / 2, (self.width - width * scale) / 2
        return {"scale": (scale, scale), "shift": shift}

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """The images in the new size, in the dtype they have."""
        images = jnp.asarray(images)
        return self._channels_last(lambda x: self.augment(x, transformation), images)

    def augment(self, images: jax.Array, transformation: Any) -> jax.Array:
        """The images in the new size."""
        return self.placed(images, transformation, self.interpolation)

    def placed(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        """Resize."""
        return resize(
            images,
            (self.height, self.width),
            interpolation,
            self.antialias,
            self.crop_to_aspect_ratio,
            self.pad_to_aspect_ratio,
            self.fill_mode,
            self.fill_value,
            "channels_last",
        )


class CenterCrop(SizedLayer):
    """The center of images; images that are too small are resized to cover the size.

    Args:
        height: new height.
        width: new width.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`, `bounding_box_format`.

    >>> image = keras.ops.reshape(keras.ops.arange(4.0), (1, 4, 1))
    >>> keras.layers.CenterCrop(1, 2)(image).ravel().tolist()
    [1.0, 2.0]
    """

    _settings = ("height", "width")

    def __init__(self, height: int, width: int, data_format: str | None = None, **kwargs: Any):
        super().__init__(height, width, data_format=data_format, **kwargs)

    def placement(self, height: int, width: int, training: bool, seed: Any) -> dict:
        """The start of the part, or how the image is resized to cover it."""
        if height < self.height or width < self.width:
            return self.covering(height, width)
        start = self.start(height, width, training, seed)
        return {"scale": (1.0, 1.0), "shift": (-start[0], -start[1]), "start": start}

    def start(self, height: int, width: int, training: bool, seed: Any) -> tuple:
        """First row and column of the part."""
        return (height - self.height) // 2, (width - self.width) // 2

    def placed(self, images: jax.Array, transformation: dict, interpolation: str) -> jax.Array:
        """Cut the part out, or resize."""
        if "start" not in transformation:
            size = (self.height, self.width)
            return resize(
                images, size, interpolation, crop_to_aspect_ratio=True, data_format="channels_last"
            )
        start = (0, *transformation["start"], 0)
        size = (len(images), self.height, self.width, images.shape[-1])
        return lax.dynamic_slice(images, start, size)


class RandomCrop(CenterCrop):
    """A part of images at a random place, the same for the whole batch, in training.

    Outside of training, and where an image is too small, the result is the largest central part
    of the new aspect ratio, resized.

    Args:
        height: new height.
        width: new width.
        seed: int or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        name: the layer's name.
        **kwargs: `dtype`, `bounding_box_format`.

    >>> keras.layers.RandomCrop(4, 4)(keras.ops.ones((2, 8, 8, 3))).shape
    (2, 4, 4, 3)
    """

    _settings = ("height", "width", "seed")

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(height, width, data_format, name=name, **kwargs)
        self._seeded(seed)

    def placement(self, height: int, width: int, training: bool, seed: Any) -> dict:
        """A random start in training, else how the image is resized to cover the size."""
        if not training:
            return self.covering(height, width)
        return super().placement(height, width, training, seed)

    def start(self, height: int, width: int, training: bool, seed: Any) -> tuple:
        """A random first row and column."""
        draws = self._draws(seed)
        rows = draws.integers((), height - self.height + 1)
        return rows, draws.integers((), width - self.width + 1)
