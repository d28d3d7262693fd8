"""What the data sets share: where they come from, and reading their files without running code."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np

from cornu.data.download import get_file
from cornu.datasets.array_pickle import read_pickled

Split = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def load_archive(path: str, file: str, file_hash: str, names: Sequence[str]) -> list[np.ndarray]:
    """Arrays of an `.npz` file, downloaded to `path` if need be; `file_hash` is its SHA-256."""
    with zipfile.ZipFile(get_file(path, ORIGIN + file, file_hash=file_hash)) as archive:
        arrays = []
        for name in names:
            with archive.open(f"{name}.npy") as member:
                arrays.append(read_array(member))
    return arrays


def read_array(file: BinaryIO) -> np.ndarray:
    """An array in NumPy's format; the objects of object arrays are lists and numbers."""
    version = np.lib.format.read_magic(file)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, fortran_order, dtype = read_header(file)
    if dtype.hasobject:
        return read_pickled(file)
    array = np.frombuffer(file.read(), dtype)
    return (array.reshape(shape[::-1]).T if fortran_order else array.reshape(shape)).copy()


def load_json(path: str, file: str, file_hash: str) -> dict[str, int]:
    """A dict in a JSON file, downloaded if need be."""
    with open(get_file(path, ORIGIN + file, file_hash=file_hash), encoding="utf-8") as opened:
        return json.load(opened)


def shuffled_split(x: np.ndarray, y: np.ndarray, test_split: float, seed: int) -> Split:
    """Training and test part, in the order of Keras.

    Raises:
        ValueError: if the fraction of the test part is not from 0 to 1, without 1.
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"test_split must be at least 0 and below 1; got {test_split}.")
    order = order_of(len(x), np.random.RandomState(seed))
    x, y = x[order], y[order]
    first = int(len(x) * (1 - test_split))
    return (x[:first], y[:first]), (x[first:], y[first:])


def order_of(count: int, generator: np.random.RandomState) -> np.ndarray:
    """A random order."""
    order = np.arange(count)
    generator.shuffle(order)
    return order
