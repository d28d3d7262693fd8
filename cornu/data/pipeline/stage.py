"""Stages: what a data set is a chain of.

A stage hands on elements, in the order of an epoch. Before `batch` the elements are samples, and
travel many at a time, in blocks; after it they are batches, and each is a block. An `Indexed` stage
knows its length and reads any element at once; a mere `Stage` is a stream, read from its start.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from cornu.data.pipeline.blocks import Block, drop


class Run(NamedTuple):
    """What all that is random in a pass depends on."""

    seed: int
    epoch: int
    root: int | None = None
    """The seed of the whole data set, where this is the run of a part of it."""

    def branch(self, number: int) -> Run:
        """The run of one of several data sets that are combined."""
        seed = (self.seed + 0x9E3779B97F4A7C15 * (number + 1)) % 2**64
        return Run(seed, self.epoch, self.seed if self.root is None else self.root)

    def of_cache(self) -> Run:
        """The run that fills a cache: the same for all branches, whichever comes to it first."""
        return Run(self.seed if self.root is None else self.root, 0)

    def generator(self, depth: int, position: int = 0) -> np.random.Generator:
        """A generator for one stage of the chain, and one element there."""
        key = np.array([(self.seed + (depth << 40)) % 2**64, self.epoch % 2**64], np.uint64)
        counter = np.array([0, 0, 0, position], np.uint64)
        return np.random.Generator(np.random.Philox(key=key, counter=counter))


class Stage:
    """A stream of elements.

    Attributes:
        parent: the stage before, None for a source.
        batched: whether the elements are batches.
        length: number of elements in an epoch; infinity if endless, None if unknown.
        depth: number of stages before this one.
    """

    parent: Stage | None = None
    batched: bool = False
    length: float | None = None
    depth: int = 0

    def __init__(self, parent: Stage):
        self.parent = parent
        self.batched = parent.batched
        self.length = parent.length
        self.depth = parent.depth + 1

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements of an epoch from element `start` on.

        Args:
            run: seed and epoch.
            start: number of elements to leave out.
            size: number of samples that blocks should have, where the stage is free to choose.
        """
        raise NotImplementedError


class Indexed(Stage):
    """Elements that can be read in any order."""

    length: float

    def get(self, run: Run, indices: np.ndarray) -> Any:
        """The elements at these indices: a block of samples, or a list of batches."""
        raise NotImplementedError

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements in their order; `start` is jumped to."""
        step = 1 if self.batched else size
        while start < self.length:
            end = int(min(start + step, self.length))
            found = self.get(run, np.arange(start, end))
            yield found[0] if self.batched else found
            start = end


def dropped(stage: Stage, blocks: Iterator[Block], start: int) -> Iterator[Block]:
    """The blocks of a stage without its first `start` elements."""
    if not stage.batched:
        return drop(blocks, start)
    return (block for number, block in enumerate(blocks) if number >= start)


def scaled(length: float | None, count: float) -> float | None:
    """A length times `count`."""
    return None if length is None else (0 if length == 0 else length * count)


def divided(length: float | None, size: int, drop_remainder: bool) -> float | None:
    """The number of batches of `size` in `length` samples."""
    if length is None or math.isinf(length):
        return length
    return int(length // size if drop_remainder else -(-length // size))
