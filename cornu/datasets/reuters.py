"""Reuters: newswires of 46 topics, from Reuters-21578 (Lewis, 1997)."""

from __future__ import annotations

import numpy as np

from cornu.datasets.storage import Split, load_archive, load_json, order_of
from cornu.datasets.words import limited, ragged, shifted, shorter

HASH = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
INDEX_HASH = "4d44cc38712099c9e383dc6e5f11a921"
TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves "
    "ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin "
    "strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem "
    "dlr gas silver wpi hog lead"
)


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> Split:
    """11,228 newswires as lists of word indices, with their topics.

    Words are indexed by how often they occur, the most frequent first.

    Args:
        path: name of the file under `~/.keras/datasets`.
        num_words: keep the words with an index below this; all by default.
        skip_top: leave out the words with an index below this.
        maxlen: leave out texts of this many words or more.
        test_split: fraction of the texts that is for the test.
        seed: fixes the order of the texts.
        start_char: index that marks the start of a text; None for no mark.
        oov_char: index that stands for words left out; None to drop them.
        index_from: what is added to the indices of the words.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: object arrays of lists of ints, and the indices of
        their topics.

    Raises:
        OSError: if the file is not there and cannot be downloaded.
        ValueError: if no text is shorter than `maxlen`.
    """
    x, y = load_archive(path, "reuters.npz", HASH, ("x", "y"))
    order = order_of(len(x), np.random.RandomState(seed))
    texts, labels = shorter(shifted(x[order], start_char, index_from), y[order], maxlen)
    words = ragged(limited(texts, num_words, skip_top, oov_char))
    first = int(len(words) * (1 - test_split))
    return (words[:first], labels[:first]), (words[first:], labels[first:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """The indices of the words, from 1, without `index_from`.

    Args:
        path: name of the file under `~/.keras/datasets`.

    Raises:
        OSError: if the file is not there and cannot be downloaded.
    """
    return load_json(path, "reuters_word_index.json", INDEX_HASH)


def get_label_names() -> tuple[str, ...]:
    """The names of the topics, in the order of their indices.

    >>> from cornu.datasets import reuters
    >>> reuters.get_label_names()[:3]
    ('cocoa', 'grain', 'veg-oil')
    """
    return tuple(TOPICS.split())
