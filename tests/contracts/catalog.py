"""What is public, and how to make one of each class: the table that the contracts loop over.

A new public class needs a line in one of the tables here; `missing_from` says which.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

# Layers that work on strings, tables or raw images, on the host: tests/layers/preprocessing.
WITH_CONTRACTS_OF_THEIR_OWN = "cornu.layers.preprocessing."


def public(room: str) -> dict[str, Any]:
    """The public classes and functions of a room, aliases left out, by name."""
    module = importlib.import_module(f"cornu.{room}")
    found: dict[int, tuple[str, Any]] = {}
    for name in module.__all__:
        member = getattr(module, name)
        if not callable(member):
            continue
        # Of several names the member's own comes first.
        if id(member) not in found or member.__name__ == name:
            found[id(member)] = (name, member)
    return dict(found.values())


def public_classes(room: str) -> dict[str, type]:
    """The public classes of a room by name."""
    return {name: member for name, member in public(room).items() if inspect.isclass(member)}


def image_layers() -> list[str]:
    """The names of the layers on images."""
    room = WITH_CONTRACTS_OF_THEIR_OWN + "image."
    return [n for n, cls in public_classes("layers").items() if cls.__module__.startswith(room)]


def missing_from(table: dict, room: str, left_out: dict[str, str], path: str) -> str:
    """A message that names public classes without an entry; empty if there is none."""
    own = {
        name
        for name, cls in public_classes(room).items()
        if not cls.__module__.startswith(WITH_CONTRACTS_OF_THEIR_OWN)
    }
    missing = sorted(own - table.keys() - left_out.keys())
    if not missing:
        return ""
    return (
        f"cornu.{room} has public classes that no contract tests: {missing}. Add a line for each "
        f"to {path}: its constructor's arguments, and inputs where it is called."
    )


def array(shape: tuple, dtype: str = "float32") -> np.ndarray:
    """An array with ordinary values: floats from 0.1 to 1, or small integers."""
    rng = np.random.default_rng(sum(shape))
    if dtype == "int32":
        return rng.integers(0, 3, shape).astype(dtype)
    return rng.uniform(0.1, 1.0, shape).astype(dtype)


class Case:
    """A way to make a layer, and the inputs of a call.

    Args:
        make: takes the module `layers` (of Cornu or Keras), returns the layer.
        *inputs: arrays, or lists of arrays, one per argument of the call.
    """

    def __init__(self, make: Callable, *inputs: Any):
        self.make = make
        self.inputs = inputs
