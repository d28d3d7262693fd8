"""`Hashing`: categories to a fixed number of bins, without a vocabulary."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core.host_stage import holds_strings
from cornu.core.layer import Layer
from cornu.engine import config
from cornu.layers.preprocessing.categorical import encoding
from cornu.layers.preprocessing.categorical.index_lookup import checked_salt
from cornu.layers.preprocessing.strings.fingerprints import fingerprint64, siphash
from cornu.layers.preprocessing.strings.inputs import to_utf8
from cornu.layers.preprocessing.strings.integer_hashes import hash_integers
from cornu.layers.preprocessing.strings.packed import pack
from cornu.ops.symbolic import KerasTensor

MODES = ("int", "one_hot", "multi_hot", "count")


class Hashing(Layer):
    """The hash of each string or integer, modulo a number of bins.

    The hash is FarmHash's Fingerprint64, or SipHash-2-4 with a salt; integers are hashed as their
    decimal digits. Strings are hashed on the host; integers in compiled programs too.

    Args:
        num_bins: number of bins, that of the mask included.
        mask_value: value that goes to bin 0; the others then share bins 1 to `num_bins - 1`.
        salt: one or two integers, the key of SipHash.
        output_mode: "int"; "one_hot" for each value; or for all values along the last axis
            "multi_hot" or "count".
        sparse: must be False.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Raises:
        ValueError: for arguments that do not go together.

    >>> layer = keras.layers.Hashing(num_bins=3)
    >>> layer([["A"], ["B"], ["C"], ["D"], ["E"]]).tolist()
    [[1], [0], [1], [1], [2]]
    """

    host_capable = True
    reads_integers = True

    _settings = ("num_bins", "salt", "mask_value", "output_mode", "sparse")

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ):
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else config.floatx()
        super().__init__(autocast=False, **kwargs)
        owner = f"Hashing {self.name!r}"
        if num_bins is None or num_bins <= 0:
            raise ValueError(f"{owner}: num_bins must be a positive int; got {num_bins!r}.")
        self.output_mode = encoding.checked_mode(output_mode, MODES, owner)
        encoding.check_dense(sparse, owner)
        if self.output_mode == "int" and self.compute_dtype not in ("int32", "int64"):
            raise ValueError(
                f"{owner}: dtype must be 'int32' or 'int64' in mode 'int'; got "
                f"{self.dtype_policy.name!r}."
            )
        self.num_bins, self.mask_value, self.sparse = num_bins, mask_value, sparse
        self.salt = checked_salt(salt, owner)

    def _converted(self, structure: Any) -> Any:
        # NumPy arrays stay what they are: JAX would cut them to 32 bits.
        return structure

    def call(self, inputs: Any) -> Any:
        """Hash strings or integers."""
        bins = self.num_bins
        masks = self.mask_value is not None and bins > 1
        found, is_mask = self._hash(inputs, bins - masks)
        if masks:
            found = encoding.namespace(found).where(is_mask, 0, found + 1)
        return encoding.encode(found, self.output_mode, bins, self.compute_dtype)

    def _hash(self, inputs: Any, bins: int) -> tuple[Any, Any]:
        """The bin of each value, and which values are the mask."""
        if holds_strings(inputs):
            strings, shape = to_utf8(inputs, self.name)
            packed = pack(strings)
            hashes = fingerprint64(packed) if self.salt is None else siphash(packed, self.salt)
            found = (hashes % np.uint64(bins)).astype(np.int64).reshape(shape)
            mask = str(self.mask_value).encode()
            return found, np.array([s == mask for s in strings], bool).reshape(shape)
        values = inputs if isinstance(inputs, jax.Array) else np.asarray(inputs)
        if not np.issubdtype(values.dtype, np.number) and values.dtype != jnp.bfloat16:
            raise TypeError(
                f"Layer {self.name!r} takes strings or numbers, got dtype {values.dtype}."
            )
        is_mask = None if self.mask_value is None else values == self.mask_value
        if jnp.issubdtype(values.dtype, jnp.floating):
            values = values.astype(np.int32 if isinstance(values, jax.Array) else np.int64)
        return hash_integers(values, bins, self.salt), is_mask

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Shape of the outputs for a shape of the inputs."""
        return encoding.encoded_shape(input_shape, self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Symbolic outputs for symbolic inputs."""
        return KerasTensor(self.compute_output_shape(inputs.shape), self.dtype)
