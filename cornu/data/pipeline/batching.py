"""From samples to batches and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from cornu.data.pipeline.blocks import Block, drop, rechunk, size_of
from cornu.data.pipeline.stage import Indexed, Run, Stage, divided


class Batched(Stage):
    """Batches of the samples of a stream."""

    parent: Stage

    def __init__(self, parent: Stage, size: int, drop_remainder: bool, finish: Callable):
        super().__init__(parent)
        self.batched = True
        self.size = size
        self.drop_remainder = drop_remainder
        self.finish = finish
        self.length = divided(parent.length, size, drop_remainder)

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The batches."""
        blocks = self.parent.read(run, start * self.size, self.size)
        for block in rechunk(blocks, self.size):
            if not self.drop_remainder or size_of(block) == self.size:
                yield self.finish(block)


class BatchedIndexed(Batched, Indexed):
    """Batches of samples that can be read in any order."""

    parent: Indexed

    def get(self, run: Run, indices: np.ndarray) -> list[Block]:
        """The batches at these indices."""
        begins = [int(i) * self.size for i in indices]
        ends = [int(min(begin + self.size, self.parent.length)) for begin in begins]
        return [
            self.finish(self.parent.get(run, np.arange(begin, end)))
            for begin, end in zip(begins, ends)
        ]


class Unbatched(Stage):
    """The samples of batches."""

    parent: Stage

    def __init__(self, parent: Stage):
        super().__init__(parent)
        self.batched = False
        self.length = parent.length if parent.length in (0, math.inf) else None

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The samples, in blocks as the batches were."""
        return drop(self.parent.read(run, 0, size), start)
