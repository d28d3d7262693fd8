"""The one reader of HDF5 files, whatever format they are of: nothing outside of the file is read.

HDF5 follows links by itself, also soft ones that lead to external ones (CVE-2026-1669), loads
plug-ins for filters, and takes data from other files. So names are walked one component at a time,
every link must be a hard one, and what is stored must be plain numbers or text in this file.
"""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Iterator, Mapping
from typing import Any

import h5py
import jax.numpy as jnp
import numpy as np

from cornu.engine import limits
from cornu.engine.errors import LoadError
from cornu.saving.h5_heaps import Heaps, check_start

# What the HDF5 library raises for damaged files, by way of h5py.
DAMAGE = (
    OSError,
    KeyError,
    ValueError,
    TypeError,
    RuntimeError,
    IndexError,
    OverflowError,
    AttributeError,
    MemoryError,
    SystemError,
)
# Deflate, shuffle, Fletcher's checksum, and h5py's own LZF: what needs no plug-in.
KNOWN_FILTERS = (1, 2, 3, 32000)
# Types that HDF5 does not know are stored as raw bytes with their name beside them.
NAMED_DTYPES = ("bfloat16", "float8_e4m3fn", "float8_e5m2", "int4", "uint4")
ADVICE = "get the file again from a source that you trust"


@contextlib.contextmanager
def opened(source: Any, name: Any = None, place: str = "") -> Iterator[Group]:
    """The root of an HDF5 file.

    Args:
        source: its path, its bytes, or an open binary file.
        name: what errors call the file; its path if not given.
        place: where it lies in that file, if that is an archive.

    Raises:
        LoadError: if it is no such file.
        FileNotFoundError: if there is no file.
    """
    name = source if name is None else name
    check_start(source)
    heaps = Heaps(source)
    if isinstance(source, (bytes, memoryview)):
        source = io.BytesIO(source)
    try:
        file = h5py.File(source, "r")
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except DAMAGE as error:
        raise LoadError(
            "it is not a readable HDF5 file",
            file=name,
            place=place or None,
            found=error,
            advice=ADVICE,
        ) from error
    with file:
        yield Group(file, name, place, heaps)


class Group:
    """A group of an open file.

    Args:
        group: the group.
        file: path of the file, for messages.
        place: where the group lies there, for messages.
        heaps: the heaps of texts in the file; None for one that this process has just written.
    """

    def __init__(self, group: h5py.Group, file: Any, place: str = "", heaps: Heaps | None = None):
        self._group = group
        self.file = file
        self.place = place
        self._heaps = heaps

    def names(self) -> list[str]:
        """The names of what the group holds."""
        with _damage_at(self.file, self.place):
            return list(self._group)

    def find(self, path: str) -> Group | Array | None:
        """What lies at a path below this group; None if there is nothing.

        Raises:
            LoadError: if a component is a link, or neither group nor array.
        """
        here: Group | Array = self
        for name in filter(None, path.split("/")):
            found = here._member(name) if isinstance(here, Group) else None
            if found is None:
                return None
            here = found
        return here

    def group(self, path: str) -> Group | None:
        """The group at a path; None if there is nothing.

        Raises:
            LoadError: if it is an array.
        """
        return self._of_kind(path, Group, "an array stands where a group should")

    def array(self, path: str) -> Array | None:
        """The array at a path; None if there is nothing.

        Raises:
            LoadError: if it is a group.
        """
        return self._of_kind(path, Array, "a group stands where an array should")

    def _of_kind(self, path: str, kind: type, problem: str) -> Any:
        found = self.find(path)
        if found is not None and not isinstance(found, kind):
            raise LoadError(problem, file=self.file, place=found.place)
        return found

    def attribute(self, name: str) -> Any:
        """The value of an attribute: text, numbers, or an array of these; None without it."""
        return _attribute(self._group, name, self.file, self.place, self._heaps)

    def _member(self, name: str) -> Group | Array | None:
        place = f"{self.place}/{name}".lstrip("/")
        with _damage_at(self.file, place):
            link = self._group.get(name, getlink=True)
            if link is None:
                return None
            if not isinstance(link, h5py.HardLink):
                raise _refused(self.file, place, f"a link ({type(link).__name__})")
            found = self._group[name]
        if isinstance(found, h5py.Group):
            return Group(found, self.file, place, self._heaps)
        if isinstance(found, h5py.Dataset):
            return Array(found, self.file, place, self._heaps)
        raise _refused(self.file, place, type(found).__name__)


