"""Where elements come from: arrays, generators."""

from __future__ import annotations

import math
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
        first, last = int(indices[0]), int(indices[0]) + len(indices)
        if indices[-1] == last - 1 and np.array_equal(indices, np.arange(first, last)):
            return map_leaves(lambda a: np.array(a[first:last]), self.arrays)
        return map_leaves(np.asarray, take(self.arrays, indices))


class Generated(Stage):
    """What the iterators give that a function makes.

    Args:
        function: makes an iterator.
        batched: whether it gives batches.
        signature: dtypes, or objects with shape and dtype, nested as the elements are; or None.
    """

    def __init__(self, function: Callable, batched: bool, signature: Any = None):
        self.function = function
        self.batched = batched
        self.signature = signature

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements of a new iterator; the first `start` are read and dropped."""
        iterator = islice(self.function(), start, None)
        if self.signature is not None:
            iterator = (conformed(element, self.signature) for element in iterator)
        if self.batched:
            yield from map(as_arrays, iterator)
            return
        while samples := list(islice(iterator, size)):
            yield stack(samples)


class Numbered(Indexed):
    """The numbers from `first` on, without end, as samples or between batches."""

    length = math.inf

    def __init__(self, first: int, batched: bool):
        self.first, self.batched = first, batched

    def get(self, run: Run, indices: np.ndarray) -> Block:
        """The numbers at these places."""
        numbers = self.first + np.asarray(indices, "int64")
        return list(map(np.asarray, numbers)) if self.batched else numbers


def conformed(element: Any, signature: Any) -> Any:
    """An element in the dtypes of a signature.

    Raises:
        ValueError: for an array of another shape, or an element of another structure.
    """
    if isinstance(signature, (tuple, list)):
        if not isinstance(element, (tuple, list)) or len(element) != len(signature):
            raise ValueError(
                f"The signature has {len(signature)} parts, but the generator gave "
                f"{type(element).__name__} {element!r:.60}."
            )
        return tuple(map(conformed, element, signature))
    if isinstance(signature, dict):
        return {key: conformed(element[key], one) for key, one in signature.items()}
    shape, dtype = getattr(signature, "shape", None), getattr(signature, "dtype", signature)
    array = as_array(element)
    if dtype is not None and array.dtype != object:
        array = array.astype(getattr(dtype, "as_numpy_dtype", dtype))
    if shape is not None and not fits(array.shape, tuple(shape)):
        raise ValueError(
            f"The generator gave an array of shape {array.shape}, but the signature says "
            f"{tuple(shape)}."
        )
    return array


def fits(shape: tuple, wanted: tuple) -> bool:
    """Whether a shape has the sizes wanted, of which None stands for any."""
    return len(shape) == len(wanted) and all(
        goal is None or size == goal for size, goal in zip(shape, wanted)
    )
