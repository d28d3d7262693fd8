"""What holds for a whole session: seeds and the counters behind automatic names."""

from __future__ import annotations

import random

import jax
import numpy as np

from cornu.core import seed_generator
from cornu.engine import names, randomness


def clear_session(free_memory: bool = True) -> None:
    """Forget automatic names and the global seed, and compiled programs too.

    Args:
        free_memory: whether to drop the compiled programs.

    >>> keras.utils.clear_session(free_memory=False)
    """
    names.reset()
    seed_generator.reset()
    if free_memory:
        jax.clear_caches()


def set_random_seed(seed: int) -> None:
    """Make runs reproducible: seeds Python's, NumPy's and the library's generators.

    The library draws from a generator of its own from here on: what follows is the same for the
    same seed, whatever was imported, drawn or made before, and whoever else draws.

    Args:
        seed: an int.

    Raises:
        ValueError: if it is no int.

    >>> keras.utils.set_random_seed(1)
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise ValueError(f"set_random_seed needs an int; got {seed!r}.")
    random.seed(int(seed))
    randomness.start(int(seed))
    np.random.seed(int(seed) % 2**32)  # noqa: NPY002 (users' code draws from it)
    seed_generator.reset()
