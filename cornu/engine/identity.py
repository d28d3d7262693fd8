"""Objects told apart by identity, for walks that must meet each object once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class IdentitySet:
    """Objects that were met, equal ones apart.

    The set keeps its objects alive. A bare set of `id`s does not: the address of a list that died,
    as one that a property returned, comes back for another object, which is then taken for met.

    Args:
        objects: those to begin with.
    """

    def __init__(self, objects: Iterable[Any] = ()):
        self._objects = {id(obj): obj for obj in objects}

    def __contains__(self, obj: Any) -> bool:
        return id(obj) in self._objects

    def add(self, obj: Any) -> bool:
        """Enter an object; whether it was not there before."""
        before = len(self._objects)
        self._objects.setdefault(id(obj), obj)
        return len(self._objects) > before
