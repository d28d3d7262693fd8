"""Frames and columns of pandas, polars and Arrow, made into NumPy arrays."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

PACKAGES = frozenset({"pandas", "polars", "pyarrow"})


def is_table(value: Any) -> bool:
    """Whether this is a data frame, a table, or a column of one."""
    return type(value).__module__.split(".")[0] in PACKAGES and (
        hasattr(value, "to_numpy") or is_frame(value)
    )


def is_frame(value: Any) -> bool:
    """Whether this has named columns."""
    # Asked of the type: a lazy frame reads its schema, and warns, when it is asked itself.
    return hasattr(type(value), "columns") or hasattr(type(value), "column_names")


def table_to_array(value: Any, where: str) -> np.ndarray:
    """A frame as an array `(rows, columns)`, a column as one `(rows, 1)`.

    Missing numbers become NaN, categories the values that they stand for, fixed-size lists further
    axes.

    Args:
        value: data frame, table or column.
        where: what it is, for messages: `"x"`.

    Raises:
        ValueError: for a lazy frame, and for a frame that mixes numbers with other things.
    """
    if not is_frame(value):
        array = column_to_array(value)
        return array[:, None] if array.ndim == 1 else array
    if hasattr(value, "collect"):
        raise ValueError(f"{where} is a lazy frame. Call its `collect` method first.")
    if hasattr(value, "to_numpy"):
        array = value.to_numpy()
        if array.dtype.kind in "biufc":
            return array
    columns = {str(name): column_to_array(value[name]) for name in column_names(value)}
    if not columns:
        raise ValueError(f"{where} is a frame without columns.")
    kinds = {name: _kind(array) for name, array in columns.items()}
    if len(set(kinds.values())) > 1 or any(array.ndim > 1 for array in columns.values()):
        other = {name: kind for name, kind in kinds.items() if kind != "numbers"} or kinds
        shown = ", ".join(f"{name!r} holds {kind}" for name, kind in list(other.items())[:5])
        raise ValueError(
            f"{where} is a frame whose columns are not all of one kind: {shown}. Pass a dict of "
            f"its columns, `{dict_of(value)}`, to a model with an input for each, or leave the "
            "other columns out."
        )
    return np.stack(list(columns.values()), axis=1)


def column_names(frame: Any) -> list:
    """Names of a frame's columns (Arrow calls the columns themselves `columns`)."""
    return list(frame.column_names if hasattr(frame, "column_names") else frame.columns)


def dict_of(frame: Any) -> str:
    """How one writes a dict of this frame's columns."""
    package = type(frame).__module__.split(".")[0]
    return {
        "pandas": "dict(frame)",
        "polars": "frame.to_dict()",
        "pyarrow": "dict(zip(table.column_names, table.columns))",
    }[package]


def column_to_array(column: Any) -> np.ndarray:
    """One column as an array, with NaN for missing numbers."""
    if type(column).__module__.split(".")[0] == "pyarrow":
        array = _arrow_to_array(column)
    else:
        array = np.asarray(column.to_numpy())
    return _without_missing(array) if array.dtype == object else array


def _arrow_to_array(column: Any) -> np.ndarray:
    pyarrow = sys.modules["pyarrow"]
    if isinstance(column, pyarrow.ChunkedArray):
        if pyarrow.types.is_fixed_size_list(column.type):
            return _arrow_to_array(column.combine_chunks())
        return column.to_numpy()
    if pyarrow.types.is_fixed_size_list(column.type) and not column.null_count:
        inner = _arrow_to_array(column.flatten())
        return inner.reshape(len(column), column.type.list_size, *inner.shape[1:])
    return column.to_numpy(zero_copy_only=False)


def _without_missing(array: np.ndarray) -> np.ndarray:
    """Python numbers and booleans with missing ones among them as floats; others unchanged."""
    flat = array.ravel()
    missing = np.fromiter((_is_missing(item) for item in flat), bool, flat.size)
    rest = flat[~missing]
    if not missing.any() or not all(isinstance(v, (bool, int, float, np.number)) for v in rest):
        return array
    numbers = np.full(flat.shape, np.nan)
    numbers[~missing] = rest.astype("float64")
    return numbers.reshape(array.shape)


def _is_missing(item: Any) -> bool:
    return item is None or type(item).__name__ == "NAType"


def _kind(array: np.ndarray) -> str:
    if array.dtype.kind in "biufc":
        return "numbers"
    if array.dtype.kind in "mM":
        return "dates"
    if array.dtype.kind in "USTO" and all(isinstance(v, (str, bytes)) for v in array.flat):
        return "strings"
    return "objects"
