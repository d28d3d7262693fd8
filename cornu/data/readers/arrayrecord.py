"""`read_arrayrecord`: ArrayRecord files, whose records can be read in any order."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import Block
from cornu.data.pipeline.dataset import Dataset
from cornu.data.pipeline.stage import Indexed, Run
from cornu.data.readers.examples import Features
from cornu.data.readers.files import Paths, expand, is_remote
from cornu.engine.extras import require

MODULE = "array_record.python.array_record_module"


def read_arrayrecord(
    files: Paths, features: dict[str, Any] | None = None, label: str | None = None
) -> Dataset:
    """The records of ArrayRecord files, with random access.

    It needs the package `array-record`. Files written with `group_size:1` are read fastest in
    random order.

    Args:
        files: path, pattern such as `"data/*.array_record"`, or list of these, on this machine.
        features: what to read from records that are `Example` messages; see `read_tfrecord`. By
            default the samples are the records' bytes.
        label: name of the feature that is the target.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: for damaged files, and as for `read_tfrecord`.
    """
    if features is None and label is not None:
        raise ValueError("label needs features: say which features the records have.")
    return Dataset(ArrayRecords(files, None if features is None else Features(features, label)))


class ArrayRecords(Indexed):
    """The records of files, one file after the other."""

    def __init__(self, files: Paths, features: Features | None):
        self.files = expand(files)
        self.features = features
        for path in self.files:
            if is_remote(path):
                raise ValueError(f"ArrayRecord files are read from this machine only; got {path}.")
        self._readers: list | None = None
        self.ends = np.cumsum([reader.num_records() for reader in self._open()])
        self.length = int(self.ends[-1])

    def get(self, run: Run, indices: np.ndarray) -> Block:
        """The records at these indices."""
        numbers = np.searchsorted(self.ends, indices, side="right")
        begins = np.concatenate([[0], self.ends])
        records: list = [None] * len(indices)
        for number in np.unique(numbers):
            places = np.flatnonzero(numbers == number)
            wanted = (indices[places] - begins[number]).tolist()
            for place, record in zip(places, self._open()[number].read(wanted)):
                records[place] = record
        if self.features is not None:
            return self.features.block(records, lambda place: self._located(int(indices[place])))
        return np.array([*records, None], object)[:-1]

    def _open(self) -> list:
        if self._readers is None:
            module = require(MODULE, "data")
            self._readers = [self._reader(module, path) for path in self.files]
        return self._readers

    def _reader(self, module: Any, path: str) -> Any:
        if not os.path.exists(path):
            raise FileNotFoundError(f"There is no file {path!r}.")
        reader = module.ArrayRecordReader(path)
        if not reader.ok():
            raise ValueError(f"{path} cannot be read as an ArrayRecord file. It may be damaged.")
        return reader

    def _located(self, index: int) -> str:
        number = int(np.searchsorted(self.ends, index, side="right"))
        first = self.ends[number - 1] if number else 0
        return f"{self.files[number]}: record {index - first}"

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_readers": None}
