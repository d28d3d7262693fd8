"""`Wrapper`: base of layers that hold one other layer."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.layer import Layer


class Wrapper(Layer):
    """Hold a layer as `layer`; subclasses say what is done with it.

    Args:
        layer: the layer.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: if `layer` is none.

    >>> class Twice(keras.layers.Wrapper):
    ...     def call(self, inputs):
    ...         return self.layer(self.layer(inputs))
    >>> Twice(keras.layers.Activation("relu"))(keras.ops.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    takes_dicts = True
    takes_strings = True

    _settings = ("layer",)

    def __init__(self, layer: Layer, **kwargs: Any):
        if not isinstance(layer, Layer):
            raise ValueError(
                f"{type(self).__name__} wraps a layer; got {layer!r} of type "
                f"{type(layer).__name__}. Pass an instance, such as `keras.layers.Dense(8)`."
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Wrapper:
        """A wrapper made from what `get_config` returned."""
        config = dict(config)
        layer = registry.deserialize(config.pop("layer"), custom_objects, expected=(Layer,))
        return cls(layer, **config)
