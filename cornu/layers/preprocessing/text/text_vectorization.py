"""`TextVectorization`: texts to sequences of word numbers, or to one vector each."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu.core import registry
from cornu.core.layer import Layer
from cornu.engine import config, limits
from cornu.engine.limits import BYTES_PER_NUMBER
from cornu.layers.preprocessing.categorical import encoding, vocabulary
from cornu.layers.preprocessing.categorical.index_lookup import MODES
from cornu.layers.preprocessing.categorical.string_lookup import StringLookup
from cornu.layers.preprocessing.strings.inputs import batches, plain, to_utf8
from cornu.layers.preprocessing.strings.packed import PackedStrings, pack
from cornu.layers.preprocessing.text import splitting
from cornu.ops.symbolic import KerasTensor

STANDARDIZATIONS = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLITS = ("whitespace", "character")


class TextVectorization(Layer):
    """Texts standardized, split to tokens, joined to n-grams, and looked up in a vocabulary.

    The vocabulary is given, or found by `adapt`. The layer runs on the host, in front of the
    compiled part of a model. Lower case and white space are those of ASCII, as in Keras; a
    callable `standardize` can do more.

    Args:
        max_tokens: most words in the vocabulary, special ones included; no limit by default.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation", None, or a
            callable from a NumPy array of str to one of the same shape.
        split: "whitespace", "character", None (each string is one token), or a callable from a
            NumPy array of str `(texts,)` to a list with a list of tokens for each.
        ngrams: join up to so many neighboring tokens; a tuple says how many exactly.
        output_mode: "int"; or one vector per text: "multi_hot", "count" or "tf_idf".
        output_sequence_length: length of the sequences in mode "int", padded with 0 or cut; that
            of the longest text in the call by default.
        pad_to_max_tokens: whether vectors have `max_tokens` places however many words there are.
        vocabulary: list of words, or the path of a file with one a line.
        idf_weights: one inverse document frequency per word, for mode "tf_idf".
        sparse: must be False.
        ragged: must be False.
        encoding: of texts that come as bytes.
        name: the layer's name.
        **kwargs: `trainable` and `dtype`, as for every layer.

    Raises:
        ValueError: for arguments that do not go together.

    >>> layer = keras.layers.TextVectorization(output_sequence_length=4)
    >>> layer.adapt(["The dog!", "The cat, the dog..."])
    >>> layer.get_vocabulary()
    ['', '[UNK]', 'the', 'dog', 'cat']
    >>> layer(["A dog and the cat"]).tolist()
    [[1, 3, 1, 2]]
    """

    host_capable = True

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: str | Callable | None = "lower_and_strip_punctuation",
        split: str | Callable | None = "whitespace",
        ngrams: int | tuple[int, ...] | None = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ):
        given = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        super().__init__(name=name, autocast=False, **kwargs)
        owner = f"TextVectorization {self.name!r}"
        self._standardize = _checked(standardize, STANDARDIZATIONS, "standardize", owner)
        self._split = _checked(split, SPLITS, "split", owner)
        self._output_mode = checked_mode(output_mode, MODES, owner)
        if ragged:
            raise ValueError(
                f"{owner}: ragged=True is not supported, since arrays have one length. Leave it "
                "out, or set output_sequence_length: shorter texts are padded with 0, which an "
                "Embedding with mask_zero=True leaves out."
            )
        if output_sequence_length is not None and self._output_mode != "int":
            raise ValueError(
                f"{owner}: output_sequence_length goes with output_mode='int'; got {output_mode!r}."
            )
        if not isinstance(output_sequence_length, (int, np.integer, type(None))):
            raise ValueError(
                f"{owner}: output_sequence_length must be an int; got {output_sequence_length!r}."
            )
        self._ngrams_arg, self._ngrams = ngrams, _widths(ngrams, owner)
        self._output_sequence_length = output_sequence_length
        self._encoding, self._ragged = encoding, ragged
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=self._output_mode,
            sparse=sparse,
            has_input_vocabulary=given,
            encoding=encoding,
            vocabulary_size=vocabulary_size,
        )

    @property
    def compute_dtype(self) -> str:
        """Dtype of the inputs."""
        return "string"

    @property
    def variable_dtype(self) -> str:
        """Dtype of the inputs."""
        return "string"

    # --- vocabulary ----------------------------------------------------------------------------

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Make the vocabulary of the tokens of texts, the most frequent ones first.

        Args:
            data: texts in a list, array or column, or an iterable of batches of texts.
            batch_size: not used; kept for compatibility.
            steps: number of batches to take; all by default.

        Raises:
            ValueError: if there is no data, or the layer was made with a vocabulary.
        """
        self.reset_state()
        for batch in batches(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the tokens of one batch of texts."""
        texts, _ = self._texts(data)
        for part in splitting.blocks(texts):
            self._lookup_layer.update_state(self._tokens(texts[part]))

    def finalize_state(self) -> None:
        """Make the vocabulary of the tokens counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forget the tokens counted so far."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The vocabulary, in the order of its numbers.

        Args:
            include_special_tokens: whether to put '' (padding) and '[UNK]' (unknown) first.
        """
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """Number of words, special ones included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Set the vocabulary, instead of `adapt`.

        Args:
            vocabulary: words, or the path of a text file with one a line.
            idf_weights: one inverse document frequency for each, in mode "tf_idf".
        """
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights=idf_weights)

    # --- calling -------------------------------------------------------------------------------

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Vectorise texts."""
        return super().__call__(plain(inputs), *args, **kwargs)

    def call(self, inputs: Any) -> np.ndarray:
        """Vectorise texts.

        Args:
            inputs: strings of shape `(batch,)` or `(batch, 1)`, or one string.

        Returns:
            int32 `(batch, length)` in mode "int", else floats `(batch, words)`.
        """
        self._lookup_layer._require_vocabulary()
        texts, shape = self._texts(inputs)
        if self._split is None and self._ngrams is None:
            return self._without_split(texts, shape)
        parts = [self._vectorized(texts[part]) for part in splitting.blocks(texts)]
        result = _stacked(parts)
        return result if shape else result[0]

    def _texts(self, inputs: Any) -> tuple[list[bytes], tuple]:
        texts, shape = to_utf8(inputs, self.name, self._encoding)
        if self._split is not None and len(shape) > 1:
            if shape[-1] != 1 or len(shape) > 2:
                raise ValueError(
                    f"Layer {self.name!r} splits texts of shape (batch,) or (batch, 1); got "
                    f"{shape}. Give each text a row of its own, or use split=None."
                )
            shape = shape[:-1]
        if callable(self._standardize):
            array = np.array([text.decode() for text in texts], str).reshape(shape)
            texts, _ = to_utf8(np.asarray(self._standardize(array)), self.name)
        return texts, shape

    def _tokens(self, texts: Sequence[bytes]) -> tuple[PackedStrings, np.ndarray]:
        """The tokens of texts, and where each text's begin."""
        name = None if callable(self._standardize) else self._standardize
        table, deleted = splitting.standardize_table(name, self._split)
        if callable(self._split):
            plain = [text.translate(table, deleted).decode() for text in texts]
            rows = self._split(np.array(plain, dtype=object))
            rows = [to_utf8(list(row), self.name)[0] for row in rows]
            tokens, starts = splitting.pack_rows(rows)
        elif self._split is None:
            tokens = pack([text.translate(table, deleted) for text in texts])
            starts = np.arange(len(texts) + 1)
        else:
            tokens, starts = splitting.split_texts(texts, self._split, table, deleted)
        if self._ngrams is not None:
            tokens, starts = splitting.ngrams(tokens, starts, self._ngrams)
        return tokens, starts

    def _vectorized(self, texts: Sequence[bytes]) -> np.ndarray:
        tokens, starts = self._tokens(texts)
        rows = len(starts) - 1
        lookup = self._lookup_layer
        if self._output_mode == "int":
            longest = int(np.diff(starts).max(initial=0))
            width = self._output_sequence_length
            width = longest if width is None else int(width)
            kept, places = _fit(starts, width)
            result = np.zeros(rows * width, index_dtype())
            # What is cut off need not be looked up.
            result[places] = lookup.find(tokens if kept is None else tokens.take(kept))
            return result.reshape(rows, width)
        row = np.repeat(np.arange(rows), np.diff(starts))
        mode = "count" if self._output_mode == "tf_idf" else self._output_mode
        found = lookup.find(tokens)
        result = scatter(row, found, (rows,), mode, lookup._depth(), config.floatx())
        return result * lookup.idf_weights if self._output_mode == "tf_idf" else result

    def _without_split(self, texts: list[bytes], shape: tuple) -> np.ndarray:
        """Each string is one token, and stays in its place."""
        tokens, _ = self._tokens(texts)
        lookup, width = self._lookup_layer, self._output_sequence_length
        result = lookup._encode(lookup.find(tokens).reshape(shape))
        if self._output_mode != "int" or width is None or not shape:
            return result
        missing = max(0, width - shape[-1])
        return np.pad(result[..., :width], [(0, 0)] * (len(shape) - 1) + [(0, missing)])

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Shape of the outputs for a shape of the inputs."""
        shape = tuple(input_shape)
        if self._output_mode == "int":
            if self._split is None and self._ngrams is None:
                length = self._output_sequence_length
                return shape if length is None else (*shape[:-1], length)
            return (shape[0], self._output_sequence_length)
        if self._split is not None:
            shape = (shape[0], None)
        return self._lookup_layer.compute_output_shape(shape)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Symbolic outputs for symbolic inputs."""
        if inputs.dtype != "string":
            raise TypeError(
                f"Layer {self.name!r} takes strings, got {inputs!r}. Use "
                "keras.Input(shape=(1,), dtype='string')."
            )
        dtype = "int64" if self._output_mode == "int" else config.floatx()
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype)

    # --- config and files ----------------------------------------------------------------------

    def get_config(self) -> dict:
        """The constructor's arguments."""
        lookup = self._lookup_layer
        return {
            **super().get_config(),
            "max_tokens": lookup.max_tokens,
            "standardize": registry.serialize(self._standardize),
            "split": registry.serialize(self._split),
            "ngrams": self._ngrams_arg,
            "output_mode": self._output_mode,
            "output_sequence_length": self._output_sequence_length,
            "pad_to_max_tokens": lookup.pad_to_max_tokens,
            "sparse": lookup.sparse,
            "ragged": self._ragged,
            "vocabulary": lookup.input_vocabulary,
            "idf_weights": lookup.input_idf_weights,
            "encoding": self._encoding,
            "vocabulary_size": self.vocabulary_size(),
        }

    @classmethod
    def from_config(cls, config: dict) -> TextVectorization:
        """A layer made from what `get_config` returned."""
        vocabulary.refuse_path_in_file(config, config.get("name", cls.__name__))
        config = dict(config)
        for name in ("standardize", "split"):
            if not isinstance(config.get(name), (str, type(None))):
                config[name] = registry.deserialize(config[name], expected=(types.FunctionType,))
        if isinstance(config.get("ngrams"), list):
            config["ngrams"] = tuple(config["ngrams"])
        return super().from_config(config)

    def build_from_config(self, config: dict) -> None:
        """Mark the layer as built."""
        self.built = True

    def save_own_variables(self, store: Any) -> None:
        """Put the inverse document frequencies into a dict-like store."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """Take the inverse document frequencies from a store."""
        self._lookup_layer.load_own_variables(store)

    def save_assets(self, dir_path: str) -> None:
        """Write a vocabulary that the config does not hold into a folder."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: str) -> None:
        """Read the vocabulary that `save_assets` wrote."""
        self._lookup_layer.load_assets(dir_path)


