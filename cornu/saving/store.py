"""The variables of one object in an HDF5 file, as a dict of arrays."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import h5py
import jax.numpy as jnp
import numpy as np

# Beyond this size, data that the file does not really hold is taken for an attack.
LARGE = 64 * 2**20
MOST_EXPANSION = 200


class H5Store(MutableMapping):
    """A dict from name to array, kept in an HDF5 group.

    Args:
        group: the group; None stands for an empty one that cannot be written.
    """

    def __init__(self, group: h5py.Group | None):
        self.group = group

    def __setitem__(self, name: str, value: Any) -> None:
        value = np.asarray(value)
        if value.dtype.name in ("bfloat16", "float8_e4m3fn", "float8_e5m2", "int4", "uint4"):
            dataset = self.group.create_dataset(name, data=value.view(f"V{value.dtype.itemsize}"))
            dataset.attrs["dtype"] = value.dtype.name
        else:
            self.group[name] = value

    def __getitem__(self, name: str) -> np.ndarray:
        if self.group is None or name not in self.group:
            raise KeyError(name)
        dataset = member(self.group, name)
        if not isinstance(dataset, h5py.Dataset):
            raise ValueError(f"The file holds a group, not an array, at {dataset.name!r}.")
        return read(dataset)

    def __delitem__(self, name: str) -> None:
        del self.group[name]

    def __iter__(self) -> Iterator[str]:
        return iter(()) if self.group is None else iter(self.group)

    def __len__(self) -> int:
        return 0 if self.group is None else len(self.group)


def member(group: h5py.Group, name: str) -> Any:
    """A member of a group; None if it is not there.

    Raises:
        ValueError: if the name leads into another file.
    """
    here = group
    for part in name.strip("/").split("/"):
        if not isinstance(here, h5py.Group):
            return None
        link = here.get(part, getlink=True)
        if link is None:
            return None
        if isinstance(link, h5py.ExternalLink):
            raise ValueError(
                f"The file is refused: {part!r} in {here.name!r} is a link into another file "
                f"({link.filename!r})."
            )
        here = here.get(part)
    return here


def read(dataset: h5py.Dataset) -> np.ndarray:
    """The array of a dataset.

    Raises:
        ValueError: if its data lies in another file, or it claims far more data than the file has.
    """
    if dataset.external or dataset.is_virtual:
        raise ValueError(f"The file is refused: {dataset.name!r} takes its data from another file.")
    claimed, stored = dataset.size * dataset.dtype.itemsize, dataset.id.get_storage_size()
    if claimed > LARGE and claimed > MOST_EXPANSION * stored:
        raise ValueError(
            f"The file is refused: {dataset.name!r} claims shape {dataset.shape}, {claimed} bytes, "
            f"but the file holds {stored} bytes for it."
        )
    value = dataset[()]
    dtype = dataset.attrs.get("dtype")
    if dtype is not None and dataset.dtype.kind == "V":
        value = np.asarray(value).view(jnp.dtype(str(dtype)))
    return value
