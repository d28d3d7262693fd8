"""The columns of a CSV file or a data frame, all as Arrow arrays, in which a gap is a null."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cornu.data.readers.csv import compression_of, explained
from cornu.data.readers.files import expand, open_binary
from cornu.data.tables import column_names, is_frame, is_table
from cornu.engine.extras import require

MISSING_VALUES = ("", "?", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None")


@dataclass(frozen=True)
class Reading:
    """How files and frames are read.

    Attributes:
        column_names: names of the columns of files without a header line.
        missing_values: the texts that mean that a value is missing.
        delimiter: what stands between the values of a file.
        encoding: how the text of a file is encoded.
    """

    column_names: Sequence[str] | None = None
    missing_values: Sequence[str] = MISSING_VALUES
    delimiter: str = ","
    encoding: str = "utf8"


@dataclass
class Source:
    """Columns, and where their rows come from.

    Attributes:
        columns: dict from names to Arrow's chunked arrays. Texts are trimmed.
        files: name, number of rows and number of the first row of each part.
        typed: whether the columns have the types that the user gave them; those of files are texts.
    """

    columns: dict[str, Any]
    files: list[tuple[str, int, int]]
    typed: bool
    name: str = field(init=False)

    def __post_init__(self) -> None:
        names = [name for name, _, _ in self.files]
        self.name = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"

    def __len__(self) -> int:
        return sum(rows for _, rows, _ in self.files)

    def place(self, row: int) -> str:
        """File and row, for messages."""
        for name, rows, first in self.files:
            if row < rows:
                return f"{name}, row {row + first}"
            row -= rows
        raise IndexError(row)

    def column(self, name: str) -> Any:
        """A column.

        Raises:
            ValueError: if there is none of that name.
        """
        if name not in self.columns:
            hint = "" if self.typed else " If the file has no header line, pass column_names."
            raise ValueError(
                f"{self.name} has no column {name!r}; its columns are {list(self.columns)}.{hint}"
            )
        return self.columns[name]


def open_source(data: Any, reading: Reading) -> Source:
    """The columns of files, of a frame, or of a dict.

    Args:
        data: path, URL, pattern or list of these; pandas, polars or Arrow frame; dict of columns.
        reading: how to read it.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if a file cannot be read, or holds no rows.
        TypeError: for anything else.
    """
    is_path = isinstance(data, (str, os.PathLike))
    if is_path or (isinstance(data, (list, tuple)) and data and isinstance(data[0], str)):
        source = _from_files(expand(data), reading)
    elif isinstance(data, dict):
        source = _from_columns(data, "the dict", reading)
    elif is_table(data) and is_frame(data):
        if hasattr(data, "collect"):
            data = data.collect()
        columns = {str(name): data[name] for name in column_names(data)}
        source = _from_columns(columns, "the data frame", reading)
    else:
        raise TypeError(
            "A table is the path of a CSV file, a data frame of pandas, polars or Arrow, or a dict "
            f"of columns; got {type(data).__name__}."
        )
    if not len(source):
        raise ValueError(f"{source.name} holds no rows.")
    return source


def _from_files(paths: list[str], reading: Reading) -> Source:
    arrow = require("pyarrow", "data")
    tables = [_csv_table(path, reading) for path in paths]
    for path, table in zip(paths[1:], tables[1:]):
        if table.column_names != tables[0].column_names:
            raise ValueError(
                f"{path} has the columns {table.column_names}, where {paths[0]} has "
                f"{tables[0].column_names}."
            )
    table = arrow.concat_tables(tables)
    columns = {name: _clean(table[name], reading) for name in table.column_names}
    first = 2 if reading.column_names is None else 1
    files = [(path, table.num_rows, first) for path, table in zip(paths, tables)]
    return Source(columns, files, typed=False)


def _csv_table(path: str, reading: Reading) -> Any:
    """A file with all its columns as texts."""
    arrow, csv = require("pyarrow", "data"), require("pyarrow.csv", "data")
    read = csv.ReadOptions(
        use_threads=False, column_names=reading.column_names, encoding=reading.encoding
    )
    parse = csv.ParseOptions(delimiter=reading.delimiter, newlines_in_values=True)
    with open_binary(path) as file:
        content = arrow.input_stream(file, compression=compression_of(path)).read()
    try:
        with csv.open_csv(arrow.BufferReader(content), read, parse) as reader:
            names = reader.schema.names
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(
                f"{path}: the columns {repeated} occur more than once. Give each column a name of "
                "its own; if the file has no header line, pass column_names."
            )
        convert = csv.ConvertOptions(column_types=dict.fromkeys(names, arrow.string()))
        return csv.read_csv(arrow.BufferReader(content), read, parse, convert)
    except (arrow.ArrowInvalid, UnicodeDecodeError) as error:
        raise ValueError(explained(path, error)) from error


def _from_columns(columns: dict, name: str, reading: Reading) -> Source:
    found = {key: _clean(_as_arrow(column, key, name), reading) for key, column in columns.items()}
    lengths = {key: len(column) for key, column in found.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"The columns of {name} differ in length: {lengths}.")
    return Source(found, [(name, max(lengths.values(), default=0), 0)], typed=True)


def _as_arrow(column: Any, key: str, name: str) -> Any:
    arrow = require("pyarrow", "data")
    if hasattr(column, "to_arrow"):
        column = column.to_arrow()
    if isinstance(column, (arrow.Array, arrow.ChunkedArray)):
        return column
    if not hasattr(column, "to_numpy"):
        column = np.asarray(column, None if hasattr(column, "dtype") else object)
        column = column[:, 0] if column.ndim == 2 and column.shape[1] == 1 else column
    try:
        return arrow.array(column, from_pandas=True)
    except (arrow.ArrowInvalid, arrow.ArrowTypeError, arrow.ArrowNotImplementedError) as error:
        raise ValueError(
            f"{name}: column {key!r} is not of one kind ({error}). Make it numbers or strings, for "
            "instance with `astype(str)`."
        ) from error


def _clean(column: Any, reading: Reading) -> Any:
    """A column with nulls for missing values, and no spaces around texts."""
    arrow, compute = require("pyarrow", "data"), require("pyarrow.compute", "data")
    if arrow.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if is_text(column):
        column = compute.utf8_trim_whitespace(column)
        missing = compute.is_in(column, arrow.array(reading.missing_values, column.type))
    elif arrow.types.is_floating(column.type):
        missing = compute.is_nan(column)
    else:
        return column
    return compute.if_else(missing, arrow.scalar(None, column.type), column)


def is_text(column: Any) -> bool:
    """Whether a column holds strings."""
    types = require("pyarrow", "data").types
    kind = column.type
    return types.is_string(kind) or types.is_large_string(kind) or _is_string_view(types, kind)


def _is_string_view(types: Any, kind: Any) -> bool:
    return hasattr(types, "is_string_view") and types.is_string_view(kind)
