"""`Masking`: marks the steps of a sequence that are padding."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.core import registry
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.layers.precision import as_given


class Masking(Layer):
    """Mask the steps in which every feature equals a value.

    Later layers that know masks leave those steps out; here they become 0.

    Args:
        mask_value: the value of padding.
        **kwargs: `name`, `dtype`.

    Input and output shape (batch, time, features).

    >>> layer = keras.layers.Masking()
    >>> layer.compute_mask(keras.ops.convert_to_tensor([[[1.0, 0.0], [0.0, 0.0]]])).tolist()
    [[True, False]]
    """

    _settings = ("mask_value",)

    makes_mask = True

    def __init__(self, mask_value: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        # Rounded, other values than that of padding could equal it.
        self.autocast = False
        self.input_spec = InputSpec(min_ndim=1)
        self.mask_value = mask_value
        self.supports_masking = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """True where a step is not padding, shape (batch, time)."""
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs: jax.Array) -> jax.Array:
        """The inputs with the padding set to 0."""
        counts = jnp.any(inputs != self.mask_value, axis=-1, keepdims=True)
        return jnp.where(counts, as_given(self, inputs), 0).astype(self.compute_dtype)

    @classmethod
    def from_config(cls, config: dict) -> Masking:
        """A layer made from what `get_config` returned."""
        mask_value = registry.deserialize(config["mask_value"], expected=())
        return cls(**{**config, "mask_value": mask_value})
