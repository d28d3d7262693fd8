"""What `StringLookup` and `IntegerLookup` share: a vocabulary, and from its words to numbers."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from cornu.core.layer import Layer
from cornu.engine import config, limits
from cornu.engine.limits import BYTES_PER_NUMBER
from cornu.layers.preprocessing.categorical import encoding, vocabulary
from cornu.ops.symbolic import KerasTensor

MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


class IndexLookup(Layer):
    """Numbers for the words of a vocabulary; subclasses say what a word is.

    Number 0 is the mask's, if there is one and the output mode is "int"; next come those for
    unknown words, then the vocabulary.
    """

    host_capable = True
    reads_integers = True

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary_dtype: str,
        vocabulary: Any = None,
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
        self._frozen_vocab_size = kwargs.pop("vocabulary_size", None)
        has_vocabulary = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        super().__init__(name=name, autocast=False, **kwargs)
        owner = f"{type(self).__name__} {self.name!r}"
        self.output_mode = encoding.checked_mode(output_mode, MODES, owner)
        encoding.check_dense(sparse, owner)
        if max_tokens is not None and max_tokens <= 1:
            raise ValueError(f"{owner}: max_tokens must be above 1; got {max_tokens}.")
        if pad_to_max_tokens and max_tokens is None:
            raise ValueError(f"{owner}: pad_to_max_tokens=True needs max_tokens.")
        if num_oov_indices < 0:
            raise ValueError(f"{owner}: num_oov_indices cannot be negative; got {num_oov_indices}.")
        if oov_method not in ("floormod", "farmhash"):
            raise ValueError(
                f"{owner}: oov_method must be 'floormod' or 'farmhash'; got {oov_method!r}."
            )
        if salt is not None and vocabulary_dtype != "string" and oov_method != "farmhash":
            raise ValueError(f"{owner}: salt needs oov_method='farmhash'; got {oov_method!r}.")
        if invert and self.output_mode != "int":
            raise ValueError(f"{owner}: invert=True needs output_mode='int'; got {output_mode!r}.")
        if idf_weights is not None and self.output_mode != "tf_idf":
            raise ValueError(
                f"{owner}: idf_weights need output_mode='tf_idf'; got {output_mode!r}."
            )
        limits.spend("memory", BYTES_PER_NUMBER * num_oov_indices, f"{owner}: num_oov_indices")
        self.invert, self.max_tokens, self.num_oov_indices = invert, max_tokens, num_oov_indices
        self.mask_token, self.oov_token = mask_token, oov_token
        self.sparse, self.pad_to_max_tokens = sparse, pad_to_max_tokens
        self.vocabulary_dtype, self.oov_method = vocabulary_dtype, oov_method
        self.salt = checked_salt(salt, owner)
        self._held = Held()
        self._held.given = None if isinstance(vocabulary, str) else as_list(vocabulary)
        self._held.given_weights = as_list(idf_weights)
        self._has_input_vocabulary = has_vocabulary
        self.idf_weights: np.ndarray | None = None
        self._shape_is_used = False
        if has_vocabulary and self.output_mode == "tf_idf" and idf_weights is None:
            raise ValueError(f"{owner}: a vocabulary in mode 'tf_idf' needs idf_weights too.")
        self._forget_index()
        self.reset_state()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    @property
    def _words(self) -> list:
        return self._held.words

    @property
    def input_vocabulary(self) -> list | None:
        """The vocabulary given to the constructor as a list."""
        return self._held.given

    @property
    def input_idf_weights(self) -> list | None:
        """The weights given to the constructor."""
        return self._held.given_weights

    # --- what subclasses write -----------------------------------------------------------------

    def _as_words(self, values: Any) -> list:
        """Words as Python values, from what the user passed or a file holds."""
        raise NotImplementedError

    def _count(self, batch: Any) -> None:
        """Count the words of a batch in `_counts`, for mode "tf_idf" in `_documents` too."""
        raise NotImplementedError

    def _from_counted(self, words: list) -> list:
        """Words from the form in which they were counted."""
        return words

    # --- vocabulary ----------------------------------------------------------------------------

    def _oov_start(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    def _token_start(self) -> int:
        return self._oov_start() + self.num_oov_indices

    def _special(self) -> list:
        return [self.mask_token] * self._oov_start() + [self.oov_token] * self.num_oov_indices

    def get_vocabulary(self, include_special_tokens: bool = True) -> list:
        """The vocabulary, in the order of its numbers.

        Args:
            include_special_tokens: whether to put the mask and the words for unknown words first.
        """
        return [*self._special(), *self._words] if include_special_tokens else list(self._words)

    def vocabulary_size(self) -> int:
        """Number of words, special ones included."""
        return self._token_start() + len(self._words)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Set the vocabulary, instead of `adapt`.

        Args:
            vocabulary: words, with or without the special ones in front; or the path of a text
                file with one word a line.
            idf_weights: one inverse document frequency for each, in mode "tf_idf".

        Raises:
            ValueError: for repeated words, special words in a wrong place, too many words, or
                weights that are missing or too many.
        """
        if (self.output_mode == "tf_idf") != (idf_weights is not None):
            raise ValueError(
                f"Layer {self.name!r}: idf_weights go with output_mode='tf_idf' and only with it; "
                f"got output_mode={self.output_mode!r}, idf_weights={idf_weights}."
            )
        if isinstance(vocabulary, str):
            vocabulary = read_vocabulary(vocabulary, self.name)
        given = self._as_words(vocabulary)
        words = vocabulary_without(given, self._special())
        reserved = self.oov_token if self.invert else None
        check_vocabulary(words, self.mask_token, reserved, self._special(), self.name)
        size = self._token_start() + len(words)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                f"Layer {self.name!r}: the vocabulary has {size} words, special ones included; "
                f"max_tokens allows {self.max_tokens}."
            )
        weights = None
        if idf_weights is not None:
            weights = np.asarray(idf_weights, config.floatx())
            if weights.shape != (len(given),):
                raise ValueError(
                    f"Layer {self.name!r}: idf_weights must hold one number for each of the "
                    f"{len(given)} words; got an array of shape {weights.shape}."
                )
            weights = self._with_special_weights(weights, len(given) > len(words))
        self._use(words, weights)

    def _with_special_weights(self, weights: np.ndarray, complete: bool = False) -> np.ndarray:
        """Weights also for unknown words, the mean of the others, and for empty places, 0."""
        front = 0 if complete else self._token_start()
        size = front + len(weights)
        back = self.max_tokens - size if self.pad_to_max_tokens else 0
        mean = weights.mean() if len(weights) else 0
        parts = [np.full(front, mean), weights, np.zeros(back)]
        return np.concatenate(parts).astype(config.floatx())

    def _use(self, words: list, weights: np.ndarray | None) -> None:
        size = self._token_start() + len(words)
        fixed = self._shape_is_used and self.output_mode != "int" and not self.pad_to_max_tokens
        if fixed and self._frozen_vocab_size not in (None, size):
            raise RuntimeError(
                f"Layer {self.name!r} is part of a graph with {self._frozen_vocab_size} words, so "
                f"its vocabulary cannot get {size}. Set it before the graph is made, or use "
                "pad_to_max_tokens=True."
            )
        self._held.words, self._frozen_vocab_size = words, size
        if weights is not None:
            self.idf_weights = weights
        self._forget_index()

    def _forget_index(self) -> None:
        """Drop what was computed from the vocabulary."""

    # --- adapting ------------------------------------------------------------------------------

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Make the vocabulary of the words in data, the most frequent ones first.

        Args:
            data: words in an array, list or column, or an iterable of batches of them.
            steps: number of batches to take; all by default.

        Raises:
            ValueError: if there is no data, or the layer was made with a vocabulary.
        """
        self.reset_state()
        for batch in self._batches(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the words of one batch."""
        if self._has_input_vocabulary:
            raise ValueError(
                f"Layer {self.name!r} was made with a vocabulary, so there is nothing to adapt. "
                "Make it without `vocabulary`."
            )
        self._count(data)

    def finalize_state(self) -> None:
        """Make the vocabulary of the words counted."""
        counted, counts = list(self._counts), np.array(list(self._counts.values()), np.int64)
        if not counted:
            raise ValueError(f"Layer {self.name!r}: adapt got no data.")
        words, order = vocabulary.by_frequency(self._from_counted(counted), counts)
        special = {self.mask_token, self.oov_token}
        kept = [i for i, word in enumerate(words) if word not in special]
        most = None if self.max_tokens is None else self.max_tokens - self._token_start()
        kept = kept[:most]
        weights = None
        if self.output_mode == "tf_idf":
            frequency = 1 + np.array([self._documents[counted[i]] for i in order[kept].tolist()])
            weights = self._with_special_weights(np.log(1 + self._num_documents / frequency))
        self._use([words[i] for i in kept], weights)
        self.reset_state()

    def reset_state(self) -> None:
        """Forget the words counted so far."""
        self._counts: Counter = Counter()
        self._documents: Counter = Counter()
        self._num_documents = 0

    # --- calling -------------------------------------------------------------------------------

    def _require_vocabulary(self) -> None:
        if not self._words:
            raise RuntimeError(
                f"Layer {self.name!r} has no vocabulary yet. Call `adapt` on data, or pass a "
                "`vocabulary`, before it is used."
            )

    def _depth(self) -> int | None:
        return self.max_tokens if self.pad_to_max_tokens else self._frozen_vocab_size

    def _encode(self, indices: Any) -> Any:
        """The output mode's form of numbers; those of masked words are -1."""
        if self.output_mode == "int":
            return indices.astype(encoding.index_dtype())
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        found = encoding.encode(indices, mode, self._depth(), config.floatx())
        return found * self.idf_weights if self.output_mode == "tf_idf" else found

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Shape of the outputs for a shape of the inputs."""
        if self.output_mode != "int":
            if self._depth() is None:
                self._require_vocabulary()
            self._shape_is_used = True
        return encoding.encoded_shape(input_shape, self.output_mode, self._depth())

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Symbolic outputs for symbolic inputs."""
        dtype = "int64" if self.output_mode == "int" else config.floatx()
        if self.invert:
            dtype = self.vocabulary_dtype
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype)

    @property
    def compute_dtype(self) -> str:
        """Dtype of the words."""
        return self.vocabulary_dtype

    @property
    def variable_dtype(self) -> str:
        """Dtype of the words."""
        return self.vocabulary_dtype

    # --- config and files ----------------------------------------------------------------------

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "invert": self.invert,
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "oov_token": self.oov_token,
            "mask_token": self.mask_token,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "vocabulary_dtype": self.vocabulary_dtype,
            "idf_weights": self.input_idf_weights,
            "vocabulary": self.input_vocabulary,
            "vocabulary_size": self._frozen_vocab_size,
            "oov_method": self.oov_method,
            "salt": self.salt,
        }

    @classmethod
    def from_config(cls, config: dict) -> IndexLookup:
        """A layer made from what `get_config` returned."""
        vocabulary.refuse_path_in_file(config, config.get("name", cls.__name__))
        return super().from_config(config)

    def get_build_config(self) -> dict:
        """Nothing: there is nothing to build."""
        return {}

    def build_from_config(self, config: dict) -> None:
        """Mark the layer as built."""
        self.built = True

    def save_own_variables(self, store: Any) -> None:
        """Put the inverse document frequencies into a dict-like store."""
        if self.output_mode == "tf_idf" and self.idf_weights is not None:
            store["idf_weights"] = self.idf_weights

    def load_own_variables(self, store: Any) -> None:
        """Take the inverse document frequencies from a store."""
        if self.output_mode == "tf_idf" and "idf_weights" in store:
            self.idf_weights = np.asarray(store["idf_weights"], config.floatx())

    def save_assets(self, dir_path: str) -> None:
        """Write a vocabulary that the config does not hold into a folder."""
        if self.input_vocabulary is None:
            vocabulary.save(dir_path, self.get_vocabulary())

    def load_assets(self, dir_path: str) -> None:
        """Read the vocabulary that `save_assets` wrote."""
        if self.input_vocabulary is None:
            found = self._as_words(vocabulary.load(dir_path))
            self._use(vocabulary_without(found, self._special()), None)


class Held:
    """Long lists of a layer, kept where a search for the layer's variables does not walk."""

    def __init__(self) -> None:
        self.words: list = []
        self.given: list | None = None
        self.given_weights: list | None = None


# The constructor's argument hides the module's name.
read_vocabulary = vocabulary.read_file
check_vocabulary = vocabulary.check
vocabulary_without = vocabulary.without_special


def checked_salt(salt: Any, owner: str) -> list[int] | None:
    """A salt as two integers.

    Raises:
        ValueError: if it is neither an integer nor a pair of them.
    """
    if salt is None:
        return None
    if isinstance(salt, int):
        return [salt, salt]
    if isinstance(salt, (tuple, list)) and len(salt) == 2:
        return list(salt)
    raise ValueError(f"{owner}: salt must be an integer or a pair of integers; got {salt!r}.")


def as_list(values: Any) -> list | None:
    """An argument as a list for the config; None stays None."""
    return None if values is None else np.asarray(values).tolist()
