"""`WordCounts`: how often each string occurs, and in how many documents."""

from __future__ import annotations

import numpy as np

from cornu.layers.preprocessing.strings.packed import PackedStrings
from cornu.layers.preprocessing.strings.word_table import WordTable


class WordCounts:
    """Counts of strings that come block by block.

    Attributes:
        words: the different strings, in the order in which they came.
        counts: int64 array, how often each came.
        documents: int64 array, in how many documents each was.

    >>> from cornu.layers.preprocessing.strings.packed import pack
    >>> from cornu.layers.preprocessing.strings.word_counts import WordCounts
    >>> counts = WordCounts()
    >>> counts.add(pack([b"a", b"b", b"a"]), rows=[0, 3])
    >>> counts.words, counts.counts.tolist()
    ([b'a', b'b'], [2, 1])
    """

    def __init__(self) -> None:
        self._table = WordTable()
        self.counts = np.zeros(0, np.int64)
        self.documents = np.zeros(0, np.int64)

    @property
    def words(self) -> list[bytes]:
        """The different strings."""
        return self._table.words

    def add(self, strings: PackedStrings, rows: np.ndarray, documents: bool = False) -> None:
        """Count a block.

        Args:
            strings: the strings of all documents of the block.
            rows: int array `(documents + 1,)`, where each document's begin.
            documents: whether to count the documents too.
        """
        numbers = self._table.find(strings)
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown):
            new = strings.take(unknown)
            self._table.add(list(dict.fromkeys(new.to_list())))
            numbers[unknown] = self._table.find(new)
        size = len(self._table)
        counts = np.bincount(numbers, minlength=size)
        counts[: len(self.counts)] += self.counts
        self.counts = counts
        if documents:
            document = np.repeat(np.arange(len(rows) - 1), np.diff(rows))
            pairs = np.unique(document * size + numbers)
            counts = np.bincount(pairs % size, minlength=size)
            counts[: len(self.documents)] += self.documents
            self.documents = counts
