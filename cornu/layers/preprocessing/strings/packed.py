"""`PackedStrings`: many byte strings in one buffer, so that NumPy works on all of them at once.

Strings are read as little-endian 64-bit words: a word of a short string, with zeros behind its
end, is the string itself, which makes sorting and looking up exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Words are read beyond the end of the last string.
MARGIN = 16
# This byte occurs in no UTF-8 text.
SEPARATOR = b"\xff"


class PackedStrings:
    """Byte strings, each a stretch of one buffer.

    Args:
        buffer: the bytes; at least `MARGIN` of them behind the last string.
        starts: int64 array `(count,)`, where each string begins.
        lengths: int64 array `(count,)`, its number of bytes.

    >>> from cornu.layers.preprocessing.strings.packed import pack
    >>> strings = pack([b"one", b"", b"three"])
    >>> strings.lengths.tolist(), strings[2]
    ([3, 0, 5], b'three')
    """

    def __init__(self, buffer: bytes, starts: np.ndarray, lengths: np.ndarray):
        self.buffer, self.starts, self.lengths = buffer, starts, lengths
        # All 64-bit words of the buffer, one for each byte that one can start at.
        self._words = np.ndarray((len(buffer) - 7,), "<u8", buffer, strides=(1,))

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> bytes:
        start = int(self.starts[index])
        return self.buffer[start : start + int(self.lengths[index])]

    def take(self, chosen: np.ndarray) -> PackedStrings:
        """Some of the strings, by index or by a boolean array."""
        return PackedStrings(self.buffer, self.starts[chosen], self.lengths[chosen])

    def to_list(self) -> list[bytes]:
        """The strings as Python bytes."""
        buffer = self.buffer
        ends = (self.starts + self.lengths).tolist()
        return [buffer[start:end] for start, end in zip(self.starts.tolist(), ends)]

    def words(self, offset: int | np.ndarray = 0) -> np.ndarray:
        """The 64-bit word of each string at an offset from its start, whatever its length."""
        return self._words[self.starts + offset]

    def padded_words(self, offset: int = 0) -> np.ndarray:
        """The word at an offset, with zeros in place of bytes behind the end of the string."""
        return self.words(offset) & MASKS[np.clip(self.lengths - offset, 0, 8)]

    def bytes_at(self, offset: int | np.ndarray) -> np.ndarray:
        """One byte of each string, as 64-bit integers."""
        return np.frombuffer(self.buffer, np.uint8)[self.starts + offset].astype(np.uint64)


# The mask that keeps the first n bytes of a little-endian word.
MASKS = np.array([(1 << (8 * n)) - 1 for n in range(9)], np.uint64)


def pack(strings: Sequence[bytes]) -> PackedStrings:
    """Put byte strings into one buffer.

    Args:
        strings: the strings.
    """
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    starts = np.cumsum(lengths) - lengths
    return PackedStrings(b"".join(strings) + bytes(MARGIN), starts, lengths)
