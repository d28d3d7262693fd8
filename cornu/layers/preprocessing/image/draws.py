"""Random numbers for a batch of images: one key, many independent draws, by the fast hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from cornu import kernels
from cornu.core.seed_generator import draw_seed


class Draws:
    """Draws from one seed: each call of a method gives numbers of its own.

    Args:
        seed: int, `SeedGenerator`, or a key of two uint32 words.
    """

    def __init__(self, seed: Any):
        self._key = draw_seed(seed)
        self._count = 0

    def key(self) -> jax.Array:
        """A key that no other draw has."""
        self._count += 1
        return self._key ^ np.array([self._count * 0x9E3779B9 & 0xFFFFFFFF, 0], "uint32")

    def uniform(self, shape: Sequence[int], low: float = 0.0, high: float = 1.0) -> jax.Array:
        """Numbers spread evenly over [low, high), in float32."""
        if low == high:
            return jnp.full(tuple(shape), low, "float32")
        return low + (high - low) * kernels.uniform(self.key(), shape)

    def normal(self, shape: Sequence[int]) -> jax.Array:
        """Standard normal numbers, in float32."""
        # Half a step off the ends, where the inverse of the error function is infinite.
        even = 2 * kernels.uniform(self.key(), shape) - (1 - 2.0**-24)
        return np.float32(np.sqrt(2)) * lax.erf_inv(even)

    def chosen(self, count: int, probability: tuple[float, float]) -> jax.Array:
        """Which of `count` images to change, each with a probability drawn between two ends."""
        return self.uniform((count,)) < self.uniform((count,), *probability)

    def integers(self, shape: Sequence[int], high: int) -> jax.Array:
        """Whole numbers in [0, high), in int32."""
        return jnp.minimum(jnp.floor(self.uniform(shape) * high), high - 1).astype("int32")

    def order(self, count: int) -> jax.Array:
        """The numbers 0 to `count - 1` in random order."""
        return jnp.argsort(kernels.random_bits(self.key(), (count,)))
