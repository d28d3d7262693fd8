"""What an object consists of: the variables and layers among its attributes.

Nothing is registered by hand. The attributes are walked when somebody asks, into lists, tuples,
dicts and sets, so a layer appended to a list later is found too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# What the constructor and `compile` were called with is kept for configs; it is no part of the
# object.
NOT_PARTS = frozenset({"_arguments", "_compile_config"})


def members(obj: Any, kind: type | tuple[type, ...]) -> list:
    """Instances of `kind` among the object's attributes, each once, in order of creation."""
    found: dict[int, Any] = {}
    for name, value in vars(obj).items():
        if name not in NOT_PARTS:
            for item in _inside(value, kind):
                found.setdefault(id(item), item)
    return list(found.values())


def _inside(
    value: Any, kind: type | tuple[type, ...], around: tuple[Any, ...] = ()
) -> Iterator[Any]:
    if isinstance(value, kind):
        yield value
    elif isinstance(value, (dict, list, tuple, set)):
        # A container may hold itself.
        if not any(value is outer for outer in around):
            for item in value.values() if isinstance(value, dict) else value:
                yield from _inside(item, kind, (*around, value))


def unique(items: Any) -> list:
    """The items without repetitions (by identity), in order."""
    return list({id(item): item for item in items}.values())
