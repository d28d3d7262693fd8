"""From texts to tokens: standardized, split and joined to n-grams, as bytes.

Lower case concerns the letters A to Z, and white space the six ASCII characters, so that
vocabularies agree with those of Keras, whose text operations work on bytes.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Sequence

import numpy as np

from cornu.layers.preprocessing.strings.packed import MARGIN, SEPARATOR, PackedStrings, pack

PUNCTUATION = string.punctuation.encode()
SPACES = b" \t\n\v\f\r"
LETTERS = (string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
TO_SPACE = bytes.maketrans(SPACES, b" " * len(SPACES))


def standardize_table(standardize: str | None, split: str | None) -> tuple[bytes, bytes]:
    """The table of bytes and the bytes to delete that `bytes.translate` takes.

    Args:
        standardize: name of the standardization, or None.
        split: how the text will be split.
    """
    table = TO_SPACE if split == "whitespace" else bytes.maketrans(b"", b"")
    if standardize in ("lower", "lower_and_strip_punctuation"):
        table = table.translate(bytes.maketrans(*LETTERS))
    strips = standardize in ("strip_punctuation", "lower_and_strip_punctuation")
    return table, PUNCTUATION if strips else b""


def split_texts(
    texts: Sequence[bytes], split: str, table: bytes, deleted: bytes
) -> tuple[PackedStrings, np.ndarray]:
    """The tokens of texts.

    Args:
        texts: the texts, in UTF-8.
        split: "whitespace" or "character".
        table: from each byte to its standardized form.
        deleted: bytes to leave out.

    Returns:
        The tokens of all texts, and the int64 array `(texts + 1,)` of where each text's begin.
    """
    joined = b" " + (b" " + SEPARATOR + b" ").join(texts) + b" "
    if split == "character":
        joined = SEPARATOR.join(texts)
    joined = joined.translate(table, deleted) + bytes(MARGIN)
    values = np.frombuffer(joined, np.uint8)[:-MARGIN]
    if split == "character":
        # The bytes behind the first one of a character begin with the bits 10.
        starts = np.flatnonzero((values & 0xC0) != 0x80)
        lengths = np.diff(starts, append=len(values))
    else:
        is_space = values == 32
        edges = np.flatnonzero(is_space[1:] != is_space[:-1]) + 1
        starts = edges[::2]
        lengths = edges[1::2] - starts
    first = values[starts]
    between = np.flatnonzero(first == SEPARATOR[0])
    rows = np.concatenate([[0], between - np.arange(len(between)), [len(starts) - len(between)]])
    if len(between):
        kept = first != SEPARATOR[0]
        starts, lengths = starts[kept], lengths[kept]
    return PackedStrings(joined, starts, lengths), rows


def pack_rows(rows: Sequence[Sequence[bytes]]) -> tuple[PackedStrings, np.ndarray]:
    """Lists of tokens in the form that `split_texts` returns."""
    ends = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    return pack([token for row in rows for token in row]), ends


def ngrams(
    tokens: PackedStrings, rows: np.ndarray, widths: Sequence[int]
) -> tuple[PackedStrings, np.ndarray]:
    """Neighboring tokens joined by a space.

    Args:
        tokens: tokens of all texts.
        rows: where each text's begin.
        widths: numbers of tokens to join; of each text come first those of the first width.

    Returns:
        The n-grams of all texts, and where each text's begin.
    """
    words = tokens.to_list()
    buffer = b" ".join(words) + bytes(MARGIN)
    starts = np.cumsum(tokens.lengths + 1) - tokens.lengths - 1
    ends = starts + tokens.lengths
    row_of = np.repeat(np.arange(len(rows) - 1), np.diff(rows))
    position = np.arange(len(words))
    parts = []
    for width in widths:
        first = position[position + width <= rows[row_of + 1]]
        begin = starts[first]
        parts.append((row_of[first], begin, ends[first + width - 1] - begin))
    row_of, starts, lengths = (np.concatenate(part) for part in zip(*parts))
    order = np.argsort(row_of, kind="stable")
    counts = np.bincount(row_of, minlength=len(rows) - 1)
    return (
        PackedStrings(buffer, starts[order], lengths[order]),
        np.concatenate([[0], np.cumsum(counts)]),
    )


def blocks(texts: Sequence[bytes], most_bytes: int = 1 << 23) -> list[slice]:
    """Stretches of texts of about 8 megabytes, so that the arrays of all words stay small."""
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    borders, done = [0], 0
    while borders[-1] < len(texts):
        end = max(int(np.searchsorted(ends, done + most_bytes)), borders[-1] + 1)
        borders.append(end)
        done = ends[end - 1]
    return [slice(a, b) for a, b in itertools.pairwise(borders)]
