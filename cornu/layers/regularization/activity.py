"""`ActivityRegularization`: a penalty on what passes through."""

from __future__ import annotations

from typing import Any

from cornu import regularizers
from cornu.core.layer import Layer


class ActivityRegularization(Layer):
    """Return the input, and add `l1 * sum(|x|) + l2 * sum(x^2)` to the loss.

    Args:
        l1: weight of the sum of absolute values.
        l2: weight of the sum of squares.
        **kwargs: `name`, `dtype`.

    >>> layer = keras.layers.ActivityRegularization(l1=0.5)
    >>> layer(keras.ops.array([[1.0, -3.0]])).tolist(), float(layer.losses[0])
    ([[1.0, -3.0]], 2.0)
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.supports_masking = True
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        config = {**super().get_config(), "l1": self.l1, "l2": self.l2}
        config.pop("activity_regularizer", None)
        return config
