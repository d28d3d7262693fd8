"""Objects as Keras 2 wrote them: a name, or a dict of `class_name` and `config`."""

from __future__ import annotations

import inspect
from typing import Any

from cornu.core import registry


def serialize_keras_object(instance: Any) -> Any:
    """An object as a dict of its class's name and its config; a function as its name.

    Args:
        instance: an object with `get_config`, a function, or None.

    Raises:
        ValueError: if it is none of these.

    >>> keras.utils.legacy.serialize_keras_object(keras.activations.relu)
    'relu'
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config") and not inspect.isclass(instance):
        name = registry.get_registered_name(type(instance))
        return {"class_name": name, "config": registry.serialize_config(instance)}
    if hasattr(instance, "__name__"):
        return registry.get_registered_name(instance)
    raise ValueError(
        f"Cannot serialize {instance!r} of type {type(instance).__name__}: it has no `get_config` "
        "and is no function."
    )


def deserialize_keras_object(
    identifier: Any,
    module_objects: dict[str, Any] | None = None,
    custom_objects: dict[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """An object from its name, or from a dict of `class_name` and `config`.

    Args:
        identifier: name, dict, function or None. The last two are given back as they are.
        module_objects: dict from name to class or function, looked at last.
        custom_objects: dict from name to class or function, looked at first.
        printable_module_name: what kind of object it is, for messages.

    Raises:
        ValueError: if there is none of that name, or the identifier is no such thing.

    >>> own = {"Dense": keras.layers.Dense}
    >>> config = {"class_name": "Dense", "config": {"units": 3}}
    >>> keras.utils.legacy.deserialize_keras_object(config, own).units
    3
    """
    if isinstance(identifier, dict) and "class_name" in identifier:
        return registry.deserialize(identifier, custom_objects, module_objects=module_objects)
    if isinstance(identifier, str):
        with registry.CustomObjectScope(custom_objects):
            found = registry.get_registered_object(identifier, None, module_objects)
        if found is None:
            raise ValueError(
                f"There is no {printable_module_name} named {identifier!r}. Pass your own in "
                "`custom_objects`, a dict from name to class or function."
            )
        return found() if inspect.isclass(found) else found
    if identifier is None or callable(identifier):
        return identifier
    raise ValueError(
        f"{printable_module_name} must be a name, a dict with 'class_name' and 'config', a "
        f"function or None; got {identifier!r}."
    )
