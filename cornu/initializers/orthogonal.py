"""The initializer that makes orthogonal matrices."""

from __future__ import annotations

import math
from typing import Any

import jax
import numpy as np

from cornu.initializers.base import RandomInitializer, on_device


class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal columns (or rows, if these are fewer), times `gain`.

    A weight with more than two axes is seen as a matrix of its last axis against all others.

    Args:
        gain: factor of the matrix.
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.

    Raises:
        ValueError: when called with a shape of fewer than two dimensions.

    References:
        Saxe et al., 2014, https://arxiv.org/abs/1312.6120

    >>> matrix = keras.initializers.Orthogonal(seed=0)((3, 2))
    >>> abs((matrix.T @ matrix).round(3)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, gain: float = 1.0, seed: Any = None):
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        shape = tuple(shape)
        if len(shape) < 2:
            raise ValueError(
                f"Orthogonal makes matrices, so it needs a shape of rank 2 or more; got {shape}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(self.generator().standard_normal(tall, np.float32))
        # QR leaves the signs open; fixing them makes the distribution uniform over such matrices.
        q *= np.where(np.diagonal(r) < 0, np.float32(-1), np.float32(1))
        matrix = q.T if rows < columns else q
        return on_device((matrix * np.float32(self.gain)).reshape(shape), dtype)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {**super().get_config(), "gain": self.gain}
