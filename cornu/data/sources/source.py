"""`Source`: anything that can be iterated over, one pass after another."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import Any


class Source:
    """Batches of an iterable; a base of other sources.

    Args:
        value: what the user passed.

    Attributes:
        name: of the user's type, or of their generator function, for messages.
        length: batches in a pass; None if unknown or endless.
        once: whether there is one pass only, as with generators.
        addressed: whether a pass can begin at any place and is the same for the same number, so
            that a place needs no memory of what was read before.
        skips: whether it begins at a later place without reading what is before.
        has_seed: whether the data set has a seed of its own.
        own_workers: whether it reads ahead by itself.
        seed: what the order depends on.
    """

    addressed = False
    skips = False
    own_workers = False
    has_seed = False

    def __init__(self, value: Any):
        self.value = value
        self.name = getattr(value, "__name__", type(value).__name__)
        self.length = length_of(value)
        self.once = hasattr(value, "__next__")
        self.seed = 0

    def open(self, number: int, start: int, count: int | None) -> Iterator:
        """Begin a pass.

        Args:
            number: of the pass; the order may depend on it.
            start: number of batches to leave out.
            count: number of batches that will be wanted, None for all.
        """
        stop = None if count is None else start + count
        return itertools.islice(self.iterate(), start, stop)

    def iterate(self) -> Iterator:
        """A new pass from its beginning, or the one pass there is."""
        return iter(self.value)

    def example(self) -> Any:
        """A batch that is read for its shape, for addressed sources; `END` if there is none."""
        raise NotImplementedError

    def on_epoch_begin(self) -> None:
        """Called before an epoch is read."""

    def on_epoch_end(self) -> None:
        """Called when an epoch was read to its end."""

    def watch(self) -> None:
        """Begin to note what changes, since `get_state` will be asked for."""

    def get_state(self) -> dict[str, Any]:
        """What has changed about the data set; nothing, but with some kinds."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Change the data set to what `get_state` returned."""

    def close(self) -> None:
        """End workers and the like."""


def length_of(value: Any) -> int | None:
    """The number of batches of a pass, None if it is unknown, or there is no end."""
    try:
        length = len(value)
    except TypeError:
        return None
    # Grain's name for endless.
    return length if length < sys.maxsize else None
