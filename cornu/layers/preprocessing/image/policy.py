"""Policies: layers that choose at random among the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jax import lax

from cornu import random
from cornu.layers.preprocessing.image import color, filters, geometric, histogram, light
from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer
from cornu.layers.preprocessing.image.draws import Draws
from cornu.layers.preprocessing.image.settings import value_limits

GEOMETRIC = ("random_shear", "random_translation", "random_rotation")
LIGHT = ("random_posterization", "solarization", "auto_contrast", "equalization")
COLORS = ("random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness")


class PolicyLayer(BaseImagePreprocessingLayer):
    """Base of layers that apply some of a list of steps, chosen at random for the whole batch.

    Only the chosen step runs, by a branch in the compiled program.
    """

    FACTOR_BOUNDS: ClassVar = (0, 1)

    def __init__(
        self,
        names: Sequence[str],
        value_range: tuple[float, float],
        factor: Any,
        interpolation: str,
        seed: int | None,
        data_format: str | None,
        **kwargs: Any,
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.value_range = value_limits(value_range)
        self.interpolation = interpolation
        self._seeded(seed)
        self._names = tuple(names)
        kwargs.pop("name", None)
        self._add_steps({**kwargs, "data_format": data_format}, seed)

    def _add_steps(self, common: dict, seed: int | None) -> None:
        pair = tuple(self.factor)
        moving = {**common, "interpolation": self.interpolation, "seed": seed}
        valued = {**common, "value_range": self.value_range}
        drawn = {**valued, "seed": seed}
        make = {
            "random_shear": lambda: geometric.RandomShear(pair, pair, **moving),
            "random_translation": lambda: geometric.RandomTranslation(pair, pair, **moving),
            "random_rotation": lambda: geometric.RandomRotation(pair, **moving),
            "random_brightness": lambda: light.RandomBrightness(pair, **drawn),
            "random_color_degeneration": lambda: color.RandomColorDegeneration(pair, **drawn),
            "random_contrast": lambda: light.RandomContrast(pair, **drawn),
            "random_sharpness": lambda: filters.RandomSharpness(pair, **drawn),
            "random_posterization": lambda: light.RandomPosterization(
                max(1, int(8 * pair[1])), **drawn
            ),
            "solarization": lambda: light.Solarization(pair, pair, **drawn),
            "auto_contrast": lambda: histogram.AutoContrast(**valued),
            "equalization": lambda: histogram.Equalization(**valued),
        }
        for name in self._names:
            setattr(self, name, make[name]())

    def _step(self, index: jax.Array, key: jax.Array, parts: dict) -> dict:
        """The parts of the data after step number `index`; behind the last one is "none"."""

        def run(step: BaseImagePreprocessingLayer, parts: dict) -> dict:
            transformation = step.get_random_transformation(parts["images"], seed=key)
            return {
                name: getattr(step, f"transform_{name}")(value, transformation)
                for name, value in parts.items()
            }

        steps = [getattr(self, name) for name in self._names]
        branches = [lambda parts, step=step: run(step, parts) for step in steps]
        return lax.switch(index, [*branches, lambda parts: parts], parts)

    def _chain(self, indices: jax.Array, keys: jax.Array, parts: dict) -> dict:
        """The parts of the data after one step behind the other."""

        def body(parts: dict, at: tuple) -> tuple:
            return self._step(*at, parts), None

        return lax.scan(body, parts, (indices, keys))[0]

    def _keys(self, draws: Any, shape: tuple[int, ...]) -> jax.Array:
        words = draws.uniform((*shape, 2), 0, 2.0**31).astype("uint32")
        return words ^ draws.key()


class RandAugment(PolicyLayer):
    """Apply a few random steps of equal strength to the images of a batch, in training.

    "RandAugment", Cubuk et al., 2019 (https://arxiv.org/abs/1909.13719). Steps are shears, shifts,
    rotations, and changes of brightness, color, contrast, sharpness and tone.

    Args:
        value_range: least and greatest value of the images.
        num_ops: number of steps.
        factor: strength, from 0 to 1: f stands for one between 0 and f, `(low, high)` for one
            between those.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`, `bounding_box_format`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> keras.layers.RandAugment(num_ops=1)(keras.ops.ones((8, 8, 3))).shape
    (8, 8, 3)
    """

    _settings = ("value_range", "num_ops", "factor", "interpolation", "seed")

    def __init__(
        self,
        value_range: tuple[float, float] = (0, 255),
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        names = (*GEOMETRIC, *LIGHT, *COLORS)
        super().__init__(names, value_range, factor, interpolation, seed, data_format, **kwargs)
        self.num_ops = num_ops

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """The numbers of the steps, `"layer_idxes"`, and a key for each."""
        return {
            "layer_idxes": draws.integers((self.num_ops,), len(self._names)),
            "keys": self._keys(draws, (self.num_ops,)),
        }

    def _transform(self, data: Any, training: bool) -> Any:
        if not isinstance(data, dict) or not training:
            return super()._transform(data, training)
        transformation = self.get_random_transformation(data)
        single = len(data["images"].shape) == 3
        moving = {name: value for name, value in data.items() if name != "labels"}
        moving["images"] = jnp.asarray(moving["images"]).astype(self.compute_dtype)
        if single:
            moving = jax.tree.map(lambda x: jnp.asarray(x)[None], moving)
        if "bounding_boxes" in moving:
            boxes = moving["bounding_boxes"]
            moving["bounding_boxes"] = {**boxes, "boxes": jnp.asarray(boxes["boxes"], "float32")}
        moved = self._chain(transformation["layer_idxes"], transformation["keys"], moving)
        if single:
            moved = jax.tree.map(lambda x: x[0], moved)
        return {**data, **moved}

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """Images after the chosen steps."""
        images = jnp.asarray(images).astype(self.compute_dtype)
        if not training:
            return images
        indices, keys = transformation["layer_idxes"], transformation["keys"]
        return self._chain(indices, keys, {"images": images})["images"]


class AugMix(PolicyLayer):
    """Blend images with several chains of random steps, in training.

    "AugMix", Hendrycks et al., 2019 (https://arxiv.org/abs/1912.02781). Masks and boxes stay as
    they are: the image's own share keeps its shapes in place.

    Args:
        value_range: least and greatest value of the images.
        num_chains: number of chains.
        chain_depth: greatest number of steps in a chain.
        factor: strength of the steps, from 0 to 1: f stands for one between 0 and f,
            `(low, high)` for one between those.
        alpha: parameter of the distributions that the shares are drawn from.
        all_ops: whether changes of brightness, color, contrast and sharpness are among the steps.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a factor outside of [0, 1].

    >>> mix = keras.layers.AugMix(num_chains=2, chain_depth=1, all_ops=False)
    >>> mix(keras.ops.ones((8, 8, 3))).shape
    (8, 8, 3)
    """

    _settings = (
        "value_range num_chains chain_depth factor alpha all_ops interpolation seed"
    ).split()

    def __init__(
        self,
        value_range: tuple[float, float] = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        names = (*GEOMETRIC, *LIGHT, *(COLORS if all_ops else ()))
        super().__init__(names, value_range, factor, interpolation, seed, data_format, **kwargs)
        self.num_chains = num_chains
        self.chain_depth = chain_depth
        self.alpha = alpha
        self.all_ops = all_ops

    def draw(self, draws: Draws, batch: int, height: int, width: int) -> dict:
        """Fractions of the chains and of the image itself; for each chain, steps and their keys."""
        shape = (self.num_chains, self.chain_depth)
        gamma = random.gamma((self.num_chains,), self.alpha, "float32", draws.key())
        return {
            "chain_mixing_weights": gamma / gamma.sum(),
            "weight_sample": random.beta((), self.alpha, self.alpha, "float32", draws.key()),
            "layer_idxes": draws.integers(shape, len(self._names) + 1),
            "keys": self._keys(draws, shape),
        }

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """The images blended with the ends of the chains."""
        images = jnp.asarray(images).astype(self.compute_dtype)
        if not training:
            return images

        def add(total: jax.Array, chain: tuple) -> tuple:
            share, indices, keys = chain
            end = self._chain(indices, keys, {"images": images})["images"]
            return total + share.astype(total.dtype) * end, None

        names = ("chain_mixing_weights", "layer_idxes", "keys")
        chains = tuple(transformation[name] for name in names)
        total = lax.scan(add, jnp.zeros_like(images), chains)[0]
        own = transformation["weight_sample"].astype(images.dtype)
        return jnp.clip(own * images + (1 - own) * total, *self.value_range)
