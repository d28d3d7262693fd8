"""Vocabularies: checked, read from files, and ordered by how often words occur."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cornu.core import registry

FILE = "vocabulary.txt"
EXACT_FILE = "vocabulary.json"


def read_file(path: str, owner: str) -> list[str]:
    """The lines of a file, one word each.

    Raises:
        ValueError: if it does not exist, or a file that is being loaded asks for it.
    """
    if not Path(path).is_file():
        raise ValueError(f"Layer {owner!r}: there is no vocabulary file {path!r}.")
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    return lines[:-1] if lines and not lines[-1] else lines


def refuse_path_in_file(config: dict, owner: str) -> None:
    """Refuse a config from a file that names another file to read.

    Raises:
        ValueError: if it does, and the file is not trusted.
    """
    path = config.get("vocabulary")
    if isinstance(path, str) and registry.in_safe_mode():
        raise ValueError(
            f"Layer {owner!r}: the config asks for the vocabulary file {path!r}. Files named by "
            "saved models are not read, since they may be anyone's; pass `safe_mode=False` if you "
            "trust the model's file."
        )


def save(folder: str, vocabulary: Sequence[Any]) -> None:
    """Write a vocabulary, special words included, into a folder of a model's file.

    Words that a text file with one word a line cannot hold go to a second, exact file.
    """
    words = [str(word) for word in vocabulary]
    text = "\n".join(words)
    Path(folder, FILE).write_text(text, encoding="utf-8", newline="")
    if text.split("\n") != words or "\r" in text or (words and words[-1] == ""):
        Path(folder, EXACT_FILE).write_text(json.dumps(words), encoding="utf-8")


def load(folder: str) -> list[str]:
    """The words that `save`, or Keras, wrote."""
    exact = Path(folder, EXACT_FILE)
    if exact.is_file():
        return [str(word) for word in json.loads(exact.read_text(encoding="utf-8"))]
    words = Path(folder, FILE).read_bytes().decode("utf-8").replace("\r\n", "\n").split("\n")
    while words and not words[-1]:
        words.pop()
    return words


def without_special(words: Sequence[Any], special: Sequence[Any]) -> list:
    """The words behind the special ones, if the list begins with all of these."""
    words = list(words)
    return words[len(special) :] if words[: len(special)] == list(special) else words


def check(words: list, mask_token: Any, oov_token: Any, special: list, owner: str) -> None:
    """Check that no word stands twice and none has another meaning.

    Args:
        words: the vocabulary without special words.
        mask_token: the word that stands for nothing, or None.
        oov_token: the word for unknown words where it must not occur among the others, or None.
        special: the special words in their order.
        owner: name of the layer.

    Raises:
        ValueError: if it is empty, or a word occurs twice or is a special one.
    """
    if not words:
        raise ValueError(f"Layer {owner!r}: the vocabulary is empty.")
    if len(set(words)) != len(words):
        repeated = [word for word, count in Counter(words).items() if count > 1]
        raise ValueError(
            f"Layer {owner!r}: each word may stand only once in the vocabulary; these occur more "
            f"than once: {repeated[:20]}."
        )
    for what, token in (("mask_token", mask_token), ("oov_token", oov_token)):
        if token is not None and token in words:
            raise ValueError(
                f"Layer {owner!r}: the vocabulary holds the {what} {token!r} at place "
                f"{words.index(token)}. Leave the special words out, or put them first, in the "
                f"order {special}."
            )


def by_frequency(words: Sequence[Any], counts: np.ndarray) -> tuple[list, np.ndarray]:
    """Words from the most to the least frequent; equally frequent ones in falling order.

    Args:
        words: str or int.
        counts: int array, how often each occurs.

    Returns:
        The words, and where each stood.
    """
    falling = sorted(range(len(words)), key=words.__getitem__, reverse=True)
    falling = np.array(falling, np.int64)
    order = falling[np.argsort(-counts[falling], kind="stable")]
    return [words[i] for i in order.tolist()], order
