"""Normalization to length 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from cornu import ops
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.layers.normalization.base import checked_axis
from cornu.layers.precision import as_given


class UnitNormalization(Layer):
    """Divides vectors by their Euclidean length, so that they have length 1.

    Args:
        axis: axis or axes that make up one vector.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Raises:
        TypeError: if the axis is neither an int nor a list of ints.

    >>> vectors = keras.layers.UnitNormalization()(keras.ops.array([[3.0, 4.0]]))
    >>> [round(x, 4) for x in vectors[0].tolist()]
    [0.6, 0.8]
    """

    _settings = ("axis",)

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any):
        super().__init__(**kwargs)
        # Vectors may be longer than half precision holds.
        self.autocast = False
        self.input_spec = InputSpec(min_ndim=1)
        self.axis = checked_axis(axis, self)
        self.supports_masking = True

    def call(self, inputs: Any) -> jax.Array:
        """Divide each vector by its length; a vector of zeros stays one."""
        outputs = ops.normalize(as_given(self, inputs), axis=self.axis, order=2, epsilon=1e-12)
        return outputs.astype(self.compute_dtype)
