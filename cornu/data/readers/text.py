"""`read_text`: lines of text files."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np

from cornu.data.pipeline.blocks import Block
from cornu.data.pipeline.dataset import Dataset
from cornu.data.readers.file_stream import FileStream
from cornu.data.readers.files import Paths, open_binary

LINES_IN_BLOCK = 1024
OPENERS: dict[str, Callable[[BinaryIO], Any]] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}


def read_text(files: Paths, encoding: str = "utf-8", shuffle_files: bool = False) -> Dataset:
    """The lines of text files, without their ends, read as a stream.

    Args:
        files: path or URL, pattern such as `"logs/*.txt"`, or list of these; compressed where the
            extension is gz, bz2 or xz.
        encoding: how the text is encoded.
        shuffle_files: whether each epoch reads the files in an order of its own.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: when reading, for text in another encoding, with file and line.

    >>> import tempfile, pathlib
    >>> from cornu.data import read_text
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "lines.txt")
    ...     _ = path.write_text("one\\ntwo\\n")
    ...     print(next(iter(read_text(path).batch(2))))
    ['one' 'two']
    """

    def read_file(path: str) -> Iterator[Block]:
        with open_binary(path) as raw, decompressed(raw, path) as file:
            number = 0
            while lines := list(itertools.islice(file, LINES_IN_BLOCK)):
                block = np.empty(len(lines), object)
                for place, line in enumerate(lines):
                    block[place] = decoded(line, encoding, path, number + place + 1)
                number += len(lines)
                yield block

    return Dataset(FileStream(files, read_file, shuffle_files))


def decompressed(file: BinaryIO, path: str) -> Any:
    """A file of bytes, decompressed if its extension says that it is compressed."""
    opener = OPENERS.get(path.rpartition(".")[2])
    return io.BufferedReader(file) if opener is None else opener(file)


def decoded(line: bytes, encoding: str, path: str, number: int) -> str:
    """A line as text."""
    try:
        return line.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}, line {number} is no {encoding} text: {error.reason} at byte {error.start}. "
            "Pass the file's encoding, such as encoding='latin-1'."
        ) from error
