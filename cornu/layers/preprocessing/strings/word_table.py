"""`WordTable`: from strings to numbers, by a hash table that NumPy searches for all at once.

Strings of up to 15 bytes are two 64-bit words, the second of which holds the length too: words are
compared exactly. The few longer strings go through a dict.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cornu.layers.preprocessing.strings.packed import MASKS, PackedStrings, pack

# Strings up to this length are looked up as words.
SHORT = 15
MIX_FIRST, MIX_SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
EIGHT, TOP = np.uint64(8), np.uint64(56)


class WordTable:
    """Strings, numbered from 0 in their order.

    Args:
        words: the strings, all different.

    >>> from cornu.layers.preprocessing.strings.packed import pack
    >>> from cornu.layers.preprocessing.strings.word_table import WordTable
    >>> WordTable([b"a", b"b"]).find(pack([b"b", b"?"])).tolist()
    [1, -1]
    """

    def __init__(self, words: Sequence[bytes]):
        self._long = {word: i for i, word in enumerate(words) if len(word) > SHORT}
        bits = max(10, (4 * len(words)).bit_length())
        size = 1 << bits
        self._shift, self._last = np.uint64(64 - bits), size - 1
        self._first, self._second = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
        self._numbers = np.full(size, -1, np.int32)
        self._taken = np.zeros(size, bool)
        self._insert(pack(words))

    def find(self, strings: PackedStrings) -> np.ndarray:
        """The number of each string, -1 if it is not in the table.

        Args:
            strings: the strings to look up.

        Returns:
            int32 array `(count,)`.
        """
        first, second = _keys(strings)
        slots = self._slots(first, second)
        numbers = self._numbers[slots]
        found = (self._first[slots] == first) & (self._second[slots] == second)
        numbers[~found] = -1
        # A slot that is taken by another string hands on to the next one.
        places = np.flatnonzero(~found & self._taken[slots])
        while len(places):
            slots = (slots[places] if len(slots) == len(first) else slots) + 1 & self._last
            wanted, other = first[places], second[places]
            hit = (self._first[slots] == wanted) & (self._second[slots] == other)
            numbers[places[hit]] = self._numbers[slots[hit]]
            open_ = ~hit & self._taken[slots]
            places, slots = places[open_], slots[open_]
        long = np.flatnonzero(strings.lengths > SHORT)
        if len(long):
            get = self._long.get
            numbers[long] = [get(word, -1) for word in strings.take(long).to_list()]
        return numbers

    def _slots(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        mixed = (first ^ (second * MIX_SECOND)) * MIX_FIRST
        return (mixed >> self._shift).astype(np.int64)

    def _insert(self, strings: PackedStrings) -> None:
        numbers = np.flatnonzero(strings.lengths <= SHORT).astype(np.int32)
        first, second = _keys(strings.take(numbers))
        slots = self._slots(first, second)
        while len(numbers):
            # Of several strings for one free slot the last one gets it.
            free = ~self._taken[slots]
            self._numbers[slots[free]] = numbers[free]
            settled = free & (self._numbers[slots] == numbers)
            own = slots[settled]
            self._first[own], self._second[own] = first[settled], second[settled]
            self._taken[own] = True
            left = ~settled
            first, second, numbers = first[left], second[left], numbers[left]
            slots = slots[left] + 1 & self._last


def _keys(strings: PackedStrings) -> tuple[np.ndarray, np.ndarray]:
    """The bytes of each string as two words, with the length in the last byte."""
    lengths = np.minimum(strings.lengths, SHORT + 1)
    first = strings.words() & MASKS[np.minimum(lengths, 8)]
    second = lengths.astype(np.uint64) << TOP
    longer = np.flatnonzero(lengths > 8)
    if len(longer):
        rest = strings.take(longer)
        second[longer] |= rest.words(8) & MASKS[np.minimum(lengths[longer] - 8, 7)]
    return first, second
