"""Values brought to another range by one multiplication and one addition."""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.core import registry
from cornu.core.layer import Layer
from cornu.layers.precision import in_float32


class Rescaling(Layer):
    """`inputs * scale + offset`, computed in float32 and cast to the compute dtype.

    Args:
        scale: a number, or one per channel; `1 / 255` brings the bytes of images to [0, 1].
        offset: a number, or one per channel.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    >>> pixels = keras.ops.array([[0, 255]], dtype="uint8")
    >>> keras.layers.Rescaling(2 / 255, offset=-1)(pixels).tolist()
    [[-1.0, 1.0]]
    """

    _settings = ("scale", "offset")

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        # An offset takes away most of a large number: years, bytes, times.
        self.autocast = False
        self.scale = scale
        self.offset = offset
        self.supports_masking = True

    def call(self, inputs: Any) -> jax.Array:
        """Multiply and add."""
        inputs = in_float32(self, inputs)
        scale, offset = ops.cast(self.scale, inputs.dtype), ops.cast(self.offset, inputs.dtype)
        return ops.cast(inputs * scale + offset, self.compute_dtype)

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Rescaling:
        """A layer made from what `get_config` returned."""
        config = dict(config)
        with registry.CustomObjectScope(custom_objects):
            for name in ("scale", "offset"):
                config[name] = registry.deserialize(config.get(name, 0.0), expected=())
        return super().from_config(config)
