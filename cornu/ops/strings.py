"""Operations that only move elements work on strings too, which XLA does not have.

What they do to strings they do to the strings' places, whole numbers, so each is written once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu import tree
from cornu.ops.inference import infer_broadcast
from cornu.ops.keras_tensor import KerasTensor

MOVING = frozenset(
    "broadcast_to concatenate expand_dims flip get_item hstack moveaxis ravel repeat reshape roll "
    "split squeeze stack swapaxes take tile transpose unstack vstack".split()
)


def are_strings(values: Any) -> bool:
    """Whether a tensor of strings, symbolic or NumPy's, stands in the structure."""
    return any(map(_is_string, tree.flatten(values)))


def _is_string(value: Any) -> bool:
    if isinstance(value, KerasTensor):
        return value.dtype == "string"
    return isinstance(value, np.ndarray) and value.dtype.kind in "OSUT"


def moved(function: Callable, args: tuple, kwargs: dict | None = None) -> Any:
    """What an operation that only moves elements gives for arrays of strings.

    Args:
        function: the operation, over arrays of numbers.
        args: its arguments; all arrays among them hold strings.
        kwargs: likewise.
    """
    arrays: list[np.ndarray] = []

    def places(value: Any) -> Any:
        if not _is_string(value):
            return value
        first = sum(array.size for array in arrays)
        arrays.append(value)
        return jnp.arange(first, first + value.size).reshape(value.shape)

    args, kwargs = tree.map_structure(places, (args, kwargs or {}))
    found = function(*args, **kwargs)
    strings = np.concatenate([array.ravel() for array in arrays])
    return tree.map_structure(lambda place: strings[np.asarray(place)], found)


def infer_moved(function: Callable, args: tuple, kwargs: dict, sizes: list[int]) -> Any:
    """Symbolic results of such an operation for symbolic strings."""

    def number(value: Any) -> Any:
        return KerasTensor(value.shape, "int32") if _is_string(value) else value

    args, kwargs = tree.map_structure(number, (args, kwargs))
    found = infer_broadcast(function, args, kwargs, sizes=sizes)
    return tree.map_structure(lambda t: KerasTensor(t.shape, "string"), found)
