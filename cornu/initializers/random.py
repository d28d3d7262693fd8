"""Initializers that draw each value independently from a given distribution."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from cornu.initializers.base import RandomInitializer, on_device


class RandomNormal(RandomInitializer):
    """Values from a normal distribution.

    Args:
        mean: its mean.
        stddev: its standard deviation.
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.

    >>> keras.initializers.RandomNormal(stddev=0.1, seed=0)((2, 3)).shape
    (2, 3)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        values = self.generator().standard_normal(tuple(shape), np.float32)
        return on_device(scaled(values, self.stddev, self.mean), dtype)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomInitializer):
    """Values from a normal distribution without what lies two standard deviations off the mean.

    Args:
        mean: mean of the distribution.
        stddev: standard deviation before values are left out.
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.

    >>> values = keras.initializers.TruncatedNormal(stddev=1.0, seed=0)((100,))
    >>> bool((abs(values) <= 2).all())
    True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        values = truncated_normal(self.generator(), tuple(shape))
        return on_device(scaled(values, self.stddev, self.mean), dtype)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class RandomUniform(RandomInitializer):
    """Values spread evenly over an interval.

    Args:
        minval: lower end.
        maxval: upper end.
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.

    >>> values = keras.initializers.RandomUniform(1.0, 2.0, seed=0)((100,))
    >>> bool(((values >= 1) & (values <= 2)).all())
    True
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None):
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        values = self.generator().random(tuple(shape), np.float32)
        return on_device(scaled(values, self.maxval - self.minval, self.minval), dtype)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


def scaled(values: np.ndarray, factor: float, offset: float = 0.0) -> np.ndarray:
    """`values * factor + offset` in place, in single precision."""
    values *= np.float32(factor)
    if offset:
        values += np.float32(offset)
    return values


def truncated_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal values, those outside [-2, 2] drawn again."""
    values = rng.standard_normal(shape, np.float32)
    flat = values.reshape(-1)
    outside = np.flatnonzero(np.abs(flat) > 2)
    while outside.size:
        flat[outside] = rng.standard_normal(outside.size, np.float32)
        outside = outside[np.abs(flat[outside]) > 2]
    return flat.reshape(shape)
