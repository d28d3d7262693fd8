"""`AlphaDropout`: dropout for self-normalizing networks."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.layers.regularization.dropout import MaskedDropout
from cornu.random.sampling import mask_shape

# Minus the limit of `selu` for large negative inputs: the product of its two constants.
SELU_LIMIT = 1.6732632423543772 * 1.0507009873554805


class AlphaDropout(MaskedDropout):
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
