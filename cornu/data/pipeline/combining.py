"""Stages over the elements of several data sets: one after the other, or side by side."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import Block, placed, rechunk, size_of, take
from cornu.data.pipeline.indexed import assembled
from cornu.data.pipeline.stage import Indexed, Run, Stage, dropped


class Concatenated(Stage):
    """The elements of one stage, then those of another."""

    def __init__(self, first: Stage, second: Stage):
        super().__init__(first)
        self.depth = max(first.depth, second.depth) + 1
        self.parts = (first, second)
        known = first.length is not None and second.length is not None
        self.length = first.length + second.length if known else None

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements of both."""
        first, second = self.parts
        if first.length is None:
            both = itertools.chain(
                first.read(run.branch(0), 0, size), second.read(run.branch(1), 0, size)
            )
            yield from dropped(self, both, start)
            return
        if start < first.length:
            yield from first.read(run.branch(0), start, size)
        yield from second.read(run.branch(1), int(max(start - first.length, 0)), size)


class ConcatenatedIndexed(Indexed, Concatenated):
    """The same of stages that can be read in any order."""

    parts: tuple[Indexed, Indexed]

    def get(self, run: Run, indices: np.ndarray) -> Any:
        """The elements at these indices."""
        first, second = self.parts
        left = indices < first.length
        parts, masks = [], []
        if left.any():
            parts.append(first.get(run.branch(0), indices[left]))
            masks.append(left)
        if not left.all():
            parts.append(second.get(run.branch(1), indices[~left] - int(first.length)))
            masks.append(~left)
        return assembled(parts, masks)


class Zipped(Stage):
    """Structures of the elements that stand at the same place in several stages.

    Args:
        parents: the stages.
        places: numbers of the stages, nested as their elements shall be.
    """

    def __init__(self, parents: tuple[Stage, ...], places: Any):
        super().__init__(parents[0])
        self.places = places
        self.depth = max(parent.depth for parent in parents) + 1
        self.parents = parents
        lengths = [parent.length for parent in parents]
        self.length = None if None in lengths else min(lengths)

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The structures, until one of the stages ends."""
        streams = [p.read(run.branch(i), start, size) for i, p in enumerate(self.parents)]
        if self.batched:
            for elements in zip(*streams):
                yield placed(self.places, elements)
            return
        for blocks in zip(*(rechunk(stream, size) for stream in streams)):
            count = min(map(size_of, blocks))
            yield placed(self.places, [take(block, slice(count)) for block in blocks])


class ZippedIndexed(Indexed, Zipped):
    """The same of stages that can be read in any order."""

    parents: tuple[Indexed, ...]

    def get(self, run: Run, indices: np.ndarray) -> Any:
        """The structures at these indices."""
        found = [p.get(run.branch(i), indices) for i, p in enumerate(self.parents)]
        if self.batched:
            return [placed(self.places, elements) for elements in zip(*found)]
        return placed(self.places, found)
