"""Stages that call the user's functions: `map` and `filter`."""

from __future__ import annotations

import inspect
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import (
    Block,
    as_array,
    as_arrays,
    leaves,
    samples_of,
    size_of,
    stack,
    take,
)
from cornu.data.pipeline.stage import Indexed, Run, Stage, dropped


class Function:
    """A user's function, called with elements.

    Args:
        function: takes an element; the parts of a tuple are arguments of their own. A parameter
            named `rng` gets a generator that depends on the run and the element's place only.
        vectorized: whether it takes blocks of samples.
        batched: whether the elements are batches.
        workers: number of threads.
        depth: which stage of the chain this is.
    """

    def __init__(
        self, function: Callable, vectorized: bool, batched: bool, workers: int, depth: int
    ):
        self.function = function
        self.whole = batched or vectorized
        self.unit = "batch" if batched else "block from sample" if vectorized else "sample"
        self.workers = workers
        self.depth = depth
        self.takes_rng = takes_rng(function)
        if self.takes_rng and vectorized and not batched:
            raise ValueError(
                "A vectorized function cannot take rng: how many samples it gets at once is left "
                "open. Use it after `batch`, or without vectorized=True."
            )
        self._pool: ThreadPoolExecutor | None = None

    def __call__(self, element: Any, run: Run, position: int) -> Any:
        arguments = element if isinstance(element, tuple) else (element,)
        try:
            if self.takes_rng:
                return self.function(*arguments, rng=run.generator(self.depth, position))
            return self.function(*arguments)
        except Exception as error:
            name = getattr(self.function, "__name__", type(self.function).__name__)
            error.add_note(
                f"This happened in {name!r}, a step of a data set, {self.unit} {position}."
            )
            raise

    def each(self, block: Block, run: Run, positions: Iterable[int]) -> list:
        """The results for the samples of a block."""
        samples = list(samples_of(block))
        if self.workers == 1:
            return [self(sample, run, int(p)) for sample, p in zip(samples, positions)]
        return list(self.pool().map(self, samples, [run] * len(samples), map(int, positions)))

    def pool(self) -> ThreadPoolExecutor:
        """The threads, started at the first call."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.workers)
        return self._pool

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_pool": None}


def takes_rng(function: Callable) -> bool:
    """Whether a function has a parameter named `rng`."""
    try:
        return "rng" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # some functions written in C
        return False


def worker_count(number: int | None) -> int:
    """The number of threads: one for None, one per core for -1 (`AUTOTUNE`)."""
    if number is None:
        return 1
    if number == -1:
        return os.cpu_count() or 1
    if number < 1:
        raise ValueError(f"num_parallel_calls must be positive, or -1 for all cores; got {number}.")
    return int(number)


class Mapped(Stage):
    """What a function makes of each element of a stream."""

    parent: Stage

    def __init__(self, parent: Stage, function: Callable, vectorized: bool, workers: int):
        super().__init__(parent)
        self.function = Function(function, vectorized, parent.batched, workers, self.depth)

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The results; the function is not called for what is left out."""
        blocks = self._numbered(self.parent.read(run, start, size), start)
        if not self.function.whole or self.function.workers == 1:
            for block, positions in blocks:
                yield self._result(block, run, positions)
            return
        pool, waiting = self.function.pool(), deque()
        try:
            for block, positions in blocks:
                waiting.append(pool.submit(self._result, block, run, positions))
                if len(waiting) > self.function.workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _numbered(self, blocks: Iterator[Block], start: int) -> Iterator[tuple[Block, np.ndarray]]:
        for block in blocks:
            count = 1 if self.batched else size_of(block)
            yield block, np.arange(start, start + count)
            start += count

    def _result(self, block: Block, run: Run, positions: np.ndarray) -> Block:
        if not self.function.whole:
            return stack(self.function.each(block, run, positions))
        result = as_arrays(self.function(block, run, int(positions[0])))
        if not self.batched and size_of(result) != size_of(block):
            raise ValueError(
                f"A vectorized function got {size_of(block)} samples and returned "
                f"{size_of(result)}; it must return one for each. Use `filter` to leave some out."
            )
        return result


class MappedIndexed(Mapped, Indexed):
    """What a function makes of each element, at any place."""

    parent: Indexed

    def get(self, run: Run, indices: np.ndarray) -> Any:
        """The results for these elements."""
        found = self.parent.get(run, indices)
        if self.batched:
            return [self._result(b, run, indices[i : i + 1]) for i, b in enumerate(found)]
        return self._result(found, run, indices)


class Filtered(Stage):
    """The elements for which a function is true."""

    parent: Stage

    def __init__(self, parent: Stage, predicate: Callable, vectorized: bool):
        super().__init__(parent)
        self.function = Function(predicate, vectorized, parent.batched, 1, self.depth)
        self.length = 0 if parent.length == 0 else None

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements that are kept."""
        return dropped(self, self._kept(run, size), start)

    def _kept(self, run: Run, size: int) -> Iterator[Block]:
        position = 0
        for block in self.parent.read(run, 0, size):
            if self.batched:
                if self._is_true(self.function(block, run, position)):
                    yield block
                position += 1
                continue
            count = size_of(block)
            if self.function.whole:
                mask = self._mask(self.function(block, run, position), count)
            else:
                found = self.function.each(block, run, range(position, position + count))
                mask = np.array([self._is_true(value) for value in found])
            position += count
            if mask.any():
                yield block if mask.all() else take(block, mask)

    def _is_true(self, value: Any) -> bool:
        if np.size(value) != 1 or len(leaves(value)) != 1:
            raise ValueError(f"A filter must return one bool for an element; got {value!r}.")
        return bool(np.reshape(value, ()))

    def _mask(self, value: Any, count: int) -> np.ndarray:
        mask = as_array(value)
        if mask.dtype != bool or mask.shape != (count,):
            raise ValueError(
                f"A vectorized filter must return a bool for each of the {count} samples; got "
                f"{mask.dtype} of shape {mask.shape}."
            )
        return mask
