"""`CategoryEncoding`: numbers of categories to one-hot, multi-hot or count vectors."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from cornu import ops
from cornu.core.layer import Layer
from cornu.layers.preprocessing.categorical import encoding
from cornu.ops.symbolic import KerasTensor

MODES = ("count", "one_hot", "multi_hot")


class CategoryEncoding(Layer):
    """Vectors with one place per category.

    Args:
        num_tokens: number of categories; values must be from 0 to `num_tokens - 1`. Others are
            left out.
        output_mode: "one_hot" for each value; or for all values along the last axis "multi_hot"
            or "count".
        sparse: must be False.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Raises:
        ValueError: for an unknown mode or no number of categories.

    >>> layer = keras.layers.CategoryEncoding(num_tokens=4, output_mode="multi_hot")
    >>> layer([[0, 1], [0, 0], [1, 2]]).tolist()
    [[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0]]
    """

    _settings = ("num_tokens", "output_mode")

    reads_integers = True

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ):
        super().__init__(autocast=False, **kwargs)
        owner = f"CategoryEncoding {self.name!r}"
        self.output_mode = encoding.checked_mode(output_mode, MODES, owner)
        encoding.check_dense(sparse, owner)
        if num_tokens is None or num_tokens < 1:
            raise ValueError(
                f"{owner}: num_tokens must be a positive int; got {num_tokens!r}. If the number "
                "of categories is not known, use IntegerLookup or StringLookup and its `adapt`."
            )
        self.num_tokens, self.sparse = num_tokens, sparse

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Encode numbers of categories."""
        if isinstance(inputs, (list, tuple, int)):
            inputs = np.asarray(inputs)
        return super().__call__(inputs, *args, **kwargs)

    def call(self, inputs: Any, count_weights: Any = None) -> jax.Array:
        """Encode numbers of categories, counting each `count_weights` times in mode "count"."""
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(
                f"Layer {self.name!r}: count_weights go with output_mode='count'; it is "
                f"{self.output_mode!r}."
            )
        indices = ops.cast(inputs, "int32")
        if count_weights is not None:
            count_weights = ops.cast(count_weights, self.compute_dtype)
        return encoding.encode(
            indices, self.output_mode, self.num_tokens, self.compute_dtype, count_weights
        )

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Shape of the outputs for a shape of the inputs."""
        shape = input_shape if len(input_shape) else (1,)
        return encoding.encoded_shape(shape, self.output_mode, self.num_tokens)

    def compute_output_spec(self, inputs: Any, count_weights: Any = None) -> KerasTensor:
        """Symbolic outputs for symbolic inputs."""
        return KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)
