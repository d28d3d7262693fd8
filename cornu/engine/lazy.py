"""Names of a package that are imported when they are first used (PEP 562).

A package made this way can be imported without JAX, which processes that only read data need.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any


def load(module: str) -> ModuleType:
    """Import a module, and leave Python's random numbers as they were.

    Some packages draw from `random` when they are imported: what a program draws would depend on
    whether it is the first to need them.
    """
    random = sys.modules.get("random")
    before = random and random.getstate()
    try:
        return importlib.import_module(module)
    finally:
        if before:
            random.setstate(before)


def lazy_names(
    package: str, homes: dict[str, str], renamed: dict[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], Iterable[str]]]:
    """What a package's `__getattr__` and `__dir__` are to be.

    Args:
        package: its `__name__`.
        homes: from public names to the modules that define them.
        renamed: from public names to those they have at home, where the two differ.

    Returns:
        The functions to bind as `__getattr__` and `__dir__`.

    >>> from cornu.engine.lazy import lazy_names
    >>> find, names = lazy_names("cornu.engine", {"require": "cornu.engine.extras"})
    >>> find("require").__name__
    'require'
    """
    renamed = renamed or {}

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(load(homes[name]), renamed.get(name, name))
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return find, names
