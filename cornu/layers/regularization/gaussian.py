"""Gaussian noise, added or multiplied in training."""

from __future__ import annotations

from math import sqrt
from typing import Any

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.core.layer import Layer
from cornu.core.seed_generator import SeedGenerator
from cornu.layers.regularization.dropout import check_share


class GaussianNoise(Layer):
    """Add normal noise of mean 0 in training.

    Args:
        stddev: its standard deviation, not negative.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a negative `stddev`.

    >>> layer = keras.layers.GaussianNoise(0.1, seed=1)
    >>> layer(keras.ops.ones((2,))).tolist()
    [1.0, 1.0]
    >>> bool((layer(keras.ops.ones((2,)), training=True) != 1).all())
    True
    """

    _settings = ("stddev", "seed")

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(stddev, (int, float)) or stddev < 0:
            raise ValueError(
                f"GaussianNoise {self.name!r} needs a standard deviation that is not negative; "
                f"got {stddev!r}."
            )
        self.stddev = stddev
        self.seed = seed
        if stddev > 0:
            self.seed_generator = SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: jax.Array, training: bool | None = False) -> jax.Array:
        """The inputs, in training with noise."""
        if not training or self.stddev == 0:
            return inputs
        noise = normal(self.seed_generator.next(), inputs.shape)
        return inputs + (self.stddev * noise).astype(inputs.dtype)


class GaussianDropout(Layer):
    """Multiply by normal noise of mean 1 in training.

    Args:
        rate: the noise has the standard deviation `sqrt(rate / (1 - rate))`, that of a dropout
            with this rate; at least 0, below 1.
        seed: int or None.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a rate outside [0, 1).

    >>> layer = keras.layers.GaussianDropout(0.5, seed=1)
    >>> bool((layer(keras.ops.ones((2,)), training=True) != 1).all())
    True
    """

    _settings = ("rate", "seed")

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        check_share(self, rate)
        if rate == 1:
            raise ValueError(
                f"GaussianDropout {self.name!r} needs a rate below 1: the noise would have an "
                "infinite standard deviation."
            )
        self.rate = rate
        self.seed = seed
        if rate > 0:
            self.seed_generator = SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: jax.Array, training: bool | None = False) -> jax.Array:
        """The inputs, in training with noise."""
        if not training or self.rate == 0:
            return inputs
        noise = normal(self.seed_generator.next(), inputs.shape)
        return inputs * (1 + sqrt(self.rate / (1 - self.rate)) * noise).astype(inputs.dtype)


def normal(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Standard normal numbers in float32, from the hash that also makes dropout cheap."""
    # Half a step off the ends of (-1, 1), where the inverse error function is infinite.
    spread = 2 * kernels.uniform(key, shape) - (1 - 2.0**-24)
    return sqrt(2) * jax.lax.erf_inv(jnp.asarray(spread))
