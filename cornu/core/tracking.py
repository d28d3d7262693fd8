"""What an object consists of: the variables, layers and metrics among its attributes.

The attributes are walked when somebody asks, into lists, tuples, dicts and sets, so a layer
appended to a list later is found too. Variables are noted when they are set, for their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cornu.core.variable import Variable

# What the constructor and `compile` were called with is kept for configs; it is no part of the
# object.
NOT_PARTS = frozenset({"_arguments", "_compile_config"})


class Tracked:
    """Base of what has Variables: those it adds, and those set as its attributes."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Variable) and not hasattr(getattr(type(self), name, None), "fset"):
            self._track(value)
        super().__setattr__(name, value)

    def _track(self, variable: Variable) -> None:
        """Note a Variable, once, in the order of creation."""
        known = self.__dict__.setdefault("_variables", [])
        if not any(variable is other for other in known):
            known.append(variable)


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
