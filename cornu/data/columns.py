"""Data whose rows are read when a batch needs them, and never all at once."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.engine import dtypes

Rows = slice | np.ndarray


class Column:
    """Rows that are read by their numbers.

    Args:
        read: takes an int array of row numbers or a slice, and returns these rows: an array or
            a nested structure of arrays.
        length: number of rows.
        shape: shape of the whole, if it is known.
        whole: whether a row is a whole sample `(x, y)`, targets included.

    >>> from cornu.data.columns import Column
    >>> squares = Column(lambda where: np.arange(5)[where] ** 2, 5)
    >>> squares[2:].rows(np.array([0, 2])).tolist()
    [4, 16]
    """

    def __init__(
        self,
        read: Callable[[Rows], Any],
        length: int,
        shape: tuple | None = None,
        whole: bool = False,
    ):
        self.read, self.shape, self.whole = read, shape, whole
        self.span = range(length)

    def __len__(self) -> int:
        return len(self.span)

    def __getitem__(self, part: slice) -> Column:
        """A part of the rows; nothing is read."""
        found = copy.copy(self)
        found.span = self.span[part]
        return found

    def rows(self, where: Rows) -> Any:
        """Read rows."""
        if isinstance(where, slice):
            chosen = self.span[where]
            if chosen.step == 1:
                return self.read(slice(chosen.start, chosen.stop))
            return self.read(np.array(chosen))
        return self.read(np.asarray(where) * self.span.step + self.span.start)


def is_column(value: Any) -> bool:
    """Whether `as_column` knows what to do with this."""
    return (
        isinstance(value, Column)
        or is_sparse(value)
        or needs_cast_from_disk(value)
        or is_hugging_face(value)
        or is_torch_dataset(value)
    )


def as_column(value: Any) -> Column:
    """Sparse matrices, Hugging Face and torch data sets, and files in memory, as columns.

    Args:
        value: something for which `is_column` is true.

    Raises:
        ValueError: for a sparse array that has not two axes, and a data set without length.
    """
    if isinstance(value, Column):
        return value
    if is_sparse(value):
        return _sparse_column(value)
    if needs_cast_from_disk(value):
        return Column(lambda where: np.asarray(value[where]), len(value), value.shape)
    if is_torch_dataset(value):
        return _torch_column(value)
    return _hugging_face_column(value)


def is_sparse(value: Any) -> bool:
    """Whether this is a SciPy sparse matrix or array."""
    return type(value).__module__.startswith("scipy.sparse") and hasattr(value, "tocsr")


def _sparse_column(value: Any) -> Column:
    if value.ndim != 2:
        raise ValueError(
            f"A sparse array must have the axes (samples, features), but it has {value.ndim}."
        )
    # Rows are cheap to take from this form only.
    matrix = value.tocsr()
    return Column(lambda where: matrix[where].toarray(), matrix.shape[0], matrix.shape)


def needs_cast_from_disk(value: Any) -> bool:
    """Whether this is a file mapped into memory that a cast would read whole."""
    return (
        isinstance(value, np.memmap)
        and value.ndim > 0
        and value.dtype.kind == "f"
        and value.dtype.name != dtypes.standardize_dtype(None)
    )


def is_hugging_face(value: Any) -> bool:
    """Whether this is a `datasets.Dataset`, or a column of one."""
    return type(value).__module__ == "datasets.arrow_dataset"


def _hugging_face_column(value: Any) -> Column:
    if hasattr(value, "with_format") and value.format["type"] is None:
        value = value.with_format("numpy")

    def read(where: Rows) -> Any:
        return value[where if isinstance(where, slice) else where.tolist()]

    return Column(read, len(value))


def is_torch_dataset(value: Any) -> bool:
    """Whether this is a torch data set that gives a sample for each index."""
    module = sys.modules.get("torch.utils.data")
    return (
        module is not None
        and isinstance(value, module.Dataset)
        and not isinstance(value, module.IterableDataset)
    )


def _torch_column(value: Any) -> Column:
    if not hasattr(value, "__len__"):
        raise ValueError(
            f"The data set {type(value).__name__} has no `__len__`, so its samples cannot be "
            "chosen. Define it, or pass a torch DataLoader."
        )
    module = sys.modules["torch.utils.data"]

    def read(where: Rows) -> Any:
        indices = range(where.start, where.stop) if isinstance(where, slice) else where.tolist()
        return module.default_collate([value[index] for index in indices])

    return Column(read, len(value), whole=True)
