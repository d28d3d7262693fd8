"""Stages around data sets of data sets: windows over a stream, and functions that return data sets.

Elements of the data sets that a function returns are samples of the outer one, whatever they were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import Block, concatenate, map_leaves, size_of, stack, take
from cornu.data.pipeline.mapping import Function
from cornu.data.pipeline.sources import Slices
from cornu.data.pipeline.stage import Run, Stage, dropped

LEAST_READ = 64


class Windowed(Stage):
    """Data sets of samples that follow each other, one for each array of the structure.

    Args:
        parent: a stage of samples.
        size: samples in a window.
        shift: samples from the begin of a window to that of the next.
        stride: samples from one of a window to the next.
        drop_remainder: whether to leave out windows that are smaller.
        make: makes a data set of a stage.
    """

    parent: Stage

    def __init__(
        self,
        parent: Stage,
        size: int,
        shift: int,
        stride: int,
        drop_remainder: bool,
        make: Callable,
    ):
        super().__init__(parent)
        self.batched = True
        self.size, self.shift, self.stride = size, shift, stride
        self.drop_remainder, self.make = drop_remainder, make
        self.span = (size - 1) * stride + 1
        if parent.length is not None and not math.isinf(parent.length):
            left = parent.length - self.span if drop_remainder else parent.length - 1
            self.length = max(left // shift + 1, 0)

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The windows."""
        least = self.span if self.drop_remainder else 1
        block, count, jump = None, 0, start * self.shift
        blocks = self.parent.read(run, 0, max(size, LEAST_READ))
        for new in blocks:
            block = new if not count else concatenate([block, new])
            count += size_of(new)
            begin = jump
            while begin + self.span <= count:
                yield self._window(block, begin)
                begin += self.shift
            kept = min(begin, count)
            block, count, jump = take(block, slice(kept, None)), count - kept, begin - kept
        while jump + least <= count:
            yield self._window(block, jump)
            jump += self.shift

    def _window(self, block: Block, begin: int) -> Block:
        window = take(block, slice(begin, begin + self.span, self.stride))
        return map_leaves(lambda leaf: self.make(Slices(leaf)), window)


class Interleaved(Stage):
    """The elements of the data sets that a function makes of each element, in turns.

    Args:
        parent: any stage.
        function: takes an element, returns a data set.
        cycle: number of data sets that are read in turns; 1 reads one after the other.
        length: elements of one that follow each other.
    """

    parent: Stage

    def __init__(self, parent: Stage, function: Callable, cycle: int, length: int):
        super().__init__(parent)
        self.function = Function(function, False, parent.batched, 1, self.depth)
        self.batched = False
        self.cycle, self.block_length = cycle, length
        self.length = 0 if parent.length == 0 else None

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements as samples; those left out are read and dropped."""
        if self.cycle == 1:
            return dropped(self, self._one_by_one(run, size), start)
        return dropped(self, self._in_turns(run), start)

    def _one_by_one(self, run: Run, size: int) -> Iterator[Block]:
        for number, dataset in self._datasets(run):
            for block in dataset._stage.read(run.branch(number), 0, size):
                yield stack([block]) if dataset._stage.batched else block

    def _in_turns(self, run: Run) -> Iterator[Block]:
        datasets = self._datasets(run)
        turns = [self._opened(datasets, run) for _ in range(self.cycle)]
        while any(turn is not None for turn in turns):
            for place in range(self.cycle):
                for _ in range(self.block_length if turns[place] is not None else 0):
                    sample = next(turns[place], self)
                    if sample is self:
                        turns[place] = self._opened(datasets, run)
                        break
                    yield stack([sample])

    def _opened(self, datasets: Iterator, run: Run) -> Iterator | None:
        number, dataset = next(datasets, (0, None))
        return None if dataset is None else dataset._elements(run.branch(number), 0)

    def _datasets(self, run: Run) -> Iterator[tuple[int, Any]]:
        number = 0
        for block in self.parent.read(run, 0, LEAST_READ):
            count = 1 if self.parent.batched else size_of(block)
            for position in range(count):
                element = block if self.parent.batched else take(block, position)
                dataset = self.function(element, run, number)
                if not hasattr(dataset, "_stage"):
                    raise ValueError(
                        "The function must return a Dataset for each element, whose elements are "
                        f"joined; got {type(dataset).__name__}. Use `map` for a function that "
                        "returns an element."
                    )
                yield number, dataset
                number += 1


class Scanned(Stage):
    """What a function makes of each element and of the state that it returned before."""

    parent: Stage

    def __init__(self, parent: Stage, initial_state: Any, function: Callable):
        super().__init__(parent)
        self.initial_state, self.function = initial_state, function

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The results; those left out are made and dropped."""
        return dropped(self, self._results(run, size), start)

    def _results(self, run: Run, size: int) -> Iterator[Block]:
        state = self.initial_state
        for block in self.parent.read(run, 0, size):
            elements = [block] if self.batched else (take(block, i) for i in range(size_of(block)))
            found = []
            for element in elements:
                state, result = self.function(state, element)
                found.append(result)
            yield map_leaves(np.asarray, found[0]) if self.batched else stack(found)


class TakenWhile(Stage):
    """The elements before the first for which a function is not true."""

    parent: Stage

    def __init__(self, parent: Stage, predicate: Callable):
        super().__init__(parent)
        self.function = Function(predicate, False, parent.batched, 1, self.depth)
        self.length = 0 if parent.length == 0 else None

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements; those left out are read and dropped."""
        return dropped(self, self._kept(run, size), start)

    def _kept(self, run: Run, size: int) -> Iterator[Block]:
        number = 0
        for block in self.parent.read(run, 0, size):
            for position in range(1 if self.batched else size_of(block)):
                element = block if self.batched else take(block, position)
                if not self.function(element, run, number):
                    if position:
                        yield take(block, slice(position))
                    return
                number += 1
            yield block
