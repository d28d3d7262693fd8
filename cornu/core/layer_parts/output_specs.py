"""What a layer says of its outputs: shapes and dtypes for symbolic inputs."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import jax.numpy as jnp

from cornu import tree
from cornu.core.call_spec import (
    call_signature,
    call_to_build,
    is_mask,
    is_tensor,
    shapes_by_name,
)
from cornu.core.layer_state import call_without_new_state
from cornu.core.scope import autocast, name_scope
from cornu.core.state import without_effects
from cornu.engine.tracer_errors import explain_tracer_errors
from cornu.ops.inference import StandIn, infer, shown
from cornu.ops.symbolic import KerasTensor


class OutputSpecs:
    """Shapes and dtypes of a layer's outputs, told by it or inferred; a base of `Layer`."""

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs for symbolic inputs, by abstract evaluation of `call`.

        Args:
            *args: arguments of the call.
            **kwargs: likewise.
        """
        if self._tells_shape():
            bound = call_signature(type(self).call).bind(args, kwargs)
            shapes = self._told_shapes(bound.arguments, _shapes)
            return tree.map_shape_structure(
                lambda shape: KerasTensor(shape, self.compute_dtype), shapes
            )
        with without_effects():
            return self._inferred(args, kwargs)

    def _tells_shape(self) -> bool:
        return type(self).compute_output_shape is not OutputSpecs.compute_output_shape

    def _inferred(self, args: tuple, kwargs: dict) -> Any:
        with explain_tracer_errors(f"Layer {self.name!r}"):
            return infer(self._call_converted, args, kwargs, calls_layers=bool(self._layers))

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Shape of the outputs for the shapes of the inputs.

        Args:
            *args: the inputs' shapes: tuples, None for unknown sizes, nested as the inputs are.
            **kwargs: likewise.
        """

        def tensor(shape: tuple) -> Any:
            return KerasTensor(shape, self.compute_dtype)

        args = tuple(tree.map_shape_structure(tensor, shape) for shape in args)
        kwargs = {
            k.removesuffix("_shape"): tree.map_shape_structure(tensor, shape)
            for k, shape in kwargs.items()
            if shape is not None
        }
        if "input" in kwargs and not args:
            args = (kwargs.pop("input"),)
        with without_effects(), name_scope(self.name):
            if not self.built:
                bound = call_signature(type(self).call).bind(args, kwargs)
                self._build_once(dict(bound.arguments))
            outputs = self._inferred(args, kwargs)
        return tree.map_structure(lambda t: t.shape, outputs)

    def _call_converted(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = self._converted(args), self._converted(kwargs)
        with autocast(self._autocast_dtype()):
            return call_without_new_state(self, self.call, *args, **kwargs)

    def _symbolic_outputs(self, arguments: dict[str, Any], kept: dict[str, Any]) -> Any:
        """What `compute_output_spec` says of a call.

        Args:
            arguments: all arguments of the call, by name.
            kept: those that the user passed.
        """
        told = tells(type(self))
        signature = call_signature(type(self).call).signature
        bound = inspect.BoundArguments(signature, arguments)
        if told is not None and self._holds_unbuilt_layers():
            # The `call` is not needed for the outputs, but to build the layers inside.
            call_to_build(self, bound.args, bound.kwargs)
        if told != "compute_output_spec":
            return self.compute_output_spec(*bound.args, **bound.kwargs)
        own = call_signature(type(self).compute_output_spec)
        # A method may leave out the flag and the masks; it gets them by name where it takes them.
        plain = {k: v for k, v in kept.items() if k != "training" and not is_mask(k)}
        others = {
            name: value
            for name, value in arguments.items()
            if name not in plain and (name in kept or is_mask(name))
        }
        bound = inspect.BoundArguments(signature, plain)
        taken = {k: v for k, v in others.items() if own.takes(k) or own.takes_any_keyword}
        return self.compute_output_spec(*bound.args, **bound.kwargs, **taken)

    def _told_shapes(self, arguments: dict[str, Any], shapes: Any) -> Any:
        """What `compute_output_shape` says for the arguments of a call."""
        method = type(self).compute_output_shape
        named = shapes_by_name(method, arguments, shapes)
        if named:
            return self.compute_output_shape(**named)
        return self.compute_output_shape(*(shapes(value) for value in list(arguments.values())[:1]))

    def _told_outputs(self, stand_in: StandIn, arguments: dict[str, Any]) -> Any:
        """Outputs as the layer tells them, for a call in an evaluation with stand-ins.

        Args:
            stand_in: what stands for unknown sizes.
            arguments: of the call, by name.
        """
        stand_in.asked = True
        leaves = tree.flatten(list(arguments.values()))
        first = next((leaf for leaf in leaves if is_tensor(leaf)), None)
        like = () if first is None else first.shape

        def zeros(shape: tuple, dtype: Any) -> Any:
            return jnp.zeros(stand_in.fill(shape, like), dtype)

        if tells(type(self)) == "compute_output_shape":
            shapes = self._told_shapes(arguments, _shapes)
            return tree.map_shape_structure(lambda shape: zeros(shape, self.compute_dtype), shapes)
        symbolic = tree.map_structure(_as_symbolic, arguments)
        kept = {name: value for name, value in symbolic.items() if name != "training"}
        outputs = self._symbolic_outputs(symbolic, kept)
        return tree.map_structure(lambda t: zeros(t.shape, t.dtype), outputs)


def _shapes(value: Any) -> Any:
    """The shapes of tensors, with stand-ins, as one can count with them."""
    if not tree.is_nested(value):
        return tuple(value.shape) if is_tensor(value) else None
    return tree.map_structure(lambda t: tuple(t.shape) if is_tensor(t) else None, value)


def _as_symbolic(leaf: Any) -> Any:
    if not is_tensor(leaf) or isinstance(leaf, KerasTensor):
        return leaf
    return KerasTensor(shown(leaf.shape), str(leaf.dtype))


@functools.lru_cache(maxsize=4096)
def tells(cls: type) -> str | None:
    """The method by which a class of a user says what its outputs are; None if it does not."""
    for base in cls.__mro__:
        if base.__module__.startswith("cornu."):
            return None
        for name in ("compute_output_spec", "compute_output_shape"):
            if name in vars(base):
                return name
    return None
