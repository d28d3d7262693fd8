"""`Pipeline`: layers one after the other, as a layer."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.call_spec import call_signature
from cornu.core.layer import Layer


class Pipeline(Layer):
    """Apply layers in turn; for preparing and augmenting data.

    Unlike a `Sequential` it is no model, and takes what its layers take, dicts of images and
    labels too.

    Args:
        layers: list of layers.
        name: the layer's name.

    >>> layers = keras.layers
    >>> augment = layers.Pipeline([layers.RandomFlip("horizontal"), layers.Rescaling(1 / 255)])
    >>> augment(255 * keras.ops.ones((2, 8, 8, 3)))[0, 0, 0].round(3).tolist()
    [1.0, 1.0, 1.0]
    """

    takes_dicts = True
    takes_strings = True

    def __init__(self, layers: list, name: str | None = None):
        super().__init__(name=name)
        # Each layer casts its own inputs, or reads them as they are.
        self.autocast = False
        self._pipeline_layers = list(layers)

    @property
    def layers(self) -> list:
        """The layers, in order."""
        return self._pipeline_layers

    def call(self, inputs: Any, training: bool | None = True, mask: Any = None) -> Any:
        """The inputs after all layers."""
        for layer in self._pipeline_layers:
            takes = call_signature(type(layer).call).takes
            settings = {"training": training} if takes("training") and training is not None else {}
            if takes("mask"):
                settings["mask"] = mask
            inputs = layer(inputs, **settings)
            mask = None
        return inputs

    def get_config(self) -> dict:
        """The layers' configs, and the name."""
        layers = [registry.serialize(layer) for layer in self._pipeline_layers]
        return {"layers": layers, "name": self.name}

    @classmethod
    def from_config(cls, config: dict) -> Pipeline:
        """A pipeline made from what `get_config` returned.

        Raises:
            ValueError: if the config holds no list of layers.
        """
        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ValueError(f"A Pipeline's config needs a list `layers`; got {layers!r}.")
        made = [registry.deserialize(layer, expected=(Layer,)) for layer in layers]
        return cls(**{**config, "layers": made})
