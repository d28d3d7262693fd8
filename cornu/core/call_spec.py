"""The arguments of layer calls: their names, their shapes, and calls for the sake of building."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cornu import tree
from cornu.core.scope import name_scope
from cornu.core.state import without_effects
from cornu.ops.inference import infer, shown
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
        self.takes_any_place = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        self.takes_any_keyword = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self.needs_first = bool(self.names) and parameters[0].default is inspect.Parameter.empty
        self.defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        self.needs_training = "training" in self.names and "training" not in self.defaults

    def bind(self, args: tuple, kwargs: dict) -> inspect.BoundArguments:
        """The arguments by name; a `training` that is needed and not given is None for now."""
        if self.needs_training and "training" not in kwargs:
            if self.names.index("training") >= len(args):
                kwargs = {**kwargs, "training": None}
        return self.signature.bind(*args, **kwargs)

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


def is_mask(name: str) -> bool:
    """Whether an argument of a call is a mask, by its name."""
    return name == "mask" or name.endswith("_mask")


def tensor_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """Those arguments that hold tensors, by name, masks excepted."""
    found = {}
    for name, value in arguments.items():
        if is_mask(name):
            continue
        if is_tensor(value) or (
            tree.is_nested(value) and any(is_tensor(leaf) for leaf in tree.flatten(value))
        ):
            found[name] = value
    return found


def shapes_of(structure: Any) -> Any:
    """The shapes of the tensors in a structure; None for what is no tensor."""
    if not tree.is_nested(structure):
        return shown(structure.shape) if is_tensor(structure) else None
    return tree.map_structure(lambda t: shown(t.shape) if is_tensor(t) else None, structure)


def shapes_by_name(
    function: Callable, arguments: dict[str, Any], shapes: Callable = shapes_of
) -> dict[str, Any]:
    """What a `build` or `compute_output_shape` is called with for the arguments of a `call`.

    A single parameter gets the shape of the first tensor. Of several, `x_shape` gets that of the
    argument `x`, and one of another name that of the tensor in its place.

    Args:
        function: the unbound method; its parameters are shapes.
        arguments: of the call, by name.
        shapes: gives the shapes of an argument.
    """
    signature = call_signature(inspect.unwrap(function))
    tensors = tensor_arguments(arguments)
    if len(signature.names) <= 1:
        first = next(iter(tensors.values()), next(iter(arguments.values()), None))
        return {name: shapes(first) for name in signature.names}
    places = list(tensors.values())
    found = {}
    for place, name in enumerate(signature.names):
        value = arguments.get(name.removesuffix("_shape"))
        if value is None and not _names_an_argument(name, arguments):
            value = places[place] if place < len(places) else None
        if value is not None or name not in signature.defaults:
            found[name] = shapes(value)
    return found


def _names_an_argument(name: str, arguments: dict[str, Any]) -> bool:
    return name.removesuffix("_shape") in arguments


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
    call_to_build(layer, tuple(first), named)


def call_to_build(layer: Any, args: tuple, kwargs: dict[str, Any]) -> None:
    """Build the layers inside a layer, as its `call` reaches them with symbolic tensors.

    Args:
        layer: the layer.
        args: arguments of the call.
        kwargs: likewise.
    """
    try:
        with name_scope(layer.name), without_effects():
            infer(layer._call_converted, args, kwargs, calls_layers=True)
    except Exception as error:
        shapes = [shapes_of(value) for value in (*args, *kwargs.values())]
        error.add_note(
            f"{type(layer).__name__} {layer.name!r} has no `build`, so it was called on symbolic "
            f"tensors of the shapes {shapes} to be built. If that cannot work, give it "
            "a `build` that builds the layers inside."
        )
        raise
