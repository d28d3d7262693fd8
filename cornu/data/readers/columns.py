"""From Arrow's record batches to blocks: a dict from the columns' names to NumPy arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import Block, ragged
from cornu.engine.extras import require


def columns_to_read(columns: Sequence[str] | None, label: str | None) -> list[str] | None:
    """The columns asked for and the label; None for all."""
    if columns is None:
        return None
    return [*columns, *([label] if label is not None and label not in columns else [])]


def check_columns(path: str, wanted: Iterable[str], names: Sequence[str], advice: str = "") -> None:
    """Raise a ValueError, which ends with the advice, for a column that a file does not have."""
    for name in wanted:
        if name not in names:
            raise ValueError(f"{path} has no column {name!r}; its columns are {names}.{advice}")


def to_block(batch: Any, label: str | None, path: str, first_row: int) -> Block:
    """The samples of a record batch.

    Args:
        batch: `pyarrow.RecordBatch`.
        label: name of the column that is the target, or None.
        path: the file, for messages.
        first_row: number of the batch's first row in the file, for messages.

    Returns:
        A dict of the columns, or the tuple of that without the label, and the label.

    Raises:
        ValueError: if a value is missing where no value can stand for that.
    """
    columns = {
        name: column_values(batch.column(i), name, path, first_row)
        for i, name in enumerate(batch.schema.names)
    }
    if label is None:
        return columns
    return columns, columns.pop(label)


def column_values(array: Any, name: str, path: str, first_row: int) -> Any:
    """The values of a column; missing numbers become NaN, missing strings empty."""
    arrow = require("pyarrow", "data")
    kind = array.type
    if isinstance(array, arrow.ExtensionArray):
        if hasattr(array, "to_numpy_ndarray"):
            return array.to_numpy_ndarray()
        array, kind = array.storage, array.storage.type
    types = arrow.types
    if types.is_dictionary(kind):
        return column_values(array.dictionary_decode(), name, path, first_row)
    if types.is_struct(kind):
        fields = zip([field.name for field in kind], array.flatten())
        return {key: column_values(part, f"{name}.{key}", path, first_row) for key, part in fields}
    if types.is_null(kind):
        return np.full(len(array), np.nan, "float32")
    if types.is_decimal(kind):
        return column_values(array.cast(arrow.float64()), name, path, first_row)
    if array.null_count:
        array = filled(array, name, path, first_row)
    if types.is_fixed_size_list(kind):
        values = column_values(array.flatten(), name, path, first_row)
        return values.reshape(len(array), kind.list_size, *values.shape[1:])
    if types.is_list(kind) or types.is_large_list(kind):
        return lists(array, name, path, first_row)
    values = array.to_numpy(zero_copy_only=False)
    return values if values.flags.writeable else values.copy()


def lists(array: Any, name: str, path: str, first_row: int) -> np.ndarray:
    """Lists as the rows of one array if they have one length, else as a ragged leaf."""
    ends = np.asarray(array.offsets)
    values = column_values(array.flatten(), name, path, first_row)
    lengths = np.diff(ends)
    if len(lengths) and (lengths == lengths[0]).all():
        return values.reshape(len(lengths), lengths[0], *values.shape[1:])
    return ragged(np.split(values, np.cumsum(lengths)[:-1]))


def filled(array: Any, name: str, path: str, first_row: int) -> Any:
    """The array without missing values, if some value can stand for them."""
    arrow = require("pyarrow", "data")
    types, kind = arrow.types, array.type
    if types.is_floating(kind):
        return array.fill_null(float("nan"))
    if types.is_string(kind) or types.is_large_string(kind):
        return array.fill_null("")
    if types.is_binary(kind) or types.is_large_binary(kind):
        return array.fill_null(b"")
    if types.is_temporal(kind):
        return array  # they become NaT
    row = first_row + int(np.flatnonzero(np.asarray(array.is_null()))[0]) + 1
    raise ValueError(
        f"{path}, row {row}: column {name!r} has no value there, and its type {kind} has none for "
        "missing ones. " + MISSING_HINT.format(name)
    )


MISSING_HINT = (
    "Make it a float column, with column_types={{{0!r}: 'float32'}} in read_csv, to get NaN; or "
    "fill the gaps in the file."
)
