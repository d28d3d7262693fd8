"""Texts as lists of word indices: the arguments that IMDB and Reuters share."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def shifted(
    texts: Iterable[Iterable[int]], start_char: int | None, index_from: int
) -> list[list[int]]:
    """The texts with their word indices moved up, and a mark at the start."""
    start = [] if start_char is None else [start_char]
    return [start + [word + index_from for word in text] for text in texts]


def shorter(
    texts: list[list[int]], labels: np.ndarray, maxlen: int | None
) -> tuple[list[list[int]], np.ndarray]:
    """The texts of fewer than `maxlen` words.

    Raises:
        ValueError: if there is none.
    """
    if not maxlen:
        return texts, labels
    kept = [place for place, text in enumerate(texts) if len(text) < maxlen]
    if not kept:
        raise ValueError(f"No text is shorter than maxlen={maxlen}. Pass a larger maxlen.")
    return [texts[place] for place in kept], labels[kept]


def limited(
    texts: list[list[int]], num_words: int | None, skip_top: int, oov_char: int | None
) -> list[list[int]]:
    """The texts with the words from `skip_top` to below `num_words`; others become `oov_char`."""
    end = num_words or max(max(text) for text in texts if text)
    if oov_char is None:
        return [[word for word in text if skip_top <= word < end] for text in texts]
    return [[word if skip_top <= word < end else oov_char for word in text] for text in texts]


def ragged(texts: list[list[int]]) -> np.ndarray:
    """An object array of lists."""
    array = np.empty(len(texts), object)
    array[:] = texts
    return array
