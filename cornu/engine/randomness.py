"""Where who is given no seed draws one.

After `start` (that is, `utils.set_random_seed`) it is a generator that nothing else draws from, so
that a run depends on its seed alone: other packages draw from Python's `random` when they are first
imported, or print. Until then it is Python's own, so that `random.seed` alone fixes runs as well.
"""

from __future__ import annotations

import random
from typing import Any

_own: random.Random | None = None


def start(seed: int) -> None:
    """Draw from a generator of the package's own from now on, with this seed."""
    global _own
    _own = random.Random(seed)


def generator() -> Any:
    """What to draw from: it has the methods of `random.Random`."""
    return random if _own is None else _own


def draw_seed(end: int = 2**63) -> int:
    """A seed from 0 up to, but without, `end`."""
    return generator().randrange(end)


def state() -> tuple[tuple, tuple | None]:
    """The states of Python's generator and of the package's own, for `restore`."""
    return random.getstate(), None if _own is None else _own.getstate()


def restore(state: tuple[tuple, tuple | None]) -> None:
    """Go on as when `state` was taken."""
    global _own
    python, own = state
    random.setstate(python)
    _own = None if own is None else random.Random()
    if _own is not None:
        _own.setstate(own)
