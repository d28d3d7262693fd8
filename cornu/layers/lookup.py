"""Layers as plain values, and back."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.layer import Layer


def serialize(layer: Layer) -> dict:
    """A layer as plain values.

    Args:
        layer: the layer.

    >>> keras.layers.serialize(keras.layers.Flatten())["class_name"]
    'Flatten'
    """
    return registry.serialize(layer)


def deserialize(config: dict, custom_objects: dict | None = None) -> Layer:
    """A layer from what `serialize` returned.

    Args:
        config: the plain values.
        custom_objects: dict from name to class or function.

    Raises:
        ValueError: if the config is that of something else.

    >>> keras.layers.deserialize(keras.layers.serialize(keras.layers.Dense(3))).units
    3
    """
    found: Any = registry.deserialize(config, custom_objects, expected=(Layer,))
    if not isinstance(found, Layer):
        raise ValueError(f"The config describes {found!r}, which is no layer.")
    return found
