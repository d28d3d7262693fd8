"""What a user may pass where an initializer, activation, loss and so on is expected.

A name, a config, a class, an instance or a function: `resolve` makes an object of each, for the
`get` functions of all rooms.
"""

from __future__ import annotations

import difflib
import inspect
from typing import Any

from cornu.core import registry


def resolve(identifier: Any, kind: str, module_objects: dict[str, Any]) -> Any:
    """The object that an identifier means.

    Args:
        identifier: a name, a config made by `serialize`, a class, a callable object, or None.
        kind: what is expected, in the singular, for messages: `"initializer"`.
        module_objects: the room's names; values are classes or functions.

    Returns:
        An instance or function; None for None.

    Raises:
        ValueError: if the identifier means nothing; the message lists names close to it.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str):
        return _from_name(identifier, kind, module_objects)
    if isinstance(identifier, dict):
        found = registry.deserialize(identifier, module_objects=module_objects)
    else:
        found = identifier() if inspect.isclass(identifier) else identifier
    if callable(found):
        return found
    raise ValueError(
        f"{identifier!r} of type {type(identifier).__name__} is no {kind}. Pass a name such as "
        f"{min(module_objects)!r}, a callable, a config made by `serialize`, or None."
    )


def _from_name(name: str, kind: str, module_objects: dict[str, Any]) -> Any:
    found = registry.get_registered_object(name, module_objects=module_objects)
    if found is None:
        raise ValueError(unknown_name(name, kind, module_objects))
    return found() if inspect.isclass(found) else found


def unknown_name(name: str, kind: str, names: Any) -> str:
    """The message for a name nobody knows, with the closest of `names`."""
    close = difflib.get_close_matches(name.lower(), sorted(names), n=3)
    hint = f"Did you mean {' or '.join(map(repr, close))}?" if close else ""
    if not hint:
        hint = f"Known names: {', '.join(sorted(n for n in names if n.islower()))}."
    return (
        f"There is no {kind} named {name!r}. {hint} A function of your own can be passed as it is, "
        "or by name once decorated with @keras.saving.register_keras_serializable()."
    )
