"""IMDB: film reviews, for or against (Maas et al., 2011)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.datasets.storage import Split, load_archive, load_json, order_of
from cornu.datasets.words import limited, ragged, shifted, shorter

HASH = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
INDEX_HASH = "bfafd718b763782e994055a2d397834f"


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> Split:
    """Reviews as lists of word indices, 25,000 to train and 25,000 to test.

    Words are indexed by how often they occur, the most frequent first.

    Args:
        path: name of the file under `~/.keras/datasets`.
        num_words: keep the words with an index below this; all by default.
        skip_top: leave out the words with an index below this.
        maxlen: leave out reviews of this many words or more.
        seed: fixes the order of the reviews.
        start_char: index that marks the start of a review; None for no mark.
        oov_char: index that stands for words left out; None to drop them.
        index_from: what is added to the indices of the words.
        **kwargs: `nb_words`, an old name for `num_words`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: object arrays of lists of ints, and 1 for a good
        review, 0 for a bad one.

    Raises:
        OSError: if the file is not there and cannot be downloaded.
        ValueError: if no review is shorter than `maxlen`.
    """
    num_words = kwargs.pop("nb_words", num_words)
    if kwargs:
        raise TypeError(f"load_data has no arguments {sorted(kwargs)}.")
    names = ("x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = load_archive(path, "imdb.npz", HASH, names)
    generator = np.random.RandomState(seed)
    texts: list[list[int]] = []
    labels = []
    for x, y in ((x_train, y_train), (x_test, y_test)):
        order = order_of(len(x), generator)
        part, kept = shorter(shifted(x[order], start_char, index_from), y[order], maxlen)
        texts += part
        labels.append(kept)
    words = ragged(limited(texts, num_words, skip_top, oov_char))
    first = len(labels[0])
    return (words[:first], labels[0]), (words[first:], labels[1])


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """The indices of the words, from 1, without `index_from`.

    Args:
        path: name of the file under `~/.keras/datasets`.

    Raises:
        OSError: if the file is not there and cannot be downloaded.
    """
    return load_json(path, "imdb_word_index.json", INDEX_HASH)
