"""`Activation`: an activation function as a layer."""

from __future__ import annotations

from typing import Any

import jax

from cornu import activations
from cornu.core.layer import Layer


class Activation(Layer):
    """Apply an activation function.

    Args:
        activation: function or name, such as `"relu"`.
        **kwargs: `name`, `dtype`.

    >>> keras.layers.Activation("relu")(keras.ops.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    _settings = ("activation",)

    def __init__(self, activation: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.activation = activations.get(activation)

    @property
    def output_activation(self) -> Any:
        """The activation that gives the outputs; `linear` for none."""
        return self.activation or activations.linear

    def call(self, inputs: jax.Array) -> jax.Array:
        """The activations."""
        return self.activation(inputs)
