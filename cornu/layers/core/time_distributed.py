"""`TimeDistributed`: the same layer on each step of a sequence."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.call_spec import call_signature
from cornu.core.layer import Layer
from cornu.layers.checks import step_mask
from cornu.layers.core.wrapper import Wrapper


class TimeDistributed(Wrapper):
    """Apply a layer to every step.

    Args:
        layer: the layer; sees inputs of shape (batch, ...).
        **kwargs: `name`, `dtype`.

    Input shape (batch, time, ...), output shape (batch, time, ...).

    >>> layer = keras.layers.TimeDistributed(keras.layers.Flatten())
    >>> layer(keras.ops.ones((2, 3, 4, 5))).shape
    (2, 3, 20)
    """

    def __init__(self, layer: Layer, **kwargs: Any):
        super().__init__(layer, **kwargs)
        self.supports_masking = True
        # The layer inside casts its inputs, or reads them as they are.
        self.autocast = False

    def build(self, input_shape: tuple) -> None:
        """Build the layer inside for one step."""
        super().build(self._step_shape(input_shape))

    def _step_shape(self, input_shape: tuple) -> tuple:
        if not isinstance(input_shape, (tuple, list)) or len(input_shape) < 3:
            raise ValueError(
                f"TimeDistributed {self.name!r} needs inputs of shape (batch, time, features, "
                f"...); got shape {input_shape}."
            )
        return (input_shape[0], *input_shape[2:])

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """(batch, time, ...), the last sizes given by the layer inside."""
        step = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (step[0], input_shape[1], *step[1:])

    def call(self, inputs: jax.Array, training: bool | None = None, mask: Any = None) -> jax.Array:
        """The outputs of all steps.

        Args:
            inputs: array of shape (batch, time, ...).
            training: whether the layer inside is in training.
            mask: booleans of shape (batch, time), or of more of the inputs' axes; a layer inside
                that takes a mask gets each step's part.
        """
        if mask is not None:
            axes = min(max(2, jnp.ndim(mask)), inputs.ndim)
            mask = step_mask(self, mask, inputs.shape, axes)
            mask = jnp.broadcast_to(mask, inputs.shape[:axes])
        if training and self.layer.non_trainable_weights:
            # Running statistics change from step to step.
            steps = range(inputs.shape[1])
            outputs = [self._call_inside(inputs[:, i], _at(mask, i)) for i in steps]
            return jnp.stack(outputs, axis=1)
        batch, time = inputs.shape[:2]
        if mask is not None:
            mask = mask.reshape(batch * time, *mask.shape[2:])
        outputs = self._call_inside(inputs.reshape(batch * time, *inputs.shape[2:]), mask)
        return outputs.reshape(batch, time, *outputs.shape[1:])

    def _call_inside(self, x: jax.Array, mask: Any) -> jax.Array:
        if mask is not None and call_signature(type(self.layer).call).takes("mask"):
            return self.layer(x, mask=mask)
        return self.layer(x)


def _at(mask: Any, step: int) -> Any:
    return None if mask is None else mask[:, step]
