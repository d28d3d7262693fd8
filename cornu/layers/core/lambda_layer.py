"""`Lambda`: any function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from cornu.core import registry
from cornu.core.layer import Layer


class Lambda(Layer):
    """Call a function.

    A model with a lambda in it can be loaded only with `safe_mode=False`, since the file then holds
    code. A function registered by `register_keras_serializable` has no such limit.

    Args:
        function: takes the inputs as its first argument; may take `mask` and `training`.
        output_shape: shape of the result without the batch, or a function from the input's shape
            to the whole shape; found by itself if None.
        mask: mask of the result, or a function `(inputs, mask)` that gives it.
        arguments: dict of further arguments of the function.
        **kwargs: `name`, `dtype`.

    Raises:
        TypeError: if `function` cannot be called.

    >>> keras.layers.Lambda(lambda x: x**2)(keras.ops.array([1.0, 3.0])).tolist()
    [1.0, 9.0]
    """

    takes_dicts = True
    takes_strings = True

    def __init__(
        self,
        function: Callable,
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Lambda {self.name!r} needs a function; got {function!r}.")
        self.function = function
        self.arguments = arguments or {}
        self.mask = mask
        self.supports_masking = mask is not None
        self._output_shape = output_shape
        self._takes = frozenset(inspect.signature(function).parameters)

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """What the function returns."""
        arguments = dict(self.arguments)
        if "mask" in self._takes:
            arguments["mask"] = mask
        if "training" in self._takes:
            arguments["training"] = training
        return self.function(inputs, **arguments)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The given mask, or what the given function returns."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        config = {**super().get_config(), "function": to_config(self.function)}
        if self._output_shape is not None:
            given = self._output_shape
            config["output_shape"] = to_config(given) if callable(given) else given
        if self.mask is not None:
            config["mask"] = to_config(self.mask)
        config["arguments"] = registry.serialize(self.arguments)
        return config

    @classmethod
    def from_config(
        cls, config: dict, custom_objects: dict | None = None, safe_mode: bool | None = None
    ) -> Lambda:
        """A layer made from what `get_config` returned.

        Args:
            config: the config.
            custom_objects: dict from name to function.
            safe_mode: False allows a lambda stored in the config.

        Raises:
            ValueError: for a stored lambda in safe mode.
        """
        config = dict(config)
        for key in ("function", "output_shape", "mask", "arguments"):
            if isinstance(config.get(key), dict):
                config[key] = from_config(config[key], custom_objects, safe_mode)
        return cls(**config)


# A Lambda keeps its functions' code under names, where the registry has a list.
PARTS = ("code", "defaults", "closure")


def to_config(value: Any) -> Any:
    """A function or array in the form in which a Lambda keeps it in files."""
    config = registry.serialize(value)
    if isinstance(config, dict) and config.get("class_name") == "__lambda__":
        config["config"] = dict(zip(PARTS, config["config"]["value"]))
    return config


def from_config(config: dict, custom_objects: dict | None, safe_mode: bool | None) -> Any:
    """What `to_config` was given."""
    if config.get("class_name") == "__lambda__" and "code" in config["config"]:
        value = [config["config"].get(part) for part in PARTS]
        config = {"class_name": "__lambda__", "config": {"value": value}}
    return registry.deserialize(config, custom_objects, safe_mode)
