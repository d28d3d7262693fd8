"""Which weight of a layer each array of a legacy file is, by the names in the file.

The files list trainable weights before frozen ones, as they were when the file was written. When it
is read they may be frozen otherwise, and automatic names may have other numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

Key = tuple[str, ...]


def in_order_of(names: Sequence[str], variables: Sequence[Any]) -> list[Any] | None:
    """The variables in the order of the names in a file; None where the names do not tell.

    Args:
        names: of the arrays, such as `dense_3/kernel` or, from Keras 2, `dense_3/kernel:0`.
        variables: the weights of the layer that they are for.
    """
    stored = [name.split(":")[0] for name in names]
    paths = [variable.path for variable in variables]
    if len(stored) != len(paths):
        return None
    for key in (_whole, _without_numbers, _last_two):
        order = _matched(stored, paths, key)
        if order is not None:
            return [variables[i] for i in order]
    return None


def _matched(stored: list[str], paths: list[str], key: Callable[[str], Key]) -> list[int] | None:
    """For each name the place of its path; those of one key are matched in order of numbers."""
    if len(set(stored)) < len(stored) or len(set(paths)) < len(paths):
        return None
    left: dict[Key, list[int]] = {}
    for i in sorted(range(len(paths)), key=lambda i: _numbers(paths[i]), reverse=True):
        left.setdefault(key(paths[i]), []).append(i)
    order: dict[str, int] = {}
    for name in sorted(stored, key=_numbers):
        if not left.get(key(name)):
            return None
        order[name] = left[key(name)].pop()
    return [order[name] for name in stored]


def _whole(name: str) -> Key:
    return (name,)


def _without_numbers(name: str) -> Key:
    return tuple(re.sub(r"_\d+$", "", part) for part in name.split("/"))


def _last_two(name: str) -> Key:
    # Keras 2 leaves out the models around a layer.
    return _without_numbers(name)[-2:]


def _numbers(name: str) -> list[int]:
    found = (re.search(r"_(\d+)$", part) for part in name.split("/"))
    return [int(match[1]) if match else 0 for match in found]
