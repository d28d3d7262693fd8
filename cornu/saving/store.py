"""The variables of one object written into an HDF5 file, as a dict of arrays."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import h5py
import numpy as np

from cornu.saving.h5_reader import NAMED_DTYPES


class H5Store(MutableMapping):
    """A dict from name to array, kept in an HDF5 group.

    Args:
        group: the group.
    """

    def __init__(self, group: h5py.Group):
        self.group = group

    def __setitem__(self, name: str, value: Any) -> None:
        value = np.asarray(value)
        if value.dtype.name in NAMED_DTYPES:
            dataset = self.group.create_dataset(name, data=value.view(f"V{value.dtype.itemsize}"))
            dataset.attrs["dtype"] = value.dtype.name
        else:
            self.group[name] = value

    def __getitem__(self, name: str) -> np.ndarray:
        return self.group[name][()]

    def __delitem__(self, name: str) -> None:
        del self.group[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.group)

    def __len__(self) -> int:
        return len(self.group)
