"""Root mean square normalization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from cornu import ops
from cornu.core.layer import Layer
from cornu.layers.normalization.base import checked_axis, sizes_along, spec_along
from cornu.layers.precision import as_given


class RMSNormalization(Layer):
    """Divides by the root of the mean square along an axis: `x / sqrt(mean(x²) + epsilon) * scale`.

    Args:
        axis: axis or axes that are normalized together; the scale has their sizes.
        epsilon: added to the mean square.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`.

    Raises:
        TypeError: if the axis is neither an int nor a list of ints.

    References:
        Zhang and Sennrich, 2019, https://arxiv.org/abs/1910.07467

    >>> layer = keras.layers.RMSNormalization(epsilon=0.0)
    >>> layer(keras.ops.array([[3.0, -3.0]])).round(4).tolist()
    [[1.0, -1.0]]
    """

    _settings = ("axis", "epsilon")

    def __init__(self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Any):
        super().__init__(**kwargs)
        # Squares overflow where the inputs just fit.
        self.autocast = False
        self.axis = checked_axis(axis, self)
        self.epsilon = epsilon

    def build(self, input_shape: tuple) -> None:
        """Create the scale, of the sizes of the normalized axes."""
        shape = sizes_along(input_shape, self.axis, self)
        self.input_spec = spec_along(input_shape, self.axis)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, x: Any) -> jax.Array:
        """Normalize each sample."""
        x = as_given(self, x)
        outputs = ops.rms_normalization(x, self.scale.raw_value, self.axis, self.epsilon)
        return outputs.astype(self.compute_dtype)
