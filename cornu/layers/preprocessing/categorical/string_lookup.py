"""`StringLookup`: strings to numbers, and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.layers.preprocessing.categorical.index_lookup import IndexLookup
from cornu.layers.preprocessing.strings.fingerprints import fingerprint64, siphash
from cornu.layers.preprocessing.strings.inputs import batches, plain, to_utf8
from cornu.layers.preprocessing.strings.packed import PackedStrings, pack
from cornu.layers.preprocessing.strings.word_counts import count, count_documents
from cornu.layers.preprocessing.strings.word_table import WordTable


class StringLookup(IndexLookup):
    """Numbers for strings by a vocabulary, which is given or found by `adapt`.

    The layer runs on the host, in front of the compiled part of a model.

    Args:
        max_tokens: most words in the vocabulary, special ones included; no limit by default.
        num_oov_indices: how many numbers unknown strings share, by their hash. With 0 an unknown
            string is an error.
        mask_token: string that stands for nothing: number 0 in mode "int", left out in the others.
        oov_token: stands for unknown strings in the vocabulary.
        vocabulary: list of strings, or the path of a file with one a line.
        idf_weights: one inverse document frequency per string, for mode "tf_idf".
        invert: whether to go back from numbers to strings.
        output_mode: "int"; "one_hot" for each string; or for all strings along the last axis
            "multi_hot", "count" or "tf_idf".
        pad_to_max_tokens: whether vectors have `max_tokens` places however many words there are.
        sparse: must be False.
        encoding: of strings that come as bytes.
        name: the layer's name.
        salt: one or two integers; unknown strings are then hashed by SipHash with that key.
        **kwargs: `trainable` and `dtype`, as for every layer.

    Raises:
        ValueError: for arguments that do not go together.

    >>> layer = keras.layers.StringLookup(vocabulary=["a", "b"])
    >>> layer([["b", "a", "zebra"]]).tolist()
    [[2, 1, 0]]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ):
        self.encoding = encoding
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            "string",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            name=name,
            salt=salt,
            **kwargs,
        )

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Look up strings, or numbers with `invert`."""
        if not self.invert:
            inputs = plain(inputs)
        elif isinstance(inputs, (list, tuple)):
            inputs = np.asarray(inputs)
        return super().__call__(inputs, *args, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Look up strings, or numbers with `invert`."""
        self._require_vocabulary()
        if self.invert:
            return self._inverse(np.asarray(inputs))
        strings, shape = to_utf8(inputs, self.name, self.encoding)
        return self._encode(self.find(pack(strings)).reshape(shape))

    def find(self, strings: PackedStrings) -> np.ndarray:
        """The number of each string; -1 for masked ones, outside of mode "int".

        Raises:
            ValueError: for an unknown string if there is no number for them.
        """
        if self._table is None:
            words = [word.encode() for word in self._words]
            masked = [] if self.mask_token is None else [self.mask_token.encode()]
            self._table = WordTable(words + masked)
        found = self._table.find(strings)
        unknown = found < 0
        found += self._token_start()
        if self.mask_token is not None:
            is_mask = found == self._token_start() + len(self._words)
            found[is_mask] = 0 if self.output_mode == "int" else -1
        if not unknown.any():
            return found
        if self.num_oov_indices == 0:
            raise ValueError(
                f"Layer {self.name!r}: {strings.take(unknown)[0].decode()!r} is not in the "
                "vocabulary, and num_oov_indices=0 leaves no number for it. Use "
                "num_oov_indices=1, or complete the vocabulary."
            )
        found[unknown] = self._oov_start()
        if self.num_oov_indices > 1:
            others = strings.take(unknown)
            hashes = fingerprint64(others) if self.salt is None else siphash(others, self.salt)
            found[unknown] += (hashes % np.uint64(self.num_oov_indices)).astype(np.int32)
        return found

    def _inverse(self, numbers: np.ndarray) -> np.ndarray:
        if numbers.dtype.kind not in "iu":
            raise TypeError(
                f"Layer {self.name!r} turns integers to strings; got dtype {numbers.dtype}."
            )
        # Objects, since NumPy's own strings drop zero bytes at the end.
        words = np.array([*self.get_vocabulary(), self.oov_token], dtype=object)
        inside = (numbers >= 0) & (numbers < len(words) - 1)
        return words[np.where(inside, numbers, len(words) - 1)]

    def compute_output_spec(self, inputs: Any) -> Any:
        """Symbolic outputs for symbolic inputs."""
        if not self.invert and inputs.dtype != "string":
            raise TypeError(
                f"Layer {self.name!r} takes strings, got {inputs!r}. Use "
                "keras.Input(shape, dtype='string')."
            )
        return super().compute_output_spec(inputs)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        config = {**super().get_config(), "encoding": self.encoding}
        del config["vocabulary_dtype"]
        return config

    def _as_words(self, values: Any) -> list[str]:
        words, _ = to_utf8(values, self.name, self.encoding)
        return [word.decode() for word in words]

    def _forget_index(self) -> None:
        self._table: WordTable | None = None

    def _batches(self, data: Any, steps: int | None) -> Iterator:
        is_array = isinstance(data, (str, list, tuple)) or hasattr(data, "shape")
        for batch in batches(data, steps):
            strings, shape = to_utf8(batch, self.name, self.encoding)
            # An array with one axis holds a document in each string, a batch of a data set is one.
            rows = len(strings) if is_array and len(shape) == 1 else shape[0] if shape[1:] else 1
            yield pack(strings), np.linspace(0, len(strings), rows + 1).astype(np.int64)

    def update_state(self, data: Any) -> None:
        """Count the strings of one batch.

        Args:
            data: strings, or packed strings with the places where documents begin.
        """
        if not isinstance(data, tuple) or not isinstance(data[0], PackedStrings):
            for packed in self._batches(data, None):
                super().update_state(packed)
            return
        super().update_state(data)

    def _count(self, batch: tuple[PackedStrings, np.ndarray]) -> None:
        strings, rows = batch
        self._counts.update(count(strings))
        if self.output_mode == "tf_idf":
            self._documents.update(count_documents(strings, rows))
            self._num_documents += len(rows) - 1

    def _from_counted(self, words: list[bytes]) -> list[str]:
        return [word.decode() for word in words]
