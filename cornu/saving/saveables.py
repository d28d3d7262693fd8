"""Where in a file each part of a model belongs: a walk over attributes, in Keras's order and names.

Each layer and optimizer found has a path such as `layers/dense_1` or `encoder/cell`. Items of lists
and dicts are named by their class in snake case, with `_1`, `_2`, ... behind repetitions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from cornu.core.layer import Layer
from cornu.engine.identity import IdentityMap, IdentitySet
from cornu.engine.names import to_snake_case
from cornu.metrics import Metric
from cornu.optimizers import Optimizer

_skipped: dict[str, frozenset] = {}


def walk(obj: Any) -> Iterator[tuple[str, Any]]:
    """Pairs (path, object) of the object itself and everything in it that has variables.

    Args:
        obj: a layer, model or optimizer.
    """
    yield from _walk(obj, "", IdentitySet(), [])


def other_paths(obj: Any) -> dict[str, list[str]]:
    """Where else each part stands: a layer may be an attribute twice, or be in a list as well.

    Files name a part once. One that was written when only the other name was there, or by another
    version of the class, has it there.

    Returns:
        dict from the path that `walk` gives to the others.
    """
    met: list[tuple[str, Any]] = []
    parts = list(_walk(obj, "", IdentitySet(), met))
    paths = IdentityMap((part, path) for path, part in parts)
    others: dict[str, list[str]] = {path: [] for path, _ in parts}
    for path, part in met:
        others[paths[part]].append(path)
    for path, _ in parts[1:]:
        parent = path
        while parent not in others or parent == path:
            parent = parent.rpartition("/")[0]
        others[path] += [f"{other}{path[len(parent) :]}" for other in others[parent]]
    return others


def _walk(
    obj: Any, path: str, visited: IdentitySet, met: list[tuple[str, Any]]
) -> Iterator[tuple[str, Any]]:
    """What `walk` gives; `met` gets the paths at which a part is met again."""
    if not visited.add(obj):
        met.append((path, obj))
        return
    yield path, obj
    for name, child in _attributes(obj):
        inner = f"{path}/{name}".lstrip("/")
        if is_saveable(child):
            yield from _walk(child, inner, visited, met)
        elif isinstance(child, (list, tuple, dict)):
            yield from _walk_container(child, inner, visited, met)


def _walk_container(
    container: Any,
    path: str,
    visited: IdentitySet,
    met: list[tuple[str, Any]],
    around: tuple[Any, ...] = (),
) -> Iterator[tuple[str, Any]]:
    # A container may hold itself.
    if any(container is outer for outer in around):
        return
    used: dict[str, int] = {}
    for item in list(container.values()) if isinstance(container, dict) else list(container):
        saveable = is_saveable(item)
        if not saveable and not isinstance(item, (list, tuple, dict)):
            continue
        name = to_snake_case(type(item).__name__) if saveable else "container"
        count = used.get(name, 0)
        used[name] = count + 1
        inner = f"{path}/{name}_{count}" if count else f"{path}/{name}"
        if saveable:
            yield from _walk(item, inner, visited, met)
        else:
            yield from _walk_container(item, inner, visited, met, (*around, container))


def is_saveable(value: Any) -> bool:
    """Whether the object gets a place of its own in a file."""
    return isinstance(value, (Layer, Optimizer)) and not isinstance(value, Metric)


def _attributes(obj: Any) -> list[tuple[str, Any]]:
    """Names and values of attributes, public ones first, each group sorted."""
    # The layers of a graph come first, whatever attributes a subclass adds.
    found = [("layers", obj.layers)] if is_graph_model(obj) else []
    skipped = _base_attributes(obj)
    names = (name for name in dir(obj) if not name.startswith("__") and name not in skipped)
    for name in sorted(names, key=lambda name: (name.startswith("_"), name)):
        # A property may need state that the object does not have; it holds nothing to save then.
        with contextlib.suppress(AttributeError, TypeError, ValueError, RuntimeError, KeyError):
            value = getattr(obj, name)
            if is_saveable(value) or isinstance(value, (list, tuple, dict)):
                found.append((name, value))
    return found


def is_graph_model(obj: Any) -> bool:
    """Whether the object is a Sequential or Functional model (or of a class made from one)."""
    names = {cls.__name__ for cls in type(obj).__mro__ if cls.__module__.startswith("cornu.models")}
    return bool(names & {"Sequential", "Functional"})


def _base_attributes(obj: Any) -> frozenset:
    """What every layer or optimizer has, which is bookkeeping and not part of the object."""
    kind = "layer" if isinstance(obj, Layer) else "optimizer"
    if kind not in _skipped:
        if kind == "layer":
            names = {*dir(Layer(name="reference")), "_stack", "_operations", "operations", "_order"}
        else:
            names = set(dir(Optimizer))
        _skipped[kind] = frozenset(names)
    return _skipped[kind]
