"""`Embedding`: a vector for each of a fixed number of ids."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.core.layer import Layer
from cornu.engine import dtypes
from cornu.engine.user_warnings import warn
from cornu.layers.checks import check_positive
from cornu.layers.core.lora import LowRankAdaptation
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names
from cornu.ops import not_equal


class Embedding(LowRankAdaptation, Layer):
    """Rows of a trainable table, looked up by id.

    Args:
        input_dim: number of ids: they go from 0 to `input_dim - 1`. Others give NaN.
        output_dim: length of each vector.
        embeddings_initializer: of the table, shape (input_dim, output_dim).
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: projection of the table after each step.
        mask_zero: whether id 0 stands for padding, which later layers then leave out.
        weights: the table to start with, or a list that holds it.
        lora_rank: if given, the table is frozen and a product of that rank is trained.
        lora_alpha: the product is scaled by `lora_alpha / lora_rank`; 1 by default.
        quantization_config: None.
        **kwargs: `name`, `dtype`, `trainable`, `activity_regularizer`.

    Input: integers of any shape; output: that shape with `output_dim` after it.

    Raises:
        ValueError: if `input_dim` or `output_dim` is no positive integer.

    >>> keras.layers.Embedding(10, 4)(np.array([[1, 2, 3]])).shape
    (1, 3, 4)
    """

    lora_target = "embeddings"
    reads_integers = True

    _settings = (
        *"input_dim output_dim activity_regularizer mask_zero quantization_config".split(),
        *weight_names("embeddings"),
    )

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        if kwargs.pop("input_length", None) is not None:
            warn("Embedding takes sequences of any length: remove `input_length`.")
        super().__init__(**kwargs)
        check_positive(self, input_dim=input_dim, output_dim=output_dim)
        self.input_dim = input_dim
        self.output_dim = output_dim
        set_weight_settings(
            self,
            "embeddings",
            embeddings_initializer,
            embeddings_regularizer,
            embeddings_constraint,
        )
        self.mask_zero = mask_zero
        self.supports_masking = self.makes_mask = mask_zero
        # Ids must not be rounded to the layer's half-precision dtype.
        self.autocast = False
        self.start_lora(lora_rank, lora_alpha, quantization_config)
        if weights is not None:
            self.build()
            self.built = True
            is_list = isinstance(weights, list) and len(weights) == 1
            self._embeddings.assign(weights[0] if is_list else weights)

    def build(self, input_shape: Any = None) -> None:
        """Make the table; it does not depend on the input."""
        if self.built:
            return
        self._embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            **weight_arguments(self, "embeddings"),
        )
        self.build_lora()

    @property
    def embeddings(self) -> Any:
        """The table of shape (input_dim, output_dim), its low-rank addition included.

        Raises:
            AttributeError: before the layer is built.
        """
        if "_embeddings" not in vars(self):
            raise AttributeError(
                f"Embedding {self.name!r} has no table yet: it is made when the layer is built."
            )
        return self.adapted()

    def call(self, inputs: jax.Array) -> jax.Array:
        """The vectors, shape (*inputs.shape, output_dim)."""
        ids = inputs
        if not dtypes.is_integer(inputs.dtype):
            self._warn_of_rounded_ids(inputs.dtype)
            ids = inputs.astype("int32")
        dtype = self.compute_dtype
        vectors = kernels.embedding_lookup(self._embeddings.value.astype(dtype), ids)
        if self.lora_enabled:
            # The rows alone are multiplied, not the table.
            rows = kernels.embedding_lookup(self._lora_a.value.astype(dtype), ids)
            addition = jnp.matmul(rows, self._lora_b.value.astype(dtype))
            vectors = vectors + self.lora_scale * addition
        return vectors

    def _warn_of_rounded_ids(self, dtype: Any) -> None:
        exact = 2 ** (jnp.finfo(dtype).nmant + 1) if dtypes.is_float(dtype) else math.inf
        if self.input_dim - 1 > exact:
            warn(
                f"Embedding {self.name!r} got its ids as {dtype}, which holds whole numbers up to "
                f"{exact} only: of its {self.input_dim} ids, those above become their neighbors. "
                "Pass integers, as in `keras.Input(shape, dtype='int32')`."
            )

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """True where the id is not 0; None without `mask_zero`."""
        return not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """(*input_shape, output_dim)."""
        return (*input_shape, self.output_dim)
