"""The heaps of texts in an HDF5 file ("global heap collections"), looked at before they are read.

The HDF5 library takes the objects of a heap as they are: one of size 0 lets it walk on the spot
for ever, and many attributes may name the same long text.
"""

from __future__ import annotations

import functools
import mmap
from pathlib import Path
from typing import Any

from cornu.engine.errors import LoadError

SIGNATURE = b"\x89HDF\r\n\x1a\n"
HEAP = b"GCOL\1"
HEADER = 16


class Heaps:
    """The heaps of one file.

    Args:
        source: path of the file, or its bytes.
    """

    def __init__(self, source: Any):
        self._source = source

    @functools.cached_property
    def longest(self) -> int:
        """No text in the file is longer than its largest heap.

        Raises:
            LoadError: if a heap is damaged.
        """
        if isinstance(self._source, (bytes, memoryview)):
            return _longest(bytes(self._source))
        with (
            open(self._source, "rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            return _longest(content)


def check_start(source: Any) -> None:
    """Look at the first bytes: sizes and addresses must be of 8 bytes, as they always are.

    Raises:
        LoadError: if it is no HDF5 file, or of another make.
    """
    if isinstance(source, (bytes, memoryview)):
        start = bytes(source[:16])
    else:
        with Path(source).open("rb") as file:
            start = file.read(16)
    sizes = start[13:15] if start[8:9] in (b"\0", b"\1") else start[9:11]
    if start[:8] != SIGNATURE or sizes != b"\x08\x08":
        raise LoadError("it is not a readable HDF5 file", found=f"its first bytes {start!r}")


def _longest(content: Any) -> int:
    longest = 0
    place = content.find(HEAP)
    while place >= 0:
        size = int.from_bytes(content[place + 8 : place + HEADER], "little")
        _check_objects(content[place + HEADER : place + size])
        longest = max(longest, size)
        place = content.find(HEAP, place + 1)
    return longest


def _check_objects(heap: bytes) -> None:
    place = 0
    while place + HEADER <= len(heap):
        free = heap[place : place + 2] == b"\0\0"
        size = int.from_bytes(heap[place + 8 : place + HEADER], "little")
        # Free space counts its header; the size of a text does not, and is rounded up to 8.
        step = size if free else HEADER + -(-size // 8) * 8
        if step < HEADER or place + step > len(heap):
            raise LoadError("a heap of texts is damaged", found=f"an object of {size} bytes")
        place += step
