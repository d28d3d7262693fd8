"""What a file of weights holds of a model: the variables of each part, and the check of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import h5py
import numpy as np

from cornu.core.layer import Layer
from cornu.engine.identity import IdentitySet
from cornu.saving.h5_reader import Group
from cornu.saving.saveables import walk
from cornu.saving.store import H5Store


class Part(NamedTuple):
    """A part of a model in a file."""

    path: str
    """Of the HDF5 group that holds the variables."""
    title: str | None
    """The object's name."""
    variables: dict[str, np.ndarray]
    """What the object's `save_own_variables` gave."""


class Written(NamedTuple):
    """A variable as it must stand in the file."""

    path: str
    shape: tuple[int, ...]
    dtype: str


def contents(model: Any) -> Iterator[Part]:
    """The parts of a model, one after the other, so that one at a time is held as arrays.

    Raises:
        ValueError: if a layer with weights stands where no file can name it.
    """
    parts = list(walk(model))
    _check_complete(model, parts)
    for path, part in parts:
        variables: dict[str, Any] = {}
        part.save_own_variables(variables)
        arrays = {name: np.asarray(value) for name, value in variables.items()}
        yield Part(f"{path}/vars".lstrip("/"), getattr(part, "name", None), arrays)


def write_part(part: Part, file: h5py.File) -> list[Written]:
    """Write a part into an open file, and say what must now stand there."""
    group = file.create_group(part.path)
    if part.title:
        group.attrs["name"] = part.title
    H5Store(group).update(part.variables)
    return [
        Written(f"{part.path}/{name}", value.shape, value.dtype.name)
        for name, value in part.variables.items()
    ]


def write_state(model: Any, file: h5py.File) -> list[Written]:
    """Write the variables of everything in the model into an open file."""
    return [written for part in contents(model) for written in write_part(part, file)]


def check_written(file: h5py.File, expected: list[Written]) -> None:
    """Look whether a finished file holds what was written into it, by names, shapes and dtypes.

    Raises:
        OSError: naming the first variable that does not stand in the file as it should.
    """
    root = Group(file, file.filename)
    for path, shape, dtype in expected:
        array = root.array(path)
        found = "nothing" if array is None else f"shape {array.shape}, {array.dtype}"
        if found != f"shape {shape}, {dtype}":
            raise OSError(
                f"The file was not written as it should be: at {path!r} there is {found}, "
                f"not shape {shape}, {dtype}. The old file, if there was one, is still there. "
                "Check the disk, and save again."
            )


def _check_complete(model: Any, parts: list[tuple[str, Any]]) -> None:
    """Compare with the layers that training finds, which are found in another way."""
    found = IdentitySet(part for _, part in parts)
    for layer in _layers_that_must_be_there(model):
        if layer not in found and layer._own_variables():
            raise ValueError(
                f"Model {getattr(model, 'name', model)!r} cannot be saved: layer {layer.name!r} "
                f"({type(layer).__name__}) has weights, but is kept where files have no name for "
                "it, as in a set. Keep it as an attribute of its own, or in a list or dict."
            )


def _layers_that_must_be_there(layer: Any) -> Iterator[Any]:
    """The layer and those in it, but not those in a user's layer that writes them itself."""
    seen, waiting = IdentitySet(), [layer] if isinstance(layer, Layer) else []
    while waiting:
        layer = waiting.pop()
        if seen.add(layer):
            yield layer
            if type(layer).save_own_variables.__module__.startswith("cornu."):
                waiting += layer._layers
