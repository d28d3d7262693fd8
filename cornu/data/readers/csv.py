"""`read_csv`: rows of text files with separated values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import Block
from cornu.data.pipeline.dataset import Dataset
from cornu.data.readers.columns import check_columns, columns_to_read, to_block
from cornu.data.readers.file_stream import FileStream
from cornu.data.readers.files import Paths, open_binary
from cornu.engine.extras import require

BYTES_IN_BLOCK = 1 << 20


def read_csv(
    files: Paths,
    label: str | None = None,
    columns: Sequence[str] | None = None,
    column_types: dict[str, Any] | None = None,
    column_names: Sequence[str] | None = None,
    missing_values: Sequence[str] | None = None,
    delimiter: str = ",",
    encoding: str = "utf8",
    shuffle_files: bool = False,
) -> Dataset:
    """The rows of CSV files, read as a stream.

    The types of columns are found from the first megabyte of the first file, and hold for all
    files: int64, float64, bool, times, or strings. A missing number is NaN, a missing string empty.

    Args:
        files: path or URL, pattern such as `"data/*.csv"`, or list of these. Files compressed with
            gzip, bz2, lz4 or zstd are known by their extension.
        label: name of the column that is the target.
        columns: names of the columns to read; all by default.
        column_types: dict from name to NumPy dtype or `"str"`, where the type found is not the one
            wanted.
        column_names: names of the columns of files without a header line.
        missing_values: the texts that mean a missing value, in columns of strings too; by default
            the usual ones, such as nothing, NA and NaN, in columns of other types.
        delimiter: what stands between values.
        encoding: how the text is encoded.
        shuffle_files: whether each epoch reads the files in an order of its own.

    Returns:
        Data set of samples: dicts from names to values, or `(dict, label)`.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: when reading, for rows that do not fit, with file and row.

    >>> import tempfile, pathlib
    >>> from cornu.data import read_csv
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "table.csv")
    ...     _ = path.write_text("age,name,paid\\n31,Ada,1\\n,Bo,0\\n")
    ...     rows = read_csv(path, label="paid", column_types={"age": "float32"})
    ...     print(*rows.batch(2))
    ({'age': array([31., nan], dtype=float32), 'name': array(['Ada', 'Bo'], dtype=object)},
     array([1, 0]))
    """
    table = CSVFiles(
        label, columns, column_types, column_names, missing_values, delimiter, encoding
    )
    stream = FileStream(files, table.read_file, shuffle_files)
    table.first_file = stream.files[0]
    return Dataset(stream)


class CSVFiles:
    """How files are read that hold one table."""

    def __init__(
        self,
        label: str | None,
        columns: Sequence[str] | None,
        column_types: dict[str, Any] | None,
        column_names: Sequence[str] | None,
        missing_values: Sequence[str] | None,
        delimiter: str,
        encoding: str,
    ):
        self.label = label
        self.columns = columns_to_read(columns, label)
        self.column_types = column_types or {}
        self.column_names = column_names
        self.missing_values = missing_values
        self.delimiter = delimiter
        self.encoding = encoding
        self.first_file = ""
        self._types: dict[str, Any] | None = None

    def read_file(self, path: str) -> Iterator[Block]:
        """The rows of one file, in blocks of about a megabyte."""
        if self._types is None:
            self._types = self._found_types()
        with self._opened(path, self._types) as reader:
            self._check_names(path, reader.schema)
            row = 1 if self.column_names is None else 0
            for batch in self._batches(path, reader):
                self._check_text(path, batch.schema)
                yield to_block(batch, self.label, path, row)
                row += batch.num_rows

    def _found_types(self) -> dict[str, Any]:
        given = {name: arrow_type(kind) for name, kind in self.column_types.items()}
        with self._opened(self.first_file, given) as reader:
            schema = reader.schema
        self._check_names(self.first_file, schema)
        for name in self.column_types:
            if name not in schema.names:
                raise ValueError(
                    f"column_types names {name!r}, which {self.first_file} does not have; its "
                    f"columns are {schema.names}."
                )
        self._check_text(self.first_file, schema)
        return {field.name: field.type for field in schema}

    @contextmanager
    def _opened(self, path: str, types: dict[str, Any]) -> Iterator[Any]:
        arrow, csv = require("pyarrow", "data"), require("pyarrow.csv", "data")
        convert = {"column_types": types, "include_columns": self.columns or []}
        if self.missing_values is not None:
            convert |= {"null_values": list(self.missing_values), "strings_can_be_null": True}
        with open_binary(path) as file:
            try:
                reader = csv.open_csv(
                    arrow.input_stream(file, compression=compression_of(path)),
                    read_options=csv.ReadOptions(
                        use_threads=False,
                        block_size=BYTES_IN_BLOCK,
                        column_names=self.column_names,
                        encoding=self.encoding,
                    ),
                    parse_options=csv.ParseOptions(
                        delimiter=self.delimiter, newlines_in_values=True
                    ),
                    convert_options=csv.ConvertOptions(**convert),
                )
            except (arrow.ArrowInvalid, arrow.ArrowKeyError, UnicodeDecodeError) as error:
                raise ValueError(explained(path, error)) from error
            with reader:
                yield reader

    def _batches(self, path: str, reader: Any) -> Iterator[Any]:
        arrow = require("pyarrow", "data")
        try:
            yield from reader
        except (arrow.ArrowInvalid, UnicodeDecodeError) as error:
            raise ValueError(explained(path, error)) from error

    def _check_names(self, path: str, schema: Any) -> None:
        wanted = [self.label] if self.label is not None else []
        advice = " If the file has no header line, pass column_names."
        check_columns(path, [*wanted, *(self._types or {})], schema.names, advice)

    def _check_text(self, path: str, schema: Any) -> None:
        types = require("pyarrow", "data").types
        for field in schema:
            if types.is_binary(field.type):
                raise ValueError(
                    f"{path}: column {field.name!r} is no text in {self.encoding}. Pass the file's "
                    "encoding, such as encoding='latin1'."
                )


def arrow_type(kind: Any) -> Any:
    """The Arrow type of a NumPy dtype; strings for `"str"`."""
    arrow = require("pyarrow", "data")
    if kind in (str, "str", "string"):
        return arrow.string()
    return arrow.from_numpy_dtype(np.dtype(kind))


def compression_of(path: str) -> str | None:
    """The compression that a file's extension tells."""
    return {"gz": "gzip", "bz2": "bz2", "lz4": "lz4", "zst": "zstd"}.get(path.rpartition(".")[2])


def explained(path: str, error: Exception) -> str:
    """What is wrong with a file and what can be done about it."""
    text = str(error)
    if isinstance(error, UnicodeDecodeError) or "UTF8" in text:
        hint = " Pass the file's encoding, such as encoding='latin1'."
    elif "conversion error" in text:
        hint = " Pass column_types with a type that holds all values, such as 'float32' or 'str'."
    elif "Expected" in text and "columns" in text:
        hint = " Mend the row, or pass the delimiter that the file uses."
    else:
        hint = ""
    return f"{path}: {text}.{hint} Rows are counted from the header line."
