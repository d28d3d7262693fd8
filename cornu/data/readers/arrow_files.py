"""`read_parquet` and `read_arrow`: tables in Arrow's binary formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cornu.data.pipeline.blocks import Block, drop
from cornu.data.pipeline.dataset import Dataset
from cornu.data.readers.columns import check_columns, columns_to_read, to_block
from cornu.data.readers.file_stream import FileStream
from cornu.data.readers.files import Paths, open_binary
from cornu.engine.extras import require

BYTES_IN_BLOCK = 4 << 20
MOST_ROWS_IN_BLOCK = 8192


def read_parquet(
    files: Paths,
    label: str | None = None,
    columns: Sequence[str] | None = None,
    shuffle_files: bool = False,
) -> Dataset:
    """The rows of Parquet files, read as a stream, some megabytes at a time.

    The number of rows is known, and a start in the middle skips row groups.

    Args:
        files: path or URL, pattern such as `"data/*.parquet"`, or list of these.
        label: name of the column that is the target.
        columns: names of the columns to read; all by default.
        shuffle_files: whether each epoch reads the files in an order of its own.

    Returns:
        Data set of samples: dicts from names to values, or `(dict, label)`. Lists of one length
        become arrays, structs dicts; missing floats are NaN, missing strings empty.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: for damaged files and missing columns, and for missing values that no value
            stands for, with file and row.

    >>> import tempfile, pyarrow, pyarrow.parquet
    >>> from cornu.data import read_parquet
    >>> with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
    ...     pyarrow.parquet.write_table(pyarrow.table({"x": [1.5, 2.5], "y": [0, 1]}), file.name)
    ...     print(next(iter(read_parquet(file.name, label="y").batch(2))))
    ({'x': array([1.5, 2.5])}, array([0, 1]))
    """
    table = Tables(ParquetTable, label, columns)
    return Dataset(FileStream(files, table.read_file, shuffle_files, table.count, table.read_from))


def read_arrow(
    files: Paths,
    label: str | None = None,
    columns: Sequence[str] | None = None,
    shuffle_files: bool = False,
) -> Dataset:
    """The rows of Arrow IPC files (Feather, version 2), read as a stream.

    Args:
        files: path or URL, pattern such as `"data/*.arrow"`, or list of these.
        label: name of the column that is the target.
        columns: names of the columns to read; all by default.
        shuffle_files: whether each epoch reads the files in an order of its own.

    Returns:
        Data set of samples, as `read_parquet` gives.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: as for `read_parquet`.

    >>> import tempfile, pyarrow, pyarrow.feather
    >>> from cornu.data import read_arrow
    >>> with tempfile.NamedTemporaryFile(suffix=".arrow") as file:
    ...     pyarrow.feather.write_feather(pyarrow.table({"x": [[1, 2], [3, 4]]}), file.name)
    ...     print(next(iter(read_arrow(file.name).batch(2))))
    {'x': array([[1, 2], [3, 4]])}
    """
    table = Tables(ArrowTable, label, columns)
    return Dataset(FileStream(files, table.read_file, shuffle_files, table.count, table.read_from))


class Tables:
    """How files of one format are read."""

    def __init__(self, kind: Callable, label: str | None, columns: Sequence[str] | None):
        self.kind = kind
        self.label = label
        self.columns = columns_to_read(columns, label)

    def count(self, path: str) -> int:
        """The number of rows of a file."""
        with open_binary(path) as file:
            return self._opened(file, path).count()

    def read_file(self, path: str) -> Iterator[Block]:
        """The rows of a file."""
        return self.read_from(path, 0)

    def read_from(self, path: str, start: int) -> Iterator[Block]:
        """The rows of a file from row `start` on."""
        with open_binary(path) as file:
            table = self._opened(file, path)
            wanted = [*(self.columns or []), *([self.label] if self.label else [])]
            check_columns(path, wanted, table.names)
            first, batches = table.batches(start, self.columns)
            yield from drop(self._blocks(batches, path, first), start - first)

    def _opened(self, file: Any, path: str) -> Any:
        arrow = require("pyarrow", "data")
        try:
            return self.kind(file)
        except (arrow.ArrowInvalid, OSError) as error:
            raise ValueError(f"{path} cannot be read as {self.kind.format}: {error}.") from error

    def _blocks(self, batches: Iterator, path: str, row: int) -> Iterator[Block]:
        arrow = require("pyarrow", "data")
        try:
            for batch in batches:
                if batch.num_rows:
                    yield to_block(batch, self.label, path, row)
                row += batch.num_rows
        except (arrow.ArrowInvalid, OSError) as error:
            raise ValueError(f"{path} is damaged after row {row}: {error}.") from error


class ParquetTable:
    """An open Parquet file."""

    format = "Parquet"

    def __init__(self, file: Any):
        self.file = require("pyarrow.parquet", "data").ParquetFile(file)
        metadata = self.file.metadata
        self.names = self.file.schema_arrow.names
        self.groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]

    def count(self) -> int:
        """The number of rows."""
        return self.file.metadata.num_rows

    def batches(self, start: int, columns: list[str] | None) -> tuple[int, Iterator]:
        """The record batches from the row group with row `start`, and that group's first row."""
        first = number = 0
        while number < len(self.groups) and first + self.groups[number].num_rows <= start:
            first += self.groups[number].num_rows
            number += 1
        numbers = list(range(number, len(self.groups)))
        size = sum(group.total_byte_size for group in self.groups) // max(self.count(), 1)
        rows = min(max(BYTES_IN_BLOCK // max(size, 1), 1), MOST_ROWS_IN_BLOCK)
        return first, self.file.iter_batches(rows, row_groups=numbers, columns=columns)


class ArrowTable:
    """An open Arrow IPC file."""

    format = "an Arrow IPC file"

    def __init__(self, file: Any):
        self.source = file
        self.file = require("pyarrow.ipc", "data").open_file(file)
        self.names = self.file.schema.names
        self.numbers = range(self.file.num_record_batches)

    def count(self) -> int:
        """The number of rows, from the heads of the record batches."""
        kind = require("pyarrow.dataset", "data").IpcFileFormat()
        return kind.make_fragment(self.source).count_rows()

    def batches(self, start: int, columns: list[str] | None) -> tuple[int, Iterator]:
        """The record batches, and 0, the first one's first row."""
        return 0, (self._chosen(number, columns) for number in self.numbers)

    def _chosen(self, number: int, columns: list[str] | None) -> Any:
        batch = self.file.get_batch(number)
        return batch if columns is None else batch.select(columns)
