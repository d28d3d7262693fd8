"""Blocks: many samples as one structure of arrays, whose first axis counts the samples.

Tuples and dicts are structure, everything else is a leaf; a list is an array. Samples whose shapes
differ lie in a ragged leaf: an object array `(samples,)` of arrays. Strings lie in object arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from cornu.engine.foreign import is_foreign_tensor, to_numpy

Block = Any


def map_leaves(fn: Callable, structure: Any, *others: Any) -> Any:
    """The structure of `fn(leaf, *leaves of the others)`; None stays None."""
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {
            key: map_leaves(fn, value, *(other[key] for other in others))
            for key, value in structure.items()
        }
    if isinstance(structure, tuple):
        parts = [map_leaves(fn, *parts) for parts in zip(structure, *others)]
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    return fn(structure, *others)


def leaves(structure: Any) -> list:
    """The leaves of a structure that are not None."""
    found: list = []
    map_leaves(found.append, structure)
    return found


def placed(places: Any, parts: Sequence) -> Any:
    """The structure of numbers with the part of that number at each place."""
    return map_leaves(lambda number: parts[number], places)


def as_array(value: Any) -> np.ndarray:
    """A leaf as a NumPy array; strings in an array of objects."""
    if isinstance(value, np.ndarray):
        return value.astype(object) if value.dtype.kind in "US" else value
    if isinstance(value, (str, bytes)):
        array = np.empty((), object)
        array[()] = value
        return array
    if is_foreign_tensor(value):
        return to_numpy(value, "An array of a data set")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"A list is taken for an array, and this one is none: {error}. Put arrays of different "
            "shapes in a tuple or a dict."
        ) from error
    return array.astype(object) if array.dtype.kind in "US" else array


def as_arrays(structure: Any) -> Any:
    """A structure with every leaf as an array."""
    return map_leaves(as_array, structure)


def size_of(block: Block) -> int:
    """The number of samples of a block.

    Raises:
        ValueError: if the leaves differ in length, or hold no samples.
    """
    found = leaves(block)
    if any(np.ndim(leaf) == 0 for leaf in found):
        raise ValueError(f"A single value, {found[0]!r}, holds no samples: it has no first axis.")
    sizes = {len(leaf) for leaf in found}
    if len(sizes) != 1:
        raise ValueError(
            f"All arrays must hold the same number of samples; these hold {sorted(sizes)}."
            if sizes
            else "There is no array."
        )
    return sizes.pop()


def take(block: Block, where: Any) -> Block:
    """The samples at these indices, or in this slice."""
    return map_leaves(lambda leaf: leaf[where], block)


def concatenate(blocks: list[Block]) -> Block:
    """One block of the samples of several."""
    if len(blocks) == 1:
        return blocks[0]
    return map_leaves(lambda *parts: _joined(parts), *blocks)


def _joined(parts: tuple[np.ndarray, ...]) -> np.ndarray:
    if len({part.shape[1:] for part in parts}) == 1 and not any(map(is_ragged, parts)):
        return np.concatenate(parts)
    return ragged([sample for part in parts for sample in part])


def ragged(samples: list[np.ndarray]) -> np.ndarray:
    """An object array of arrays."""
    array = np.empty(len(samples), object)
    for position, sample in enumerate(samples):
        array[position] = sample
    return array


def is_ragged(leaf: np.ndarray) -> bool:
    """Whether a leaf holds samples of different shapes."""
    return leaf.dtype == object and leaf.size > 0 and isinstance(leaf.flat[0], np.ndarray)


def stack(samples: list) -> Block:
    """One block of samples of one structure."""
    return map_leaves(lambda *parts: _stacked(parts), *samples)


def _stacked(parts: tuple) -> np.ndarray:
    arrays = [as_array(part) for part in parts]
    if len({array.shape for array in arrays}) == 1:
        return np.stack(arrays)
    return ragged(arrays)


def samples_of(block: Block) -> Iterator[Any]:
    """The samples of a block, one by one."""
    for index in range(size_of(block)):
        yield take(block, index)


def drop(blocks: Iterable[Block], count: int) -> Iterator[Block]:
    """The blocks without their first `count` samples."""
    for block in blocks:
        size = size_of(block)
        if count >= size:
            count -= size
            continue
        yield take(block, slice(count, None)) if count else block
        count = 0


def rechunk(blocks: Iterable[Block], size: int) -> Iterator[Block]:
    """The same samples in blocks of `size`; the last may be smaller."""
    waiting: list[Block] = []
    count = 0
    for block in blocks:
        begin, length = 0, size_of(block)
        while count + length - begin >= size:
            end = begin + size - count
            waiting.append(block if (begin, end) == (0, length) else take(block, slice(begin, end)))
            yield concatenate(waiting)
            waiting, count, begin = [], 0, end
        if begin < length:
            waiting.append(take(block, slice(begin, None)) if begin else block)
            count += length - begin
    if waiting:
        yield concatenate(waiting)


def even(block: Block) -> Block:
    """The block, if none of its leaves is ragged.

    Raises:
        ValueError: if samples differ in shape.
    """
    for leaf in leaves(block):
        if is_ragged(leaf):
            shapes = sorted({sample.shape for sample in leaf})[:4]
            raise ValueError(
                f"The samples of a batch differ in shape: {', '.join(map(str, shapes))}. Make them "
                "equal with `map`, or pad them to the longest of each batch with `padded_batch`."
            )
    return block
