"""The arguments of one layer call, bound to the names of `call`'s parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cornu import tree
from cornu.ops.symbolic import KerasTensor


class CallSignature:
    """What a layer class's `call` (or `build`) takes, read once per function."""

    def __init__(self, function: Callable):
        self.signature = inspect.signature(function)
        parameters = list(self.signature.parameters.values())
        if parameters and (parameters[0].name == "self" or _is_method(function)):
            parameters = parameters[1:]
        self.signature = self.signature.replace(parameters=parameters)
        self.names = tuple(
            p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        )
        self.takes_any_keyword = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self.needs_first = bool(self.names) and parameters[0].default is inspect.Parameter.empty
        self.defaults = {p.name: p.default for p in parameters if p.default is not p.empty}

    def takes(self, name: str) -> bool:
        """Whether a parameter of that name is declared."""
        return name in self.names


@lru_cache(maxsize=4096)
def call_signature(function: Callable) -> CallSignature:
    """The signature of an unbound method, cached."""
    return CallSignature(function)


def _is_method(function: Callable) -> bool:
    """Whether a function was written in a class body, whatever it calls its `self`."""
    home = getattr(function, "__qualname__", "").rpartition(".")[0]
    bound = hasattr(function, "__self__")
    return bool(home) and not home.endswith("<locals>") and not bound


def is_tensor(value: Any) -> bool:
    """Whether this is a tensor, symbolic or not."""
    return isinstance(value, KerasTensor) or (hasattr(value, "shape") and hasattr(value, "dtype"))


def tensor_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """Those arguments that hold tensors, by name, masks excepted."""
    found = {}
    for name, value in arguments.items():
        if name == "mask" or name.endswith("_mask"):
            continue
        if is_tensor(value) or (
            tree.is_nested(value) and any(is_tensor(leaf) for leaf in tree.flatten(value))
        ):
            found[name] = value
    return found


def shapes_of(structure: Any) -> Any:
    """The shapes of the tensors in a structure; None for what is no tensor."""
    if not tree.is_nested(structure):
        return tuple(structure.shape) if is_tensor(structure) else None
    return tree.map_structure(lambda t: tuple(t.shape) if is_tensor(t) else None, structure)
