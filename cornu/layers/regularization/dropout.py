"""`Dropout`: leaves out random elements in training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from cornu import random
from cornu.core.layer import Layer
from cornu.core.seed_generator import SeedGenerator


class MaskedDropout(Layer):
    """What `Dropout` and `AlphaDropout` share: their settings."""

    _settings = ("rate", "seed", "noise_shape")

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        check_share(self, rate)
        self.rate = rate
        self.seed = seed
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        if rate > 0:
            self.seed_generator = SeedGenerator(seed)
        self.supports_masking = True


class Dropout(MaskedDropout):
    """Set a random fraction of the elements to 0 in training, and scale up the others.

    "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", Srivastava et al., 2014.

    Args:
        rate: share to drop, from 0 to 1.
        noise_shape: shape of the mask, which broadcasts against the input: 1 where one draw holds
            for the whole axis, None for the size of that axis.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a rate outside [0, 1].

    >>> layer = keras.layers.Dropout(0.5, seed=1)
    >>> layer(keras.ops.ones((2, 3))).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    >>> bool((layer(keras.ops.ones((100,)), training=True) == 0).any())
    True
    """

    def call(self, inputs: jax.Array, training: bool | None = False) -> jax.Array:
        """The inputs, in training with elements left out."""
        if not training or self.rate == 0:
            return inputs
        return random.dropout(
            inputs, self.rate, noise_shape=self._noise_shape(inputs), seed=self.seed_generator
        )

    def _noise_shape(self, inputs: jax.Array) -> Sequence[int | None] | None:
        return self.noise_shape


def check_share(layer: Layer, rate: Any) -> None:
    """Raise a ValueError if the rate is no number from 0 to 1."""
    if not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
        raise ValueError(
            f"{type(layer).__name__} {layer.name!r} needs a rate from 0 to 1, the fraction of "
            f"elements to drop; got {rate!r}."
        )
