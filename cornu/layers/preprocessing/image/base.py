"""Base of the layers that prepare and augment images.

A call has two halves: `get_random_transformation` draws what to do with each image of the batch,
and the `transform_*` methods do it to images, labels, bounding boxes and masks. Both halves are
compiled into one program per layer and shape, also when the layer is called by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from cornu import tree
from cornu.core.layer import Layer
from cornu.core.seed_generator import SeedGenerator
from cornu.core.state import pure, read, without_effects, write
from cornu.engine.config import standardize_data_format
from cornu.layers.preprocessing.image.bounding_boxes.formats import dense_boxes
from cornu.layers.preprocessing.image.draws import Draws
from cornu.layers.preprocessing.image.settings import interval
from cornu.ops.inference import infer_output as infer

PARTS = ("images", "labels", "bounding_boxes", "segmentation_masks")


class BaseImagePreprocessingLayer(Layer):
    """A layer on images, or on a dict of images and what belongs to them.

    Subclasses write `augment` and, if they are random, `draw`; those that move pixels write also
    what happens to boxes and masks.

    Args:
        factor: strength, a number or two ends between which it is drawn; None if the layer has
            none. Its limits are the class's `FACTOR_BOUNDS`.
        bounding_box_format: format of the bounding boxes in a dict, such as `"xyxy"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`.
    """

    takes_dicts = True

    _settings = ("data_format",)
    FACTOR_BOUNDS: ClassVar[tuple[float, float]] = (-1, 1)
    # Whether the layer works outside of training too.
    ALWAYS: ClassVar[bool] = False

    def __init__(
        self,
        factor: Any = None,
        bounding_box_format: str | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.bounding_box_format = bounding_box_format
        self.data_format = standardize_data_format(data_format)
        if factor is not None:
            self.factor = interval(factor, "factor", *self.FACTOR_BOUNDS)

    def _seeded(self, seed: int | None) -> None:
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def __setattr__(self, name: str, value: Any) -> None:
        # The compiled program holds the settings it was made with.
        self.__dict__.pop("_program", None)
        super().__setattr__(name, value)

    # --- calls -----------------------------------------------------------------------------------

    def __call__(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(data, list):
            data = np.asarray(data)
        elif isinstance(data, dict) and "bounding_boxes" in data:
            data = {**data, "bounding_boxes": dense_boxes(data["bounding_boxes"])}
        return super().__call__(data, *args, **kwargs)

    def call(self, data: Any, training: bool = True) -> Any:
        """The images, or the dict, transformed.

        Args:
            data: images of shape (batch, height, width, channels) or (height, width, channels), or
                channels-first; or a dict with `"images"` and any of `"labels"`,
                `"bounding_boxes"` (`{"boxes", "labels"}`) and `"segmentation_masks"`. Other
                entries stay as they are.
            training: whether to augment.
        """
        if not isinstance(data, dict):
            return self._execute(data, training)
        known = {name: data[name] for name in PARTS if name in data}
        return {**data, **self._execute(known, training)}

    def _execute(self, data: Any, training: bool) -> Any:
        # A user's subclass runs as it is written, so that it may look at values.
        if not type(self).__module__.startswith("cornu."):
            return self._transform(data, training)
        variables = self.non_trainable_variables
        program = self.__dict__.get("_program")
        if program is None:
            program = self.__dict__["_program"] = self._compile(variables)
        outputs, values = program(read(variables), data, bool(training))
        write(variables, values)
        return outputs

    def _compile(self, variables: list) -> Callable:
        return jax.jit(pure(self._transform, variables), static_argnums=2)

    def __getstate__(self) -> dict:
        return {key: value for key, value in super().__getstate__().items() if key != "_program"}

    def _transform(self, data: Any, training: bool) -> Any:
        transformation = self.get_random_transformation(data, training=training)
        if not isinstance(data, dict):
            return self._on_batch(self.transform_images, data, data, transformation, training)
        return {
            name: self._on_batch(
                getattr(self, f"transform_{name}"), value, data, transformation, training
            )
            for name, value in data.items()
        }

    def _on_batch(
        self, transform: Callable, value: Any, data: Any, transformation: Any, training: bool
    ) -> Any:
        single = len(images_of(data).shape) == 3
        value = tree.map_structure(lambda x: jnp.asarray(x)[None] if single else x, value)
        result = transform(value, transformation, training=training)
        return tree.map_structure(lambda x: x[0], result) if single else result

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of the outputs: that of the inputs."""
        return input_shape

    def compute_output_spec(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs; of a dict, by abstract evaluation."""
        if isinstance(data, dict):
            with without_effects():
                return self._abstract(data, kwargs)
        return super().compute_output_spec(data, *args, **kwargs)

    def _abstract(self, data: dict, kwargs: dict) -> Any:
        training = kwargs.get("training") is not False
        known = {name: data[name] for name in PARTS if name in data}
        return {**data, **infer(lambda values: self._transform(values, training), known)}

    # --- what a transformation is ----------------------------------------------------------------

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """What to do with each image of the batch; None where there is nothing to draw.

        Args:
            data: images, or a dict that holds them.
            training: whether to augment.
            seed: int, `SeedGenerator` or key; the layer's own generator by default.
        """
        if not training or type(self).draw is BaseImagePreprocessingLayer.draw:
            return None
        return self.draw(self._draws(seed), *self._sizes(data))

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> Any:
        """What to do with each of `batch` images of that size, drawn at random."""
        return None

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """Images (batch, height, width, channels), or channels-first, transformed."""
        images = jnp.asarray(images).astype(self.compute_dtype)
        if not training and not self.ALWAYS:
            return images
        return self._channels_last(lambda x: self.augment(x, transformation), images)

    def augment(self, images: jax.Array, transformation: Any) -> jax.Array:
        """Images (batch, height, width, channels), in the compute dtype, transformed."""
        raise NotImplementedError(f"Layer {type(self).__name__} must define `augment`.")

    def transform_labels(
        self, labels: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Labels transformed: as they are, unless a layer mixes images."""
        return labels

    def transform_bounding_boxes(
        self, bounding_boxes: dict, transformation: Any = None, training: bool = True
    ) -> dict:
        """Bounding boxes transformed: as they are, unless a layer moves pixels."""
        return bounding_boxes

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Masks transformed: as they are, unless a layer moves pixels."""
        moves = type(self).augment_masks is not BaseImagePreprocessingLayer.augment_masks
        if not moves or not (training or self.ALWAYS):
            return segmentation_masks
        return self._on_masks(lambda x: self.augment_masks(x, transformation), segmentation_masks)

    def augment_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        """Masks (batch, height, width, channels) transformed, by layers that move pixels."""
        return masks

    def transform_single_image(
        self, image: Any, transformation: Any, training: bool = True
    ) -> jax.Array:
        """One image (height, width, channels) transformed."""
        return self.transform_images(jnp.asarray(image)[None], transformation, training)[0]

    def transform_single_label(
        self, label: Any, transformation: Any, training: bool = True
    ) -> jax.Array:
        """The label of one image transformed."""
        return self.transform_labels(jnp.asarray(label)[None], transformation, training)[0]

    def transform_single_bounding_box(
        self, bounding_box: dict, transformation: Any, training: bool = True
    ) -> dict:
        """The boxes (boxes, 4) of one image transformed."""
        boxes = {name: jnp.asarray(value)[None] for name, value in bounding_box.items()}
        result = self.transform_bounding_boxes(boxes, transformation, training)
        return {name: value[0] for name, value in result.items()}

    def transform_single_segmentation_mask(
        self, segmentation_mask: Any, transformation: Any, training: bool = True
    ) -> jax.Array:
        """The mask of one image transformed."""
        masks = jnp.asarray(segmentation_mask)[None]
        return self.transform_segmentation_masks(masks, transformation, training)[0]

    # --- for subclasses --------------------------------------------------------------------------

    def _draws(self, seed: Any) -> Draws:
        return Draws(self.generator if seed is None else seed)

    def _sizes(self, data: Any) -> tuple[int, int, int]:
        """Number of images, height and width."""
        shape = tuple(images_of(data).shape)
        if len(shape) not in (3, 4):
            raise ValueError(
                f"Layer {self.name!r} takes images of rank 3 (one image) or 4 (a batch), channels "
                f"included; got shape {shape}."
            )
        batch = shape[0] if len(shape) == 4 else 1
        height, width = shape[-2:] if self.data_format == "channels_first" else shape[-3:-1]
        return batch, height, width

    def _channels_last(self, function: Callable, images: jax.Array) -> jax.Array:
        if self.data_format == "channels_last":
            return function(images)
        return jnp.moveaxis(function(jnp.moveaxis(images, 1, -1)), -1, 1)

    def _on_masks(self, function: Callable, masks: Any) -> jax.Array:
        """A function of (batch, height, width, channels) on masks with or without channels."""
        masks = jnp.asarray(masks)
        if masks.ndim == 3:
            return function(masks[..., None])[..., 0]
        return self._channels_last(function, masks)

    def _box_format(self) -> str:
        if not self.bounding_box_format:
            raise ValueError(
                f"Layer {self.name!r} was called with 'bounding_boxes', and must know their "
                "format: pass `bounding_box_format`, for example 'xyxy', to its constructor."
            )
        return self.bounding_box_format

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        config = super().get_config()
        if self.bounding_box_format is not None:
            config["bounding_box_format"] = self.bounding_box_format
        return config


def images_of(data: Any) -> Any:
    """The images of what a layer was called on."""
    return data["images"] if isinstance(data, dict) else data


def per_image(values: jax.Array, like: jax.Array) -> jax.Array:
    """One number per image (batch,) in a shape that broadcasts against images or labels."""
    return values.reshape(-1, *[1] * (like.ndim - 1)).astype(like.dtype)
