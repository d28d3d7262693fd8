"""What files may name: the package's classes and functions, under Keras's module names.

Rooms enter theirs when they are imported. A name that is not there yet has all of them imported,
by the fixed list here; nothing is imported because a file names it.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

from cornu.engine.lazy import load

PUBLISHED: dict[tuple[str, str], Any] = {}
_by_plain_name: dict[str, list[Any]] = {}
_names: dict[int, tuple[str, str]] = {}

ROOMS = (
    "activations",
    "constraints",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "models.tables",
    "optimizers",
    "random",
    "regularizers",
)
_loaded: list[str] = []


def publish(module: str, members: dict[str, Any]) -> None:
    """Enter a room's classes and functions into the table, under Keras's module name."""
    for name, member in members.items():
        PUBLISHED[module, name] = member
        _by_plain_name.setdefault(name, []).append(member)
        _names.setdefault(id(member), (module, name))


def published_name(member: Any) -> tuple[str, str] | None:
    """Module and name under which a class or function was first published; None if it was not."""
    return _names.get(id(member))


def load_rooms() -> None:
    """Have every room enter its classes and functions."""
    for room in ROOMS:
        if room not in _loaded:
            _loaded.append(room)
            load(f"cornu.{room}")


def find(module: Any, name: str, functions: bool = False) -> Any:
    """The published member of that name, from that module if it is there, else from any.

    Args:
        module: the module that a file names; None if it names none.
        name: of the class or function.
        functions: whether a function is looked for, not a class.
    """
    if (module, name) in PUBLISHED:
        return PUBLISHED[module, name]
    if module is not None and str(module).split(".")[0] not in OURS:
        return None
    load_rooms()
    if (module, name) in PUBLISHED:
        return PUBLISHED[module, name]
    for member in _by_plain_name.get(name, ()):
        if inspect.isclass(member) != functions:
            return member
    return None


# Modules whose names are looked for in the whole table, for they change from release to release.
OURS = frozenset({"builtins", "keras", "tf_keras", "cornu"})


def imported_class(module: Any, name: str) -> Any:
    """A user's class that was not registered, from a module that this process has imported.

    Only one that derives from a published class counts, such as a layer or a loss.
    """
    if not isinstance(module, str) or module.split(".")[0] in OURS:
        return None
    # Not by `getattr`, which may import what a module gives lazily.
    found = getattr(sys.modules.get(module), "__dict__", {}).get(name)
    if not inspect.isclass(found) or found.__module__ != module:
        return None
    return found if any(published_name(base) for base in found.__mro__) else None
