"""Sequences of numbers: padded to one length, and turned to pairs for skip-gram models."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from cornu.preprocessing.timeseries import TimeseriesGenerator

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Sequences of different lengths as one array.

    Args:
        sequences: list of lists or arrays `(steps, ...)`.
        maxlen: length of the result; that of the longest sequence by default.
        dtype: dtype of the result; `object` for strings.
        padding: "pre" or "post", where to fill up short sequences.
        truncating: "pre" or "post", where to cut long ones.
        value: what to fill up with.

    Returns:
        Array `(sequences, maxlen, ...)`.

    Raises:
        ValueError: for arguments of another kind, or steps of different shapes.

    >>> keras.utils.pad_sequences([[1], [2, 3], [4, 5, 6]]).tolist()
    [[0, 0, 1], [0, 2, 3], [4, 5, 6]]
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in ("pre", "post"):
            raise ValueError(f"{name} must be 'pre' or 'post'; got {side!r}.")
    if not hasattr(sequences, "__len__"):
        raise ValueError(
            f"pad_sequences takes a list of sequences; got {type(sequences).__name__}."
        )
    for i, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__"):
            raise ValueError(f"pad_sequences takes sequences, but item {i} is {sequence!r}.")
    kind = np.dtype(dtype).kind
    if isinstance(value, str) and kind not in "OSU":
        raise ValueError(f"value={value!r} needs dtype=object; got dtype={dtype!r}.")
    if maxlen is None:
        maxlen = max(map(len, sequences), default=0)
    filled = next((s for s in sequences if len(s)), ())
    shape = np.asarray(filled).shape[1:]
    result = np.full((len(sequences), maxlen, *shape), value, dtype)
    for i, (row, sequence) in enumerate(zip(result, sequences)):
        steps = np.asarray(sequence, dtype)
        if not len(steps) or not maxlen:
            continue
        steps = steps[-maxlen:] if truncating == "pre" else steps[:maxlen]
        if steps.shape[1:] != shape:
            raise ValueError(
                f"Steps of sequence {i} have shape {steps.shape[1:]}, those of the first one "
                f"{shape}. All steps must have one shape."
            )
        if padding == "pre":
            row[maxlen - len(steps) :] = steps
        else:
            row[: len(steps)] = steps
    return result


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """How likely `skipgrams` shall keep the word of each rank, frequent ones less likely.

    The frequencies are those of Zipf's law; the rule is that of word2vec (Mikolov et al., 2013).

    Args:
        size: number of words.
        sampling_factor: the higher, the more words are kept.

    Returns:
        float64 array `(size,)`; place i belongs to the i-th most frequent word.

    >>> keras.preprocessing.sequence.make_sampling_table(3).round(5).tolist()
    [0.00315, 0.00315, 0.00548]
    """
    rank = np.maximum(np.arange(size), 1)
    inverse_frequency = rank * (np.log(rank) + 0.577) + 0.5 - 1 / (12 * rank)
    return np.minimum(1.0, np.sqrt(sampling_factor * inverse_frequency))


def skipgrams(
    sequence: Any,
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list, list]:
    """Pairs of words that stand near each other, and pairs with a word drawn by chance.

    Args:
        sequence: word numbers of a text; 0 is no word and left out.
        vocabulary_size: greatest word number plus 1.
        window_size: greatest distance between the words of a pair.
        negative_samples: number of pairs by chance for each true one.
        shuffle: whether to mix the pairs.
        categorical: whether labels are one-hot.
        sampling_table: how likely to keep each word, as from `make_sampling_table`.
        seed: makes the order reproducible, and all draws.

    Returns:
        The pairs `[word, other]`, and the label of each: 1 for true ones, 0 for the others.

    >>> pairs = keras.preprocessing.sequence.skipgrams([1, 2, 3], 4, 1, 0.0, shuffle=False)
    >>> pairs[0]
    [[1, 2], [2, 1], [2, 3], [3, 2]]
    """
    rng = random.Random(seed) if seed is not None else random
    pairs = []
    for i, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < rng.random()):
            continue
        first = max(0, i - window_size)
        near = enumerate(sequence[first : i + window_size + 1], first)
        pairs += [[word, other] for j, other in near if j != i and other]
    labels: list = [[0, 1] if categorical else 1] * len(pairs)
    chance = int(len(pairs) * negative_samples)
    words = [word for word, _ in pairs]
    rng.shuffle(words)
    pairs += [[words[i % len(words)], rng.randint(1, vocabulary_size - 1)] for i in range(chance)]
    labels += [[1, 0] if categorical else 0] * chance
    if shuffle:
        order = list(range(len(pairs)))
        rng.shuffle(order)
        pairs, labels = [pairs[i] for i in order], [labels[i] for i in order]
    return pairs, labels
