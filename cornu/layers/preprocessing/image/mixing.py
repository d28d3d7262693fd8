"""Images of a batch mixed with each other, and their labels in the same proportion."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from cornu import random
from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer, per_image
from cornu.layers.preprocessing.image.draws import Draws
from cornu.layers.preprocessing.image.random_erasing import rectangles
from cornu.layers.preprocessing.image.settings import Factor


class MixUp(BaseImagePreprocessingLayer):
    """Blend each image, and its label, with another of the batch, in training.

    "mixup: Beyond Empirical Risk Minimization", Zhang et al., 2017
    (https://arxiv.org/abs/1710.09412).

    Args:
        alpha: the fraction of the image itself is drawn from a beta distribution with both
            parameters `alpha`; small values blend little.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    >>> images, labels = keras.ops.ones((4, 8, 8, 3)), keras.ops.eye(4)
    >>> mixed = keras.layers.MixUp()({"images": images, "labels": labels})
    >>> [round(total, 3) for total in mixed["labels"].sum(axis=1).tolist()]
    [1.0, 1.0, 1.0, 1.0]
    """

    _settings = ("alpha", "seed")

    def __init__(
        self,
        alpha: float = 0.2,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.alpha = alpha
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """The other image of each, `"permutation_order"`, and the own share, `"mix_weight"`."""
        weight = random.beta((batch,), self.alpha, self.alpha, "float32", draws.key())
        return {"mix_weight": weight, "permutation_order": draws.order(batch)}

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Blend."""
        return mixed(images, transformation)

    def transform_labels(
        self, labels: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Blend one-hot labels, or other targets, as the images are."""
        return mixed(labels, transformation) if training else labels

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Blend masks of class shares as the images are."""
        return mixed(segmentation_masks, transformation) if training else segmentation_masks

    def transform_bounding_boxes(
        self, bounding_boxes: dict, transformation: Any = None, training: bool = True
    ) -> dict:
        """The boxes of both images."""
        if not training:
            return bounding_boxes
        order = transformation["permutation_order"]
        return {
            name: jnp.concatenate([value, jnp.asarray(value)[order]], axis=1)
            for name, value in bounding_boxes.items()
        }


class CutMix(BaseImagePreprocessingLayer):
    """Replace a rectangle of each image by that of another, and mix their labels, in training.

    "CutMix", Yun et al., 2019 (https://arxiv.org/abs/1905.04899). A single image stays as it is.

    Args:
        factor: how much the sizes of rectangles vary: f stands for a number between 0 and f,
            `(low, high)` for one between those; both parameters of the beta distribution that the
            rectangles' areas are drawn from.
        seed: int or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> images, labels = keras.ops.ones((4, 8, 8, 3)), keras.ops.eye(4)
    >>> mixed = keras.layers.CutMix()({"images": images, "labels": labels})
    >>> [round(total, 3) for total in mixed["labels"].sum(axis=1).tolist()]
    [1.0, 1.0, 1.0, 1.0]
    """

    FACTOR_BOUNDS: ClassVar = (0, 1)
    _settings = ("factor", "seed")

    def __init__(
        self,
        factor: Factor = 1.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self._seeded(seed)

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """`"permutation_order"`, `"batch_masks"` (batch, height, width) and `"mix_weight"`."""
        alpha = draws.uniform((), *self.factor) + 1e-6
        weight = random.beta((batch,), alpha, alpha, "float32", draws.key())
        side = jnp.sqrt(1 - weight)
        masks, areas = rectangles(draws, height, width, side, side)
        return {
            "permutation_order": draws.order(batch),
            "batch_masks": masks,
            "mix_weight": 1 - areas,
        }

    def augment(self, images: jax.Array, transformation: dict) -> jax.Array:
        """Take the rectangles from the other images."""
        others = images[transformation["permutation_order"]]
        return jnp.where(transformation["batch_masks"][..., None], others, images)

    def transform_labels(
        self, labels: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Mix one-hot labels by area."""
        return mixed(labels, transformation) if training else labels

    def augment_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        """Take the rectangles from the other masks."""
        return self.augment(masks, transformation)


def mixed(values: Any, transformation: dict) -> jax.Array:
    """Each entry of the batch blended with another; integers become floats."""
    values = jnp.asarray(values)
    values = values if jnp.issubdtype(values.dtype, jnp.floating) else values.astype("float32")
    share = per_image(transformation["mix_weight"], values)
    return share * values + (1 - share) * values[transformation["permutation_order"]]
