"""`AlphaDropout`: dropout for self-normalizing networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.core.layer import Layer
from cornu.core.seed_generator import SeedGenerator
from cornu.layers.regularization.dropout import check_share
from cornu.random.sampling import mask_shape

# Minus the limit of `selu` for large negative inputs: the product of its two constants.
SELU_LIMIT = 1.6732632423543772 * 1.0507009873554805


class AlphaDropout(Layer):
    """Set random elements to the lower limit of `selu` in training; mean and variance stay.

    "Self-Normalizing Neural Networks", Klambauer et al., 2017 (https://arxiv.org/abs/1706.02515).

    Args:
        rate: share to drop, from 0 to 1.
        noise_shape: shape of the mask, which broadcasts against the input.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a rate outside [0, 1].

    >>> layer = keras.layers.AlphaDropout(0.5, seed=1)
    >>> layer(keras.ops.ones((2,))).tolist()
    [1.0, 1.0]
    >>> layer(keras.ops.ones((2,)), training=True).shape
    (2,)
    """

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

    def call(self, inputs: jax.Array, training: bool | None = False) -> jax.Array:
        """The inputs, in training with elements replaced."""
        if not training or self.rate == 0:
            return inputs
        if self.rate == 1:
            return jnp.zeros_like(inputs)
        shape = mask_shape(self.noise_shape, inputs.shape)
        keep = kernels.dropout_mask(self.seed_generator.next(), shape, self.rate)
        scale = ((1 - self.rate) * (1 + self.rate * SELU_LIMIT**2)) ** -0.5
        shift = scale * SELU_LIMIT * self.rate
        x = jnp.where(keep, inputs, jnp.asarray(-SELU_LIMIT, inputs.dtype))
        return scale * x + shift
