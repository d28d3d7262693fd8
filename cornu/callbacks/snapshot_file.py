"""A file of arrays and plain values that is whole or not there, and runs no code when read.

A NumPy archive: `header` is JSON text in which each array stands as its number and dtype, and the
arrays follow as bytes. Pickles are neither written nor read.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import jax
import ml_dtypes
import numpy as np

from cornu.engine.atomic import replacing

FORMAT = 2
MARK = "__array__"


def write_snapshot(path: Path, snapshot: dict[str, Any]) -> None:
    """Replaces the file at `path`: a reader sees the old one or the new one.

    Args:
        path: The file.
        snapshot: dict of numbers, strings, None, arrays, and lists, tuples and dicts of these.

    Raises:
        TypeError: If it holds something else.
    """
    arrays: list[np.ndarray] = []
    header = {"format": FORMAT, "content": encode(snapshot, arrays, "snapshot")}
    members = {f"array{number}": as_bytes(array) for number, array in enumerate(arrays)}
    with replacing(path) as new, open(new, "wb") as file:
        text = np.frombuffer(json.dumps(header).encode(), np.uint8)
        np.savez(file, header=text, **members)


def read_snapshot(path: Path) -> dict[str, Any]:
    """What `write_snapshot` wrote.

    Raises:
        ValueError: If the file is not such a file, or is damaged.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            header = json.loads(bytes(archive["header"]))
            if header["format"] != FORMAT:
                raise ValueError(f"format {header['format']}, expected {FORMAT}")
            return decode(header["content"], archive)
    except (zipfile.BadZipFile, EOFError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"The backup {path} cannot be read ({error}). Delete it to start from the beginning."
        ) from error


def encode(value: Any, arrays: list[np.ndarray], where: str) -> Any:
    # Arrays first: a float64 of NumPy is a Python float as well.
    if isinstance(value, np.ndarray | np.generic | jax.Array):
        array = np.asarray(value)
        arrays.append(array)
        return {MARK: len(arrays) - 1, "dtype": array.dtype.name, "shape": list(array.shape)}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        items = [encode(item, arrays, f"{where}[{i}]") for i, item in enumerate(value)]
        return {"__tuple__": items} if isinstance(value, tuple) else items
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return {name: encode(item, arrays, f"{where}[{name!r}]") for name, item in value.items()}
    raise TypeError(
        f"A backup cannot hold {where}, of type {type(value).__name__}. Callback states are made "
        "of numbers, strings, None, arrays, lists, tuples and dicts with string keys."
    )


def decode(value: Any, archive: Any) -> Any:
    if isinstance(value, list):
        return [decode(item, archive) for item in value]
    if not isinstance(value, dict):
        return value
    if MARK in value:
        content = archive[f"array{value[MARK]}"]
        return content.view(dtype_named(value["dtype"])).reshape(value["shape"])
    if "__tuple__" in value:
        return tuple(decode(item, archive) for item in value["__tuple__"])
    return {name: decode(item, archive) for name, item in value.items()}


def as_bytes(array: np.ndarray) -> np.ndarray:
    # As bytes, since the archive does not know dtypes such as bfloat16.
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def dtype_named(name: str) -> np.dtype:
    try:
        return np.dtype(name)
    except TypeError:
        return np.dtype(getattr(ml_dtypes, name))
