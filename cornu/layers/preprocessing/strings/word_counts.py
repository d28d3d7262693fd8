"""How often each string occurs, and in how many documents.

Strings of up to 8 bytes are numbers, which are counted by sorting; longer ones are counted in a
dict. Nine in ten words of English are short.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from cornu.layers.preprocessing.strings.packed import MARGIN, PackedStrings


def count(strings: PackedStrings) -> Counter[bytes]:
    """How often each string occurs.

    Args:
        strings: the strings.

    >>> from cornu.layers.preprocessing.strings.packed import pack
    >>> from cornu.layers.preprocessing.strings.word_counts import count
    >>> sorted(count(pack([b"a", b"b", b"a"])).items())
    [(b'a', 2), (b'b', 1)]
    """
    short = _short(strings)
    keys, counts = np.unique(_keys(strings.take(short)), return_counts=True)
    words = keys.astype(">u8").view("S8").tolist()
    result = Counter(dict(zip(words, counts.tolist())))
    result.update(strings.take(~short).to_list())
    return result


def count_documents(strings: PackedStrings, rows: np.ndarray) -> Counter[bytes]:
    """In how many documents each string occurs.

    Args:
        strings: the strings of all documents.
        rows: int array `(documents + 1,)`, where each document's begin.

    >>> from cornu.layers.preprocessing.strings.packed import pack
    >>> from cornu.layers.preprocessing.strings.word_counts import count_documents
    >>> sorted(count_documents(pack([b"a", b"b", b"a", b"a"]), [0, 3, 4]).items())
    [(b'a', 2), (b'b', 1)]
    """
    document = np.repeat(np.arange(len(rows) - 1), np.diff(rows))
    is_short = _short(strings)
    short, long = np.flatnonzero(is_short), np.flatnonzero(~is_short)
    order = np.argsort(_keys(strings.take(short)), kind="stable")
    # The sort puts equal strings of a document behind each other; the first of them counts.
    short = short[order]
    keys, owner = _keys(strings.take(short)), document[short]
    repeated = (keys[1:] == keys[:-1]) & (owner[1:] == owner[:-1])
    short = short[np.append(True, ~repeated)[: len(short)]]
    result = count(strings.take(short))
    pairs = set(zip(document[long].tolist(), strings.take(long).to_list()))
    result.update(word for _, word in pairs)
    return result


def _short(strings: PackedStrings) -> np.ndarray:
    """Which strings are numbers; none if there are zero bytes, which end a number's string."""
    if strings.buffer.find(0, 0, -MARGIN) >= 0:
        return np.zeros(len(strings), bool)
    return strings.lengths <= 8


def _keys(strings: PackedStrings) -> np.ndarray:
    """Short strings as numbers in the order of the strings, so that the words come sorted."""
    return strings.padded_words().byteswap()
