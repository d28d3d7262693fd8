"""`read_tfrecord` and `write_tfrecord`: TFRecord files.

A record is the length of its data (8 bytes), the checksum of that (4), the data, and the checksum
of the data (4).
"""

from __future__ import annotations

import gzip
import os
import struct
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import numpy as np

from cornu.data.pipeline.blocks import Block
from cornu.data.pipeline.dataset import Dataset
from cornu.data.readers.examples import Features, encoded_example
from cornu.data.readers.file_stream import FileStream
from cornu.data.readers.files import Paths, open_binary
from cornu.data.readers.text import decompressed
from cornu.engine.atomic import replacing
from cornu.engine.formats.crc32c import masked_crc32c, masked_crc32c_of_each

HEADER = struct.Struct("<QI")
FOOTER = struct.Struct("<I")
RECORDS_IN_BLOCK = 1024
BYTES_IN_BLOCK = 4 << 20


def read_tfrecord(
    files: Paths,
    features: dict[str, Any] | None = None,
    label: str | None = None,
    shuffle_files: bool = False,
) -> Dataset:
    """The records of TFRecord files, read as a stream; their checksums are checked.

    Args:
        files: path or URL, pattern such as `"data/*.tfrecord"`, or list of these; compressed with
            gzip where the extension is gz.
        features: what to read from records that are `Example` messages: a dict from name to dtype,
            for a single value, or to `(dtype, shape)`. The dtype is `"bytes"`, `"str"`, or one of
            NumPy; a size None is left open. By default the samples are the records' bytes.
        label: name of the feature that is the target.
        shuffle_files: whether each epoch reads the files in an order of its own.

    Returns:
        Data set of samples: bytes, dicts from names to values, or `(dict, label)`.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: when reading, for damaged records and missing features, with file and place.

    >>> import tempfile
    >>> from cornu.data import read_tfrecord, write_tfrecord
    >>> with tempfile.NamedTemporaryFile(suffix=".tfrecord") as file:
    ...     write_tfrecord(file.name, [{"x": [0.5, 2.0], "y": 1}, {"x": [1.0, 0.0], "y": 0}])
    ...     rows = read_tfrecord(file.name, {"x": ("float32", (2,)), "y": "int64"}, label="y")
    ...     print(next(iter(rows.batch(2))))
    ({'x': array([[0.5, 2. ], [1. , 0. ]], dtype=float32)}, array([1, 0]))
    """
    if features is None and label is not None:
        raise ValueError("label needs features: say which features the records have.")
    wanted = None if features is None else Features(features, label)

    def read_file(path: str) -> Iterator[Block]:
        for offsets, records in blocks_of(path):
            if wanted is None:
                yield np.array([*records, None], object)[:-1]
            else:
                yield wanted.block(records, lambda place, at=offsets: located(path, at[place]))

    return Dataset(FileStream(files, read_file, shuffle_files))


def write_tfrecord(path: str | os.PathLike, samples: Iterable[bytes | dict[str, Any]]) -> None:
    """Write a TFRecord file.

    Args:
        path: the file; compressed with gzip if it ends in `.gz`.
        samples: bytes, which are written as they are; or dicts from names to numbers, strings,
            bytes, or arrays of these, which are written as `Example` messages.
    """
    name = os.fspath(path)
    opened = gzip.open if name.endswith(".gz") else open
    with replacing(name) as new, opened(new, "wb") as file:
        for sample in samples:
            file.write(framed(sample if isinstance(sample, bytes) else encoded_example(sample)))


def framed(data: bytes) -> bytes:
    """A record: the data with lengths and checksums."""
    length = struct.pack("<Q", len(data))
    header = length + FOOTER.pack(masked_crc32c(length))
    return b"".join((header, data, FOOTER.pack(masked_crc32c(data))))


def blocks_of(path: str) -> Iterator[tuple[list[int], list[bytes]]]:
    """Offsets and data of the records of a file, some at a time."""
    with open_binary(path) as raw, decompressed(raw, path) as file:
        offsets: list[int] = []
        records: list[bytes] = []
        sums: list[int] = []
        size = 0
        for offset, data, checksum in records_of(file, path):
            offsets.append(offset)
            records.append(data)
            sums.append(checksum)
            size += len(data)
            if len(records) == RECORDS_IN_BLOCK or size >= BYTES_IN_BLOCK:
                yield offsets, checked(path, offsets, records, sums)
                offsets, records, sums, size = [], [], [], 0
        if records:
            yield offsets, checked(path, offsets, records, sums)


def records_of(file: BinaryIO, path: str) -> Iterator[tuple[int, bytes, int]]:
    """Offset, data and checksum of each record."""
    offset = 0
    while header := file.read(HEADER.size):
        if len(header) < HEADER.size:
            raise ValueError(f"{located(path, offset)} is cut off: the file ends in its header.")
        length, checksum = HEADER.unpack(header)
        if masked_crc32c(header[:8]) != checksum:
            raise ValueError(
                f"{located(path, offset)} is damaged: the checksum of its length is wrong. Either "
                "the file is no TFRecord file, or it is compressed without the extension gz."
            )
        body = file.read(length + FOOTER.size)
        if len(body) < length + FOOTER.size:
            raise ValueError(
                f"{located(path, offset)} is cut off: it should have {length} bytes, but the file "
                f"ends after {min(len(body), length)}."
            )
        yield offset, body[:-4], FOOTER.unpack(body[-4:])[0]
        offset += HEADER.size + len(body)


def checked(path: str, offsets: list[int], records: list[bytes], sums: list[int]) -> list[bytes]:
    """The records, if their checksums are right."""
    wrong = np.flatnonzero(masked_crc32c_of_each(records) != np.array(sums, np.uint32))
    if wrong.size:
        raise ValueError(
            f"{located(path, offsets[wrong[0]])} is damaged: the checksum of its data is wrong."
        )
    return records


def located(path: str, offset: int) -> str:
    """A record by the place where it begins."""
    return f"{path}: the record at byte {offset}"
