"""What all initializers share: the call, the config, and a seed for the random ones."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.core.seed_generator import SeedGenerator, make_default_seed
from cornu.engine import dtypes


class Initializer:
    """Base of objects that make the first value of a weight from its shape and dtype.

    Subclasses define `__call__(shape, dtype=None)`, and `get_config` if their constructor takes
    arguments.

    >>> class Sevens(keras.Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return 7 * keras.ops.ones(shape, dtype=dtype)
    >>> Sevens()((2,)).tolist()
    [7.0, 7.0]
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        """A tensor of that shape and dtype (the default float type if None)."""
        raise NotImplementedError(
            f"{type(self).__name__} must define `__call__(self, shape, dtype=None)`."
        )

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {}

    @classmethod
    def from_config(cls, config: dict) -> Initializer:
        """An initializer made from what `get_config` returned."""
        return cls(**config)

    def clone(self) -> Initializer:
        """A new initializer with the same config."""
        return type(self).from_config(self.get_config())


class RandomInitializer(Initializer):
    """Base of the random initializers: values are drawn on the host, from a seed alone.

    No program is compiled for them, and they are the same on every platform.

    Args:
        seed: an int, so that each call gives the same values; a `SeedGenerator`, so that each call
            gives new ones; None for an int drawn by chance when the object is made.

    Raises:
        ValueError: if the seed is none of these.
    """

    def __init__(self, seed: int | SeedGenerator | dict | None = None):
        if isinstance(seed, dict):
            seed = registry.deserialize(seed, expected=(SeedGenerator,))
        self._init_seed = seed
        if seed is None:
            seed = make_default_seed()
        if not isinstance(seed, (int, np.integer, SeedGenerator)):
            raise ValueError(
                f"The seed of {type(self).__name__} must be an int, a SeedGenerator or None; "
                f"got {seed!r}."
            )
        self.seed = seed

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {"seed": registry.serialize(self._init_seed)}

    def generator(self) -> np.random.Generator:
        """The host's random generator for one call."""
        if isinstance(self.seed, SeedGenerator):
            words = self.seed.next()
            if isinstance(words, jax.core.Tracer):
                raise RuntimeError(
                    f"{type(self).__name__} draws from a SeedGenerator inside a compiled function, "
                    "but initializers draw on the host. Call it before, or use the functions of "
                    "`cornu.random` there."
                )
            low, high = (int(word) for word in np.asarray(words))
            key = low | high << 32
        else:
            key = int(self.seed) % 2**64
        return np.random.Generator(np.random.Philox(key=key))


def on_device(values: np.ndarray, dtype: Any) -> jax.Array:
    """The host's values as a tensor of that dtype, which must be a float type.

    Raises:
        ValueError: for another dtype.
    """
    if not dtypes.is_float(dtype):
        raise ValueError(
            f"A random initializer makes floats, but dtype {dtypes.standardize_dtype(dtype)!r} was "
            "asked for. Ask for a float type, or use Zeros, Ones or Constant."
        )
    return jnp.asarray(values.astype(dtypes.canonical(dtype), copy=False))
