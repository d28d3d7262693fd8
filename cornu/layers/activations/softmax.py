"""`Softmax`: scores into probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu import activations, ops
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.layers.precision import as_given


class Softmax(Layer):
    """Exponentials, normalized to sum 1.

    Args:
        axis: the axis, or several, over which they sum to 1.
        **kwargs: `name`, `dtype`.

    Called with a `mask` (1 or True where a score counts), the other scores get probability 0.

    >>> keras.layers.Softmax()(keras.ops.array([1.0, 1.0])).tolist()
    [0.5, 0.5]
    """

    _settings = ("axis",)
    output_activation = staticmethod(activations.softmax)

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any):
        super().__init__(**kwargs)
        # The largest score is subtracted first, so small differences of large scores count.
        self.autocast = False
        self.input_spec = InputSpec(min_ndim=1)
        self.axis = axis
        self.supports_masking = True

    def call(self, inputs: jax.Array, mask: Any = None) -> jax.Array:
        """The probabilities."""
        inputs = as_given(self, inputs)
        if mask is None:
            return self._normalized(inputs)
        counts = self._checked(jnp.asarray(mask), inputs)
        # Finite, so that a row without any score that counts gives 0 instead of NaN.
        low = jnp.finfo(inputs.dtype).min
        return jnp.where(counts, self._normalized(jnp.where(counts, inputs, low)), 0)

    def _checked(self, mask: jax.Array, inputs: jax.Array) -> jax.Array:
        pairs = zip(mask.shape[::-1], inputs.shape[::-1])
        if mask.ndim > inputs.ndim or any(m not in (1, n) for m, n in pairs):
            raise ValueError(
                f"Layer {self.name!r}: the mask must have the shape of the scores, "
                f"{tuple(inputs.shape)}, or broadcast to it; got shape {tuple(mask.shape)}."
            )
        return mask if mask.dtype == "bool" else mask > 0.5

    def _normalized(self, scores: jax.Array) -> jax.Array:
        if isinstance(self.axis, int):
            return activations.softmax(scores, axis=self.axis).astype(self.compute_dtype)
        return ops.softmax(scores, axis=tuple(self.axis)).astype(self.compute_dtype)
