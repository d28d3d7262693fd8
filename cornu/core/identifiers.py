"""What a user may pass where an initializer, activation, loss and so on is expected.

A name, a config, a class, an instance or a function: `resolve` makes an object of each, for the
`get` functions of all rooms.
"""

from __future__ import annotations

import difflib
import inspect
import types
from typing import Any

from cornu.core import registry


def resolve(identifier: Any, kind: str, module_objects: dict[str, Any], classes: tuple = ()) -> Any:
    """The object that an identifier means.

    Args:
        identifier: a name, a config made by `serialize`, a class, a callable object, or None.
        kind: what is expected, in the singular, for messages: `"initializer"`.
        module_objects: the room's names; values are classes or functions.
        classes: what the objects of a config may be, beside functions among `module_objects`.

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
        expected = (*classes, types.FunctionType)
        found = registry.deserialize(identifier, None, None, module_objects, expected=expected)
        published = registry.published_name(found)
        rooms = {registry.published_name(member) for member in module_objects.values()}
        if published is not None and published[0] not in {room[0] for room in rooms if room}:
            raise ValueError(_meaningless(identifier, kind, module_objects))
    else:
        found = identifier() if inspect.isclass(identifier) else identifier
    if callable(found):
        return found
    raise ValueError(_meaningless(identifier, kind, module_objects))


def _from_name(name: str, kind: str, module_objects: dict[str, Any]) -> Any:
    found = registry.get_registered_object(name, module_objects=module_objects)
    if found is None:
        raise ValueError(unknown_name(name, kind, module_objects))
    return found() if inspect.isclass(found) else found


def check_identifier(
    identifier: Any, kind: str, module_objects: dict[str, Any], place: str
) -> None:
    """Raise the error that `resolve` would, without making the object.

    Args:
        identifier: as for `resolve`; configs are not looked into.
        kind: as for `resolve`.
        module_objects: as for `resolve`.
        place: where the identifier stands, for the message: `"compile: loss"`.

    Raises:
        ValueError: if the identifier means nothing.
    """
    if isinstance(identifier, str):
        if registry.get_registered_object(identifier, module_objects=module_objects) is None:
            raise ValueError(
                f"{place}={identifier!r}: {unknown_name(identifier, kind, module_objects)}"
            )
    elif inspect.isclass(identifier):
        if not any("__call__" in base.__dict__ for base in identifier.__mro__):
            raise ValueError(f"{place}: {_meaningless(identifier, kind, module_objects)}")
    elif not isinstance(identifier, dict) and not callable(identifier):
        raise ValueError(f"{place}: {_meaningless(identifier, kind, module_objects)}")


def _meaningless(identifier: Any, kind: str, module_objects: dict[str, Any]) -> str:
    return (
        f"{registry.shortened(identifier)} of type {type(identifier).__name__} is no {kind}. Pass "
        f"a name such as {min(module_objects)!r}, a callable, a config made by `serialize`, or "
        "None."
    )


def unknown_arguments(cls: type, given: Any) -> str:
    """The message for constructor arguments nobody takes, with the closest of those that are."""
    known = {
        name
        for base in cls.__mro__
        if "__init__" in base.__dict__
        for name, parameter in inspect.signature(base.__init__).parameters.items()
        if name != "self"
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    }
    close = [
        match for name in given for match in difflib.get_close_matches(name, sorted(known), n=1)
    ]
    hint = (
        f"Did you mean {' or '.join(map(repr, close))}?" if close else f"It takes {sorted(known)}."
    )
    return f"{cls.__name__} got arguments it does not know: {sorted(given)}. {hint}"


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
