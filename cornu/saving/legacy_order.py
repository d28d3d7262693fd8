"""Which weight of a layer each array of a legacy file is, by the names in the file.

The files list trainable weights before frozen ones, as they were when the file was written. When it
is read they may be frozen otherwise, and automatic names may have other numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

# What tells a weight, and the automatic numbers that put several of that kind in order.
Key = tuple[tuple[str, ...], tuple[int, ...]]


def in_order_of(names: Sequence[str], variables: Sequence[Any]) -> list[Any] | None:
    """The variables in the order of the names in a file; None where the names do not tell.

    Args:
        names: of the arrays, such as `dense_3/kernel` or, from Keras 2, `dense_3/kernel:0`.
        variables: the weights of the layer that they are for.
    """
    stored = [tuple(name.split(":")[0].split("/")) for name in names]
    paths = [tuple(variable.path.split("/")) for variable in variables]
    # The models around a layer may be left out, by Keras 2 or where it was built without them.
    for kept in (slice(None), slice(-2, None)):
        for key in (_whole, _without_numbers):
            order = _matched([key(n[kept]) for n in stored], [key(p[kept]) for p in paths])
            if order is not None:
                return [variables[i] for i in order]
    return None


def _matched(stored: list[Key], paths: list[Key]) -> list[int] | None:
    """For each name the place of its path; those of one kind are matched in order of numbers."""
    unique = len(set(stored)) == len(stored) and len(set(paths)) == len(paths)
    if not unique or sorted(kind for kind, _ in stored) != sorted(kind for kind, _ in paths):
        return None
    places = sorted(range(len(paths)), key=paths.__getitem__)
    order = dict(zip(sorted(stored), places))
    return [order[name] for name in stored]


def _whole(name: tuple[str, ...]) -> Key:
    return name, ()


def _without_numbers(name: tuple[str, ...]) -> Key:
    found = [re.fullmatch(r"(.*?)(?:_(\d+))?", part) for part in name]
    return tuple(match[1] for match in found), tuple(int(match[2] or 0) for match in found)
