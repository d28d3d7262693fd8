"""Objects told apart by identity, for walks that must meet each object once, and tables of them.

A bare set or dict of `id`s keeps nothing alive: the address of a list that died, as one that a
property returned, comes back for another object, which is then taken for known. Nor does it survive
a copy or a pickle, in which each object has another address. These keep their objects, and know the
copies of their objects when they are copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class IdentityMap:
    """A table from objects, equal ones apart, to values.

    Args:
        pairs: (object, value) to begin with.
    """

    def __init__(self, pairs: Iterable[tuple[Any, Any]] = ()):
        self._pairs = {id(obj): (obj, value) for obj, value in pairs}

    def __contains__(self, obj: Any) -> bool:
        return id(obj) in self._pairs

    def __getitem__(self, obj: Any) -> Any:
        return self._pairs[id(obj)][1]

    def __setitem__(self, obj: Any, value: Any) -> None:
        self._pairs[id(obj)] = obj, value

    def __getstate__(self) -> list[tuple[Any, Any]]:
        return list(self._pairs.values())

    def __setstate__(self, pairs: list[tuple[Any, Any]]) -> None:
        self._pairs = {id(obj): (obj, value) for obj, value in pairs}


class IdentitySet:
    """Objects that were met, equal ones apart.

    Args:
        objects: those to begin with.
    """

    def __init__(self, objects: Iterable[Any] = ()):
        self._objects = {id(obj): obj for obj in objects}

    def __contains__(self, obj: Any) -> bool:
        return id(obj) in self._objects

    def __iter__(self) -> Iterator[Any]:
        return iter(self._objects.values())

    def add(self, obj: Any) -> bool:
        """Enter an object; whether it was not there before."""
        before = len(self._objects)
        self._objects.setdefault(id(obj), obj)
        return len(self._objects) > before

    def __getstate__(self) -> list[Any]:
        return list(self._objects.values())

    def __setstate__(self, objects: list[Any]) -> None:
        self._objects = {id(obj): obj for obj in objects}
