"""Stages over elements that come one after the other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import (
    Block,
    concatenate,
    leaves,
    map_leaves,
    rechunk,
    size_of,
    take,
)
from cornu.data.pipeline.indexed import order_key, pass_of
from cornu.data.pipeline.stage import Run, Stage, dropped, scaled


class Taken(Stage):
    """The first elements of a stream."""

    parent: Stage

    def __init__(self, parent: Stage, count: int):
        super().__init__(parent)
        self.count = count
        self.length = None if parent.length is None else min(parent.length, count)

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements before the count is full."""
        left = self.count - start
        if left <= 0:
            return
        for block in self.parent.read(run, start, size):
            length = length_in(self, block)
            yield block if length <= left else take(block, slice(left))
            left -= length
            if left <= 0:
                return


class Skipped(Stage):
    """A stream without its first elements."""

    parent: Stage

    def __init__(self, parent: Stage, count: int):
        super().__init__(parent)
        self.count = count
        self.length = None if parent.length is None else max(parent.length - count, 0)

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements after the first."""
        return self.parent.read(run, self.count + start, size)


class Sharded(Stage):
    """Every `step`-th element of a stream, from `first` on."""

    parent: Stage

    def __init__(self, parent: Stage, first: int, step: int):
        super().__init__(parent)
        self.first = first
        self.step = step
        known = parent.length is not None and not math.isinf(parent.length)
        self.length = max(-(-(parent.length - first) // step), 0) if known else parent.length

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """This shard's elements."""
        until_next = 0
        for block in self.parent.read(run, self.first + start * self.step, size * self.step):
            length = length_in(self, block)
            if until_next < length:
                yield block if self.batched else take(block, slice(until_next, None, self.step))
            until_next = (until_next - length) % self.step


class Repeating(Stage):
    """Several passes over a stream, each an epoch of its own for the stages before."""

    parent: Stage

    def __init__(self, parent: Stage, count: float):
        super().__init__(parent)
        self.count = count
        endless = math.isinf(count) and parent.length != 0
        self.length = math.inf if endless else scaled(parent.length, count)

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements of all passes."""
        length = self.parent.length
        if length is None:
            return dropped(self, self._passes(run, 0, 0, size), start)
        whole = length and not math.isinf(length)
        first, start = divmod(start, int(length)) if whole else (0, start)
        return self._passes(run, first, start, size)

    def _passes(self, run: Run, first: int, start: int, size: int) -> Iterator[Block]:
        for number in itertools.count(first):
            if number >= self.count:
                return
            found = False
            for block in self.parent.read(pass_of(run, number, self.count), start, size):
                found = True
                yield block
            if not found and math.isinf(self.count):
                return  # it would go on forever without an element
            start = 0


class BufferShuffled(Stage):
    """Elements drawn from a buffer that the stream keeps full."""

    parent: Stage

    def __init__(self, parent: Stage, buffer_size: int, seed: int | None, reshuffle: bool):
        super().__init__(parent)
        self.buffer_size = buffer_size
        self.seed = seed
        self.reshuffle = reshuffle

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements in a random order; those left out are read and dropped."""
        rng = order_key(run, self.seed, self.reshuffle).generator(self.depth)
        elements = self.parent.read(run, 0, size)
        drawn = self._batches(elements, rng) if self.batched else self._samples(elements, rng, size)
        return dropped(self, drawn, start)

    def _batches(self, batches: Iterator[Block], rng: np.random.Generator) -> Iterator[Block]:
        buffer: list = []
        for batch in batches:
            if len(buffer) < self.buffer_size:
                buffer.append(batch)
                continue
            place = int(rng.integers(len(buffer)))
            yield buffer[place]
            buffer[place] = batch
        for place in rng.permutation(len(buffer)):
            yield buffer[place]

    def _samples(
        self, blocks: Iterator[Block], rng: np.random.Generator, size: int
    ) -> Iterator[Block]:
        # Pieces of a fixed size, so that the order does not depend on how the blocks were cut.
        pieces = rechunk(blocks, max(self.buffer_size // 8, 1))
        filling: list[Block] = []
        count = 0
        for piece in pieces:
            filling.append(piece)
            count += size_of(piece)
            if count >= self.buffer_size:
                break
        if not filling:
            return
        buffer = map_leaves(np.array, concatenate(filling))
        for piece in pieces:
            places = rng.choice(count, size_of(piece), replace=False)
            yield take(buffer, places)
            buffer = replaced(buffer, places, piece)
        order = rng.permutation(count)
        for begin in range(0, count, size):
            yield take(buffer, order[begin : begin + size])


def replaced(buffer: Block, places: np.ndarray, piece: Block) -> Block:
    """The buffer with new samples at these places."""
    fits = all(
        old.dtype == new.dtype and old.shape[1:] == new.shape[1:]
        for old, new in zip(leaves(buffer), leaves(piece))
    )
    if not fits:
        kept = np.setdiff1d(np.arange(size_of(buffer)), places)
        return concatenate([take(buffer, kept), piece])

    def put(old: np.ndarray, new: np.ndarray) -> np.ndarray:
        old[places] = new
        return old

    return map_leaves(put, buffer, piece)


def length_in(stage: Stage, block: Any) -> int:
    """The number of elements that a block of a stage counts for."""
    return 1 if stage.batched else size_of(block)
