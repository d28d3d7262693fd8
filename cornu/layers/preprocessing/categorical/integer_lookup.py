"""`IntegerLookup`: integers to the numbers 0, 1, 2, ..., and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.layers.preprocessing.categorical import encoding
from cornu.layers.preprocessing.categorical.index_lookup import IndexLookup
from cornu.layers.preprocessing.strings.inputs import batches
from cornu.layers.preprocessing.strings.integer_hashes import hash_integers

INT32 = np.iinfo(np.int32)


class IntegerLookup(IndexLookup):
    """Numbers for integers by a vocabulary, which is given or found by `adapt`.

    NumPy arrays are looked up on the host, in 64 bits; in compiled programs the layer is compiled.

    Args:
        max_tokens: most integers in the vocabulary, special ones included; no limit by default.
        num_oov_indices: how many numbers unknown integers share. With 0 an unknown one is an error
            on the host, and -1 in compiled programs.
        mask_token: integer that stands for nothing: number 0 in mode "int", left out in the others.
        oov_token: what `invert` gives for unknown numbers.
        vocabulary: integers, or the path of a file with one a line.
        vocabulary_dtype: must be "int64".
        idf_weights: one inverse document frequency per integer, for mode "tf_idf".
        invert: whether to go back from numbers to integers of the vocabulary.
        output_mode: "int"; "one_hot" for each integer; or for all integers along the last axis
            "multi_hot", "count" or "tf_idf".
        sparse: must be False.
        pad_to_max_tokens: whether vectors have `max_tokens` places however many integers there are.
        oov_method: "floormod", unknown integers share numbers by the rest of a division; or
            "farmhash", by a hash of their decimal digits.
        salt: one or two integers, with "farmhash": SipHash with that key is used instead.
        name: the layer's name.
        **kwargs: `trainable` and `dtype`, as for every layer.

    Raises:
        ValueError: for arguments that do not go together.

    >>> layer = keras.layers.IntegerLookup(vocabulary=[12, 36, 1138])
    >>> layer([[36, 12, 7]]).tolist()
    [[2, 1, 0]]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        if vocabulary_dtype != "int64":
            raise ValueError(
                f"IntegerLookup: vocabulary_dtype must be 'int64'; got {vocabulary_dtype!r}."
            )
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary_dtype,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=oov_method,
            salt=salt,
            name=name,
            **kwargs,
        )

    def _converted(self, structure: Any) -> Any:
        # NumPy arrays stay what they are: JAX would cut them to 32 bits.
        return structure

    def call(self, inputs: Any) -> Any:
        """Look up integers, or numbers with `invert`."""
        self._require_vocabulary()
        inputs = self._as_integers(inputs)
        if self.invert:
            return self._inverse(inputs)
        return self._encode(self._find(inputs))

    def _as_integers(self, values: Any) -> Any:
        if not hasattr(values, "dtype") or not hasattr(values, "astype") or _is_table(values):
            values = np.asarray(values)
        if values.dtype.kind == "f":
            # Graphs may carry integers as floats.
            values = values.astype(encoding.index_dtype() if _is_jax(values) else np.int64)
        if values.dtype.kind not in "iub":
            raise TypeError(
                f"Layer {self.name!r} takes integers, got dtype {values.dtype}. For strings, use "
                "StringLookup."
            )
        return values

    def _find(self, values: Any) -> Any:
        xp = encoding.namespace(values)
        keys, numbers = self._sorted(values.dtype)
        place = xp.clip(xp.searchsorted(keys, values), 0, len(keys) - 1)
        known = xp.asarray(keys)[place] == values
        found = xp.where(known, xp.asarray(numbers)[place], self._unknown(values, known))
        if self.mask_token is not None:
            masked = 0 if self.output_mode == "int" else -1
            found = xp.where(values == self.mask_token, masked, found)
        return found

    def _sorted(self, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
        """The vocabulary in rising order, and the number of each integer."""
        keys = np.array(self._words, np.int64)
        order = np.argsort(keys)
        keys, numbers = keys[order], (order + self._token_start()).astype(np.int32)
        if np.dtype(dtype).itemsize < 8:
            # What does not fit 32 bits cannot occur in them.
            fits = (keys >= INT32.min) & (keys <= INT32.max)
            keys, numbers = keys[fits].astype(np.int32), numbers[fits]
            if not len(keys):
                return np.zeros(1, np.int32), np.full(1, self._oov_start(), np.int32)
        return keys, numbers

    def _unknown(self, values: Any, known: Any) -> Any:
        """The numbers of integers that are not in the vocabulary."""
        if self.num_oov_indices == 0:
            if not _is_jax(values):
                other = ~known if self.mask_token is None else ~known & (values != self.mask_token)
                if other.any():
                    raise ValueError(
                        f"Layer {self.name!r}: {values[other].flat[0]} is not in the vocabulary, "
                        "and num_oov_indices=0 leaves no number for it. Use num_oov_indices=1, or "
                        "complete the vocabulary."
                    )
            return -1
        if self.num_oov_indices == 1:
            return self._oov_start()
        if self.oov_method == "farmhash":
            bins = hash_integers(values, self.num_oov_indices, self.salt)
        else:
            bins = values % self.num_oov_indices
        return bins.astype(np.int32) + self._oov_start()

    def _inverse(self, numbers: Any) -> Any:
        xp = encoding.namespace(numbers)
        words = xp.asarray(np.array([*self.get_vocabulary(), self.oov_token]))
        inside = (numbers >= 0) & (numbers < len(words) - 1)
        found = words[xp.where(inside, numbers, len(words) - 1)]
        return found if xp is jnp else found.astype(encoding.index_dtype())

    def _as_words(self, values: Any) -> list[int]:
        words = np.asarray(values)
        if words.dtype.kind not in "iu" and not isinstance(values, list):
            raise TypeError(
                f"Layer {self.name!r}: the vocabulary must hold integers; got {words.dtype}."
            )
        return [int(word) for word in words.ravel().tolist()]

    def _batches(self, data: Any, steps: int | None) -> Iterator:
        for batch in batches(data, steps):
            values = self._as_integers(np.asarray(batch))
            yield values[:, None] if values.ndim == 1 and hasattr(data, "__len__") else values

    def _count(self, batch: Any) -> None:
        values = np.atleast_2d(self._as_integers(batch))
        words, counts = np.unique(values, return_counts=True)
        self._counts.update(dict(zip(words.tolist(), counts.tolist())))
        if self.output_mode == "tf_idf":
            for row in values:
                self._documents.update(np.unique(row).tolist())
            self._num_documents += len(values)


def _is_jax(values: Any) -> bool:
    return encoding.namespace(values) is jnp


def _is_table(values: Any) -> bool:
    return hasattr(values, "to_numpy")