class Array:
    """An array in an open file, of which nothing is read before it is asked for."""

    def __init__(self, dataset: h5py.Dataset, file: Any, place: str, heaps: Heaps | None):
        self._dataset = dataset
        self.file = file
        self.place = place
        self._heaps = heaps

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape, as the file says."""
        with _damage_at(self.file, self.place):
            return tuple(self._dataset.shape)

    @property
    def dtype(self) -> str:
        """Name of its dtype."""
        with _damage_at(self.file, self.place):
            return self._named_dtype() or self._dataset.dtype.name

    def read(self) -> np.ndarray:
        """Its values.

        Raises:
            LoadError: if they lie elsewhere, need a plug-in, are damaged, are no numbers or text,
                or would take far more memory than the file holds.
        """
        dataset = self._dataset
        with _damage_at(self.file, self.place):
            self._check()
            strings = h5py.check_string_dtype(dataset.dtype)
            if strings is not None and strings.length is None:
                return self._strings()
            value = np.asarray(dataset[()])
            named = self._named_dtype()
            return value if named is None else value.view(jnp.dtype(named))

    def _named_dtype(self) -> str | None:
        if self._dataset.dtype.kind != "V":
            return None
        name = _attribute(self._dataset, "dtype", self.file, self.place, self._heaps)
        if name is not None and name not in NAMED_DTYPES:
            raise _refused(self.file, self.place, f"the dtype {name!r}", ", ".join(NAMED_DTYPES))
        return name

    def _check(self) -> None:
        dataset = self._dataset
        if dataset.external or dataset.is_virtual:
            raise _refused(self.file, self.place, "data in another file")
        settings = dataset.id.get_create_plist()
        for number in range(settings.get_nfilters()):
            code = settings.get_filter(number)[0]
            if code not in KNOWN_FILTERS:
                raise _refused(self.file, self.place, f"data behind the filter {code}")
        _check_values(dataset.dtype, dataset.shape, self.file, self.place)
        # A chunk is unpacked whole, though the array may be smaller.
        count = max(math.prod(dataset.shape), math.prod(dataset.chunks or ()))
        limits.spend("memory", count * dataset.dtype.itemsize, self.place)

    def _strings(self) -> np.ndarray:
        """Text of any length: each one is counted, since many may share one long text."""
        dataset = self._dataset
        limits.spend("nodes", dataset.size, self.place)
        limits.spend("memory", self._heaps.longest if self._heaps else 0, self.place)
        result = np.empty(dataset.shape, object)
        for index in np.ndindex(*dataset.shape):
            result[index] = dataset[index]
            limits.spend("memory", len(result[index]), self.place)
        return result


class StoredVariables(Mapping):
    """The variables of one object: a dict from name to array, for `load_own_variables`.

    Args:
        groups: the groups that hold them; more than one if they lie in several files.
    """

    def __init__(self, *groups: Group):
        self._of = {name: group for group in reversed(groups) for name in group.names()}

    def __getitem__(self, name: str) -> np.ndarray:
        found = self._of[name].array(name)
        if found is None:
            raise KeyError(name)
        return found.read()

    def __contains__(self, name: Any) -> bool:
        return name in self._of

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)


def _attribute(holder: Any, name: str, file: Any, place: str, heaps: Heaps | None) -> Any:
    where = f"attribute {name!r} of {place or 'the file'}"
    with _damage_at(file, where):
        if name not in holder.attrs:
            return None
        handle = holder.attrs.get_id(name)
        shape, dtype = tuple(handle.shape), handle.dtype
        _check_values(dtype, shape, file, where)
        limits.spend("memory", math.prod(shape) * dtype.itemsize, where)
        strings = h5py.check_string_dtype(dtype)
        if strings is not None and strings.length is None and heaps is not None:
            # All are read at once, and each may stand for the same long text.
            limits.spend("memory", math.prod(shape) * heaps.longest, where)
        value = holder.attrs[name]
        return value.decode("utf-8") if isinstance(value, bytes) else value


def _check_values(dtype: np.dtype, shape: Any, file: Any, place: str) -> None:
    text = h5py.check_string_dtype(dtype) is not None
    if shape is None or dtype.fields or dtype.subdtype or (dtype.hasobject and not text):
        raise _refused(file, place, f"values of type {dtype}", "numbers or text")


def _refused(file: Any, place: str, found: str, expected: str | None = None) -> LoadError:
    return LoadError(
        "it is refused, since it could lead out of the file",
        file=file,
        place=place,
        found=found,
        expected=expected or "arrays and groups that lie in the file itself",
        advice=ADVICE,
    )


@contextlib.contextmanager
def _damage_at(file: Any, place: str) -> Iterator[None]:
    try:
        yield
    except LoadError:
        raise
    except DAMAGE as error:
        raise LoadError(
            "it is damaged", file=file, place=place or "/", found=error, advice=ADVICE
        ) from error
