"""Samples of different shapes filled up at the end to one shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import Block, is_ragged


def padded(block: Block, shapes: Any = None, values: Any = None) -> Block:
    """A block whose leaves are filled up to a shape, or to that of the longest sample.

    Args:
        block: samples.
        shapes: nested as the block is; in a shape, None and -1 stand for the longest sample's size.
        values: what to fill up with, one for all or nested as the block is; zeros and empty strings
            by default.

    Raises:
        ValueError: if a sample does not fit its shape, or the structures differ.
    """
    if block is None:
        return None
    if isinstance(block, dict):
        return {
            key: padded(leaf, _part(shapes, key), _part(values, key)) for key, leaf in block.items()
        }
    if isinstance(block, tuple):
        for name, given in (("padded_shapes", shapes), ("padding_values", values)):
            if isinstance(given, (tuple, list)) and len(given) != len(block):
                raise ValueError(
                    f"{name} has {len(given)} entries, but an element has {len(block)} parts: "
                    "nest it as the elements are."
                )
        return tuple(
            padded(leaf, _part(shapes, place), _part(values, place))
            for place, leaf in enumerate(block)
        )
    return _padded(block, shapes, values)


def _part(given: Any, key: Any) -> Any:
    """What is given for one part of an element; a single value stands for all."""
    if isinstance(given, dict) or (isinstance(given, (tuple, list)) and isinstance(key, int)):
        return given[key]
    return given


def _padded(leaf: np.ndarray, wanted: Any, value: Any) -> np.ndarray:
    if not is_ragged(leaf) and wanted is None:
        return leaf
    samples = list(leaf) if is_ragged(leaf) else leaf
    shapes = [np.shape(sample) for sample in samples]
    if len({len(shape) for shape in shapes}) != 1:
        raise ValueError("Samples with different numbers of axes cannot be padded to one shape.")
    shape = _shape(tuple(np.max(shapes, axis=0).astype(int).tolist()), wanted)
    dtype = np.result_type(*(sample.dtype for sample in samples)) if is_ragged(leaf) else leaf.dtype
    value = value if value is not None else "" if dtype.kind == "O" else 0
    filled = np.full((len(leaf), *shape), value, dtype)
    for row, sample in enumerate(samples):
        filled[(row, *(slice(size) for size in np.shape(sample)))] = sample
    return filled


def _shape(longest: tuple, wanted: Any) -> tuple:
    if wanted is None:
        return longest
    wanted = tuple(wanted)
    if len(wanted) != len(longest):
        raise ValueError(
            f"padded_shapes has the shape {wanted} for samples with {len(longest)} axes, such as "
            f"{longest}."
        )
    shape = tuple(size if goal in (None, -1) else int(goal) for goal, size in zip(wanted, longest))
    if any(size > goal for size, goal in zip(longest, shape)):
        raise ValueError(
            f"A sample of shape {longest} is longer than padded_shapes={wanted} allows. Cut it in "
            "`map`, or give None for that axis."
        )
    return shape
