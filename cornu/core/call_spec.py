"""The arguments of layer calls: their names, their shapes, and calls for the sake of building."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cornu import tree
from cornu.core.scope import StatelessScope, autocast, name_scope
from cornu.ops.inference import infer_output
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


def build_by_call(layer: Any, shapes: dict[str, Any]) -> None:
    """Build the layers inside a layer, as `call` reaches them.

    Args:
        layer: the layer; it gets floats, as only shapes are known.
        shapes: by name of an argument of `call` and `_shape`; `input_shape` is that of the first.
    """

    def tensors(shape: Any) -> Any:
        return tree.map_shape_structure(lambda s: KerasTensor(s, layer.input_dtype), shape)

    named = {name.removesuffix("_shape"): tensors(shape) for name, shape in shapes.items()}
    first = [named.pop("input")] if "input_shape" in shapes else []
    try:
        with name_scope(layer.name), autocast(layer._autocast_dtype()), StatelessScope():
            infer_output(layer._call_converted, *first, **named)
    except Exception as error:
        error.add_note(
            f"{type(layer).__name__} {layer.name!r} has no `build`, so it was called on symbolic "
            f"tensors of the shapes {shapes} to be built. If it cannot be called so, give it a "
            "`build` that builds the layers inside."
        )
        raise
