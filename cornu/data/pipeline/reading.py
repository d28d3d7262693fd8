"""`Reading`: what one learns from a data set, and the ways to iterate over it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import map_leaves, samples_of
from cornu.data.pipeline.stage import Run, Stage
from cornu.data.pipeline.values import Count, shown_element
from cornu.engine import randomness

ENDLESS, UNKNOWN = -1, -2
SAMPLES_IN_BLOCK = 64


@dataclass(frozen=True)
class ArraySpec:
    """Shape and dtype of one array of an element; None for the number of samples of a batch."""

    shape: tuple[int | None, ...]
    dtype: np.dtype


class Reading:
    """A chain of stages that can be read; the base of `Dataset`."""

    def __init__(self, stage: Stage, seed: int | None = None):
        self._stage = stage
        self._seed = seed
        self._passes = 0
        self._spec: Any = None

    @property
    def seed(self) -> int:
        """What the random orders and generators depend on; random if it was never set.

        `cornu.utils.set_random_seed` fixes what is drawn. Data sets made from this one inherit a
        seed that was set.
        """
        if self._seed is None:
            self._seed = randomness.draw_seed()
        return self._seed

    @seed.setter
    def seed(self, value: int) -> None:
        self._seed = int(value)

    @property
    def num_batches(self) -> int | None:
        """Number of elements in an epoch; None if unknown or endless."""
        length = self._stage.length
        return None if length is None or math.isinf(length) else int(length)

    def cardinality(self) -> int:
        """Number of elements in an epoch; -1 if endless, -2 if unknown."""
        if self._stage.length is None:
            return Count(UNKNOWN)
        return Count(ENDLESS if math.isinf(self._stage.length) else self._stage.length)

    def __len__(self) -> int:
        """Number of elements in an epoch.

        Raises:
            TypeError: if it is unknown or endless.
        """
        if self.num_batches is None:
            kind = "unknown" if self._stage.length is None else "endless"
            raise TypeError(f"The length of this data set is {kind}.")
        return self.num_batches

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        """The elements, with arrays that have `.numpy()`; each new iteration is the next epoch."""
        elements = self.as_numpy_iterator()
        return (shown_element(element) for element in elements)

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The same as `iter`, with plain NumPy arrays."""
        self._passes += 1
        return self.iterate(self._passes - 1)

    def reduce(self, initial_state: Any, reduce_func: Callable) -> Any:
        """The last state that a function makes of the state before and of each element.

        Args:
            initial_state: what to begin with.
            reduce_func: takes `(state, element)`, returns the new state.

        >>> from cornu.data import Dataset
        >>> int(Dataset.range(5).reduce(0, lambda total, x: total + x))
        10
        """
        return shown_element(functools.reduce(reduce_func, self.as_numpy_iterator(), initial_state))

    def iterate(self, epoch: int, start: int = 0) -> Iterator[Any]:
        """The elements of any epoch, from any place.

        The same seed, epoch and place always give the same elements, in any process: those of an
        unbroken pass from `start` on. Data with random access jumps there; a stream is read from
        its beginning, but steps between the last `shuffle`, `filter` or `unbatch` and the end
        do not run for what is left out.

        Args:
            epoch: number of the epoch, from 0.
            start: number of elements to leave out.

        >>> from cornu.data import Dataset
        >>> dataset = Dataset.range(10).shuffle(seed=1).batch(3)
        >>> whole = [x.tolist() for x in dataset.iterate(epoch=2)]
        >>> [x.tolist() for x in dataset.iterate(epoch=2, start=2)] == whole[2:]
        True
        """
        return self._elements(Run(self.seed % 2**64, epoch), start)

    def _elements(self, run: Run, start: int) -> Iterator[Any]:
        blocks = self._stage.read(run, start, SAMPLES_IN_BLOCK)
        if self._stage.batched:
            return iter(blocks)
        return (sample for block in blocks for sample in samples_of(block))

    @property
    def element_spec(self) -> Any:
        """Shape and dtype of each array of an element, from the first one.

        Raises:
            ValueError: if there is no element.

        >>> from cornu.data import Dataset
        >>> Dataset.range(4).batch(2).element_spec
        ArraySpec(shape=(None,), dtype=dtype('int64'))
        """
        if self._spec is None:
            element = next(self.iterate(0), self)
            if element is self:
                raise ValueError("This data set is empty, so its elements have no shape.")
            self._spec = map_leaves(self._described, element)
        return self._spec

    def __repr__(self) -> str:
        kind = "batches" if self._stage.batched else "samples"
        length = self.num_batches
        if length is None:
            length = "unknown" if self._stage.length is None else "endless"
        return f"<Dataset of {kind}, length {length}>"

    def _described(self, leaf: Any) -> ArraySpec:
        leaf = np.asarray(leaf)
        return ArraySpec((None, *leaf.shape[1:]) if self._stage.batched else leaf.shape, leaf.dtype)