# The constructor's argument hides the module's name.
checked_mode, index_dtype, scatter = encoding.checked_mode, encoding.index_dtype, encoding.scatter


def _checked(value: Any, names: tuple[str, ...], argument: str, owner: str) -> Any:
    if value is None or callable(value) or value in names:
        return value
    raise ValueError(
        f"{owner}: {argument} must be one of {', '.join(map(repr, names))}, None or a callable; "
        f"got {value!r}."
    )


def _widths(ngrams: Any, owner: str) -> tuple[int, ...] | None:
    if ngrams is None:
        return None
    if isinstance(ngrams, int):
        limits.spend("memory", BYTES_PER_NUMBER * max(ngrams, 0), f"{owner}: ngrams")
    widths = tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams
    valid = isinstance(widths, tuple) and all(isinstance(n, int) and n > 0 for n in widths)
    if not valid or not widths:
        raise ValueError(
            f"{owner}: ngrams must be a positive int or a tuple of them; got {ngrams!r}."
        )
    return widths


def _fit(starts: np.ndarray, width: int) -> tuple[np.ndarray | None, np.ndarray]:
    """Which tokens fit into rows of a width, and their places in the flat result.

    Args:
        starts: int array `(rows + 1,)`, where each row's tokens begin.
        width: length of a row of the result.

    Returns:
        The indices of the tokens, None for all, and int array of as many places.
    """
    lengths = np.diff(starts)
    kept = np.minimum(lengths, width)
    begin = np.cumsum(kept) - kept
    position = np.arange(int(kept.sum()))
    rows = np.arange(len(lengths))
    places = position + np.repeat(rows * width - begin, kept)
    if (lengths <= width).all():
        return None, places
    return position + np.repeat(starts[:-1] - begin, kept), places


def _stacked(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Parts one under the other, filled up with zeros to the width of the widest."""
    if len(parts) == 1:
        return parts[0]
    width = max(part.shape[1] for part in parts)
    result = np.zeros((sum(map(len, parts)), width), parts[0].dtype)
    first = 0
    for part in parts:
        result[first : first + len(part), : part.shape[1]] = part
        first += len(part)
    return result
