"""Where elements come from: arrays, generators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import Block, as_array, as_arrays, map_leaves, size_of, stack, take
from cornu.data.pipeline.stage import Indexed, Run, Stage


class Slices(Indexed):
    """The slices of arrays along their first axis."""

    def __init__(self, structure: Any):
        self.arrays = map_leaves(as_array, structure)
        self.length = size_of(self.arrays)

    def get(self, run: Run, indices: np.ndarray) -> Block:
        """A copy of these slices: what is done to it does not show in the arrays."""
        first, count = int(indices[0]), len(indices)
        if indices[-1] - first == count - 1 and np.array_equal(
            indices, np.arange(first, first + count)
        ):
            return map_leaves(lambda a: np.array(a[first : first + count]), self.arrays)
        return map_leaves(np.asarray, take(self.arrays, indices))


class Generated(Stage):
    """What the iterators give that a function makes."""

    def __init__(self, function: Callable, batched: bool):
        self.function = function
        self.batched = batched

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements of a new iterator; the first `start` are read and dropped."""
        iterator = islice(self.function(), start, None)
        if self.batched:
            yield from map(as_arrays, iterator)
            return
        while samples := list(islice(iterator, size)):
            yield stack(samples)
