"""Seeds for random operations: a counter in a Variable."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.core.scope import name_path
from cornu.core.variable import Variable
from cornu.engine import randomness
from cornu.engine.names import auto_name


class SeedGenerator:
    """Gives a new seed at each call of `next`, as state that a compiled step can carry.

    Args:
        seed: int; drawn by chance if None, which `utils.set_random_seed` fixes.
        name: its name.
        **kwargs: none are known.

    Raises:
        ValueError: if the seed is not an integer, or the name no string without "/".

    >>> generator = keras.random.SeedGenerator(seed=1)
    >>> a = keras.random.normal((2,), seed=generator)
    >>> b = keras.random.normal((2,), seed=generator)
    >>> bool((a == b).any())
    False
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any):
        if kwargs:
            raise TypeError(f"SeedGenerator got arguments it does not know: {sorted(kwargs)}.")
        if seed is None:
            seed = make_default_seed()
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise ValueError(f"SeedGenerator's seed must be an integer; got {seed!r}.")
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(f"SeedGenerator's name must be a string without '/'; got {name!r}.")
        self.name = name or auto_name("seed_generator")
        self._initial_seed = seed = int(seed)
        # The low word first, as Keras stores it; negative seeds wrap.
        words = np.array([seed & 0xFFFFFFFF, 0], np.uint32)
        with name_path((self.name,)):
            self.state = Variable(
                words, dtype="uint32", trainable=False, name="seed_generator_state"
            )

    @property
    def initial_seed(self) -> int:
        """The seed it started from."""
        return self._initial_seed

    def next(self, ordered: bool = True) -> jax.Array:
        """A seed of shape (2,), dtype uint32, not given before.

        Args:
            ordered: kept for compatibility.
        """
        seed = self.state.raw_value
        self.state.assign(seed + jnp.asarray([0, 1], "uint32"))
        return seed

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict) -> SeedGenerator:
        """A generator made from what `get_config` returned."""
        return cls(**config)


def make_default_seed() -> int:
    """A seed for who was given none."""
    return randomness.generator().randint(1, 10**9)


_global: SeedGenerator | None = None


def global_seed_generator() -> SeedGenerator:
    """The generator of random operations that were given no seed."""
    global _global
    if _global is None:
        _global = SeedGenerator(name="global_seed_generator")
    return _global


def global_state() -> list[Variable]:
    """The state of the global generator, if something has drawn from it."""
    return [] if _global is None else [_global.state]


def reset() -> None:
    """Start the global generator anew at its next use."""
    global _global
    _global = None


@contextlib.contextmanager
def global_generator_replaced(generator: SeedGenerator) -> Iterator[None]:
    """Have who was given no seed draw from this generator for a while."""
    global _global
    outer, _global = _global, generator
    try:
        yield
    finally:
        _global = outer


def draw_seed(seed: Any) -> jax.Array:
    """A key of shape (2,), dtype uint32, from an int, a generator, an array or None.

    Raises:
        ValueError: if the seed is none of these.
    """
    if seed is None:
        return global_seed_generator().next(ordered=False)
    if hasattr(seed, "next"):
        return seed.next()
    if isinstance(seed, (int, np.integer)):
        return jnp.asarray([int(seed) & 0xFFFFFFFF, 0], "uint32")
    if hasattr(seed, "shape") and tuple(seed.shape) == (2,):
        return jnp.asarray(seed).astype("uint32")
    raise ValueError(
        "A seed must be an int, a SeedGenerator, a uint32 array of shape (2,) or None; got "
        f"{seed!r}."
    )


registry.publish("keras.random", {"SeedGenerator": SeedGenerator})
