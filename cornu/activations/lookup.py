"""From names and configs to activation functions, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.activations.functions import BY_NAME, FUNCTIONS, linear
from cornu.core import registry
from cornu.core.identifiers import resolve

_NAME_OF = {id(function): name for name, function in FUNCTIONS.items()}


def get(identifier: Any) -> Callable:
    """The activation function that an identifier means.

    Args:
        identifier: a name such as `"relu"`, a function, a layer, a config, or None for `linear`.

    Raises:
        ValueError: for anything else; the message lists names close to it.

    >>> keras.activations.get("relu") is keras.activations.relu
    True
    """
    if identifier is None:
        return linear
    return resolve(identifier, "activation function", BY_NAME)


def serialize(activation: Callable) -> Any:
    """The name of an activation function, or the config of a layer or function of the user's own.

    Args:
        activation: an activation function.

    >>> keras.activations.serialize(keras.activations.relu)
    'relu'
    """
    name = _NAME_OF.get(id(activation))
    return registry.serialize(activation) if name is None else name


def deserialize(config: Any, custom_objects: dict | None = None) -> Callable:
    """The activation function that `serialize` wrote.

    Args:
        config: a name or a config.
        custom_objects: dict from name to function, for this call.

    Raises:
        ValueError: for an unknown name.

    >>> keras.activations.deserialize("linear")(3.0)
    3.0
    """
    with registry.CustomObjectScope(custom_objects):
        return get(config)
