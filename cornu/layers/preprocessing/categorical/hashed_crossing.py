"""`HashedCrossing`: combinations of several categories to a fixed number of bins."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core.dtype_policy import serialize_map_or
from cornu.core.host_stage import holds_strings
from cornu.core.layer import Layer
from cornu.layers.preprocessing.categorical import encoding
from cornu.layers.preprocessing.strings.fingerprints import combine, fingerprint64
from cornu.layers.preprocessing.strings.inputs import to_utf8
from cornu.layers.preprocessing.strings.packed import pack
from cornu.ops.symbolic import KerasTensor

START = np.uint64(0xDECAFCAFFE)


class HashedCrossing(Layer):
    """One category for each combination of values of two or more features, by hashing.

    Args:
        num_bins: number of bins.
        output_mode: "int" or "one_hot".
        sparse: must be False.
        name: the layer's name.
        dtype: dtype of the result; "int64" by default in mode "int".
        **kwargs: `trainable`, as for every layer.

    Raises:
        ValueError: for an unknown mode, or inputs that do not go together.

    >>> layer = keras.layers.HashedCrossing(num_bins=5)
    >>> layer((["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102])).tolist()
    [1, 4, 1, 1, 3]
    """

    host_capable = True
    reads_integers = True

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        dtype = "int64" if output_mode == "int" and dtype is None else dtype
        super().__init__(name=name, dtype=dtype, autocast=False, **kwargs)
        owner = f"HashedCrossing {self.name!r}"
        self.output_mode = encoding.checked_mode(output_mode, ("int", "one_hot"), owner)
        encoding.check_dense(sparse, owner)
        self.num_bins, self.sparse = num_bins, sparse

    def _converted(self, structure: Any) -> Any:
        # NumPy arrays stay what they are: JAX would cut them to 32 bits.
        return structure

    def call(self, inputs: Any) -> Any:
        """Cross the features, given as a list or tuple of strings or integers of one shape."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(
                f"Layer {self.name!r} takes a list or tuple of at least two features; got "
                f"{type(inputs).__name__}."
            )
        parts = [self._words(value) for value in inputs]
        shapes = [tuple(part.shape) for part in parts]
        self._check_shapes(shapes)
        traced = any(isinstance(part, jax.Array) for part in parts)
        if not traced:
            return self._encode(self._cross(parts))
        # 64-bit arithmetic in the midst of a program that computes in 32 bits.
        with jax.enable_x64(True):
            found = self._cross(
                [jnp.asarray(p).astype(jnp.int64).astype(jnp.uint64) for p in parts]
            )
            found = found.astype(jnp.int32)
        return self._encode(found)

    def _cross(self, parts: list) -> Any:
        result = START
        for part in parts:
            result = combine(result, part)
        return result % np.uint64(self.num_bins)

    def _encode(self, found: Any) -> Any:
        found = found if isinstance(found, jax.Array) else np.asarray(found).astype(np.int64)
        return encoding.encode(found, self.output_mode, self.num_bins, self.compute_dtype)

    def _words(self, value: Any) -> Any:
        """The 64-bit word that stands for each value: a string's hash, or the integer itself."""
        if isinstance(value, jax.Array):
            words = value
        elif holds_strings(value):
            strings, shape = to_utf8(value, self.name)
            return fingerprint64(pack(strings)).reshape(shape)
        else:
            words = np.asarray(value)
        if words.dtype.kind not in "iu":
            raise TypeError(
                f"Layer {self.name!r} takes strings or integers, got dtype {words.dtype}. Turn "
                "numbers to categories with Discretization first."
            )
        if isinstance(words, jax.Array):
            return words
        return words.astype(np.int64).astype(np.uint64)

    def _check_shapes(self, shapes: list[tuple]) -> None:
        first = shapes[0]
        if len(first) > 2 or (len(first) == 2 and first[1] != 1) or len(set(shapes)) > 1:
            raise ValueError(
                f"Layer {self.name!r} takes features of one shape, (batch,) or (batch, 1); got "
                f"{shapes}."
            )

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Shape of the outputs for the shapes of the inputs."""
        self._check_shapes([tuple(shape) for shape in input_shape])
        return encoding.encoded_shape(input_shape[0], self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Symbolic outputs for symbolic inputs."""
        shape = self.compute_output_shape([x.shape for x in inputs])
        return KerasTensor(shape, self.dtype)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": serialize_map_or(self.dtype_policy, self.dtype),
        }
