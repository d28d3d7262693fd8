"""Text to numbers in plain Python, as in Keras 2; `TextVectorization` is the newer way."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(
    input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text.

    Args:
        input_text: the text.
        filters: characters that count as borders between words.
        lower: whether to turn the text to lower case.
        split: what stands between words.

    >>> keras.preprocessing.text.text_to_word_sequence("The cat, the dog.")
    ['the', 'cat', 'the', 'dog']
    """
    text = input_text.lower() if lower else input_text
    text = text.translate(str.maketrans(dict.fromkeys(filters, split)))
    return [word for word in text.split(split) if word]


def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable | None = None,
) -> list[int]:
    """A number from 1 to `n - 1` for each word, by Python's `hash`, which differs between runs.

    Args:
        input_text: the text.
        n: size of the space of numbers.
        filters, lower, split: as of `text_to_word_sequence`.
        analyzer: gives the words of a text, instead of the three arguments before.

    >>> len(keras.preprocessing.text.one_hot("one two one", 50))
    3
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


def hashing_trick(
    text: str,
    n: int,
    hash_function: str | Callable | None = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable | None = None,
) -> list[int]:
    """A number from 1 to `n - 1` for each word, by a hash function.

    Args:
        text: the text.
        n: size of the space of numbers.
        hash_function: "md5", which is the same in each run; or a function from str to int;
            Python's `hash` by default.
        filters, lower, split: as of `text_to_word_sequence`.
        analyzer: gives the words of a text, instead of the three arguments before.

    >>> keras.preprocessing.text.hashing_trick("one two one", 50, "md5")
    [9, 19, 9]
    """
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    words = analyzer(text) if analyzer else text_to_word_sequence(text, filters, lower, split)
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


class Tokenizer:
    """Numbers for words, by how often they occur in the texts it is fitted on; 0 is no word.

    Args:
        num_words: only numbers below this are used, so the `num_words - 1` most frequent words.
        filters, lower, split: as of `text_to_word_sequence`.
        char_level: whether each character is a word.
        oov_token: stands for unknown words, with number 1; they are left out by default.
        analyzer: gives the words of a text, instead of `filters`, `lower` and `split`.
        **kwargs: `document_count`, of a stored tokenizer.

    Attributes:
        word_index: dict from word to number.
        index_word: dict from number to word.
        word_counts: dict from word to how often it occurs.
        word_docs: dict from word to the number of texts that it occurs in.
        index_docs: the same by number.
        document_count: number of texts.

    >>> tokenizer = keras.preprocessing.text.Tokenizer()
    >>> tokenizer.fit_on_texts(["The cat", "The dog and the cat"])
    >>> tokenizer.texts_to_sequences(["a dog, the cat"])
    [[3, 1, 2]]
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable | None = None,
        **kwargs: Any,
    ):
        self.num_words = kwargs.pop("nb_words", num_words)
        self.document_count = kwargs.pop("document_count", 0)
        if kwargs:
            raise TypeError(f"Tokenizer does not know the arguments {sorted(kwargs)}.")
        self.filters, self.lower, self.split = filters, lower, split
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.word_counts: OrderedDict[str, int] = OrderedDict()
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text: Any) -> list[str]:
        if isinstance(text, list):
            return [word.lower() for word in text] if self.lower else text
        if self.char_level:
            return list(text.lower() if self.lower else text)
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Iterable) -> None:
        """Count the words of texts, and number them anew.

        Args:
            texts: strings, or lists of words.
        """
        for text in texts:
            counts = Counter(self._words(text))
            self.document_count += 1
            for word, count in counts.items():
                self.word_counts[word] = self.word_counts.get(word, 0) + count
                self.word_docs[word] += 1
        first = [] if self.oov_token is None else [self.oov_token]
        falling = sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        self.word_index = {word: i for i, word in enumerate(first + falling, 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Any) -> None:
        """Count in how many sequences of numbers each number occurs, for mode "tfidf".

        Args:
            sequences: list of lists of numbers.
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts: Iterable) -> list[list[int]]:
        """The numbers of the words of each text.

        Args:
            texts: strings, or lists of words.
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable) -> Iterator[list[int]]:
        """Like `texts_to_sequences`, one text after the other."""
        unknown = self.word_index.get(self.oov_token)
        for text in texts:
            numbers = (self.word_index.get(word) for word in self._words(text))
            kept = (n if n is not None and self._is_used(n) else unknown for n in numbers)
            yield [number for number in kept if number is not None]

    def _is_used(self, number: int) -> bool:
        return not self.num_words or number < self.num_words

    def sequences_to_texts(self, sequences: Iterable) -> list[str]:
        """The words of each sequence of numbers, joined by spaces.

        Args:
            sequences: lists of numbers.
        """
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable) -> Iterator[str]:
        """Like `sequences_to_texts`, one sequence after the other."""
        known = self.oov_token in self.word_index
        unknown = self.oov_token if known else None
        for sequence in sequences:
            words = (
                self.index_word.get(number) if self._is_used(number) else None
                for number in sequence
            )
            kept = (unknown if word is None else word for word in words)
            yield " ".join(word for word in kept if word is not None)

    def texts_to_matrix(self, texts: Iterable, mode: str = "binary") -> np.ndarray:
        """One vector for each text, with a place for each word.

        Args:
            texts: strings, or lists of words.
            mode: "binary", "count", "freq" (fraction of the text's words) or "tfidf".
        """
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Any, mode: str = "binary") -> np.ndarray:
        """One vector for each sequence of numbers.

        Args:
            sequences: list of lists of numbers.
            mode: "binary", "count", "freq" or "tfidf".

        Returns:
            float64 array `(sequences, words)`.

        Raises:
            ValueError: for an unknown mode, or if the tokenizer is not fitted.
        """
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ValueError(f"mode must be 'binary', 'count', 'freq' or 'tfidf'; got {mode!r}.")
        if not self.num_words and not self.word_index:
            raise ValueError("Fit the Tokenizer on texts first, or make it with num_words.")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Mode 'tfidf' needs a Tokenizer that is fitted on texts.")
        size = self.num_words or len(self.word_index) + 1
        result = np.zeros((len(sequences), size))
        for row, sequence in zip(result, sequences):
            numbers = np.asarray(sequence, np.int64)
            row += np.bincount(numbers[numbers < size], minlength=size)
        if mode == "binary":
            return (result > 0).astype(float)
        if mode == "freq":
            lengths = np.array([len(sequence) or 1 for sequence in sequences])
            return result / lengths[:, None]
        if mode == "tfidf":
            documents = np.array([self.index_docs.get(number, 0) for number in range(size)])
            idf = np.log(1 + self.document_count / (1 + documents))
            return np.where(result > 0, 1 + np.log(np.maximum(result, 1)), 0) * idf
        return result

    def get_config(self) -> dict:
        """The constructor's arguments and what was counted, the latter as JSON strings."""
        settings = "num_words filters lower split char_level oov_token document_count".split()
        counts = "word_counts word_docs index_docs index_word word_index".split()
        return {
            **{name: getattr(self, name) for name in settings},
            **{name: json.dumps(getattr(self, name)) for name in counts},
        }

    def to_json(self, **kwargs: Any) -> str:
        """The tokenizer as a JSON string; `tokenizer_from_json` reads it.

        Args:
            **kwargs: arguments of `json.dumps`.
        """
        config = {"class_name": type(self).__name__, "config": self.get_config()}
        return json.dumps(config, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """A tokenizer from what `Tokenizer.to_json` returned.

    Args:
        json_string: the text.

    >>> tokenizer = keras.preprocessing.text.Tokenizer()
    >>> tokenizer.fit_on_texts(["a cat"])
    >>> keras.preprocessing.text.tokenizer_from_json(tokenizer.to_json()).word_index
    {'a': 1, 'cat': 2}
    """
    config = dict(json.loads(json_string)["config"])
    counts = {
        name: json.loads(config.pop(name))
        for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
    }
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = OrderedDict(counts["word_counts"])
    tokenizer.word_docs = defaultdict(int, counts["word_docs"])
    tokenizer.word_index = counts["word_index"]
    # JSON has only strings for keys.
    tokenizer.index_docs = defaultdict(int, {int(k): v for k, v in counts["index_docs"].items()})
    tokenizer.index_word = {int(k): v for k, v in counts["index_word"].items()}
    return tokenizer
