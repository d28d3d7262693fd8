"""A column as the array that an input of some dtype takes; errors name file, row and column."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.engine.extras import require
from cornu.models.tables.source import Source, is_text


def as_input(source: Source, name: str, dtype: str) -> np.ndarray:
    """A column as an array `(rows,)`.

    Args:
        source: the table.
        name: the column.
        dtype: "string" for Python strings, empty where a value is missing; a float dtype, with NaN
            there; or an integer dtype, with the smallest integer of that dtype there.

    Raises:
        ValueError: if there is no such column, or a value does not fit.
    """
    column = source.column(name)
    if dtype == "string":
        return texts(source, name, column)
    numbers = as_numbers(source, name, column)
    if np.dtype(dtype).kind in "iu":
        return integers(source, name, numbers, np.dtype(dtype))
    return floats(source, name, numbers, dtype)


def floats(source: Source, name: str, numbers: Any, dtype: str) -> np.ndarray:
    """Numbers as floats, with NaN for missing ones."""
    with np.errstate(over="ignore"):
        values = numbers.to_numpy(zero_copy_only=False).astype(dtype)
    if np.isinf(values).any():
        row = int(np.flatnonzero(np.isinf(values))[0])
        raise ValueError(
            f"{source.place(row)}: column {name!r} holds {numbers[row]}, which is no finite "
            f"{dtype}."
        )
    return values


def texts(source: Source, name: str, column: Any) -> np.ndarray:
    """A column as strings; whole numbers without a decimal point, booleans as 0 and 1."""
    arrow = require("pyarrow", "data")
    if arrow.types.is_boolean(column.type):
        column = column.cast(arrow.int64())
    if arrow.types.is_floating(column.type) and is_whole(column):
        column = column.cast(arrow.int64())
    if not is_text(column):
        check_is_number(source, name, column)
        column = column.cast(arrow.string())
    return column.fill_null("").to_numpy(zero_copy_only=False).astype(object)


def integers(source: Source, name: str, numbers: Any, dtype: np.dtype) -> np.ndarray:
    """Numbers, all of them whole, as integers."""
    arrow, compute = require("pyarrow", "data"), require("pyarrow.compute", "data")
    if not is_whole(numbers):
        values = numbers.to_numpy(zero_copy_only=False)
        row = int(np.flatnonzero(~np.isnan(values) & (values != np.floor(values)))[0])
        raise ValueError(
            f"{source.place(row)}: column {name!r} holds {values[row]}, where whole numbers are "
            "expected."
        )
    limits = np.iinfo(dtype)
    values = numbers.cast(arrow.int64())
    beyond = compute.fill_null(
        compute.or_(compute.greater(values, limits.max), compute.less(values, limits.min)), False
    )
    if compute.any(beyond).as_py():
        row = int(np.flatnonzero(np.asarray(beyond))[0])
        raise ValueError(
            f"{source.place(row)}: column {name!r} holds {values[row]}, which is beyond {dtype}."
        )
    return values.fill_null(limits.min).to_numpy(zero_copy_only=False).astype(dtype)


def as_numbers(source: Source, name: str, column: Any) -> Any:
    """A column as Arrow's int64 or float64; texts are read as numbers.

    Raises:
        ValueError: if a text is no number.
    """
    arrow = require("pyarrow", "data")
    types = arrow.types
    if is_text(column):
        found = parsed(column)
        if found is None:
            row = first_that_is_no_number(column)
            raise ValueError(
                f"{source.place(row)}: column {name!r} holds the text {column[row].as_py()!r}, "
                "where a number is expected. Mend the row, or, if it means that the value is "
                "missing, add it to missing_values."
            )
        return found
    check_is_number(source, name, column)
    whole = types.is_boolean(column.type) or types.is_integer(column.type)
    # Integers beyond 64 bits with a sign, and decimals, are floats here.
    exact = whole and column.type != arrow.uint64()
    return column.cast(arrow.int64() if exact else arrow.float64(), safe=False)


def check_is_number(source: Source, name: str, column: Any) -> None:
    """Refuse dates, lists and the like.

    Raises:
        ValueError: if the column holds no numbers.
    """
    types, kind = require("pyarrow", "data").types, column.type
    number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    if not (number or types.is_boolean(kind) or types.is_null(kind)):
        raise ValueError(
            f"{source.name}: column {name!r} holds {kind}, which is neither number nor text. Turn "
            f"it to numbers, or leave it out with features={{{name!r}: None}}."
        )


def parsed(column: Any) -> Any:
    """Texts as int64 or float64, "true" and "false" as 1 and 0; None if one is no number."""
    arrow = require("pyarrow", "data")
    for kind in (arrow.int64(), arrow.float64(), arrow.bool_()):
        try:
            found = column.cast(kind)
        except arrow.ArrowInvalid:
            continue
        return found.cast(arrow.int64()) if kind == arrow.bool_() else found
    return None


def first_that_is_no_number(column: Any) -> int:
    """The row of the first text that `parsed` cannot read, found by halving."""
    low, high = 0, len(column)
    while high - low > 1:
        middle = (low + high) // 2
        if parsed(column.slice(low, middle - low)) is None:
            high = middle
        else:
            low = middle
    return low


def is_whole(numbers: Any) -> bool:
    """Whether all numbers of a column are integers that 64 bits hold."""
    arrow, compute = require("pyarrow", "data"), require("pyarrow.compute", "data")
    if not arrow.types.is_floating(numbers.type):
        return True
    whole = compute.and_(
        compute.equal(numbers, compute.floor(numbers)), compute.less(compute.abs(numbers), 2.0**63)
    )
    return compute.all(whole).as_py() is not False
