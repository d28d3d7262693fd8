"""How layers come to their variables: once, whole or not at all."""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any

from cornu.core.call_spec import (
    build_by_call,
    call_signature,
    shapes_by_name,
    shapes_of,
    tensor_arguments,
)
from cornu.core.scope import name_path, thread
from cornu.ops.inference import current_stand_in, shown
from cornu.tree.structure import is_shape

# Threads that call a new layer at once build it once. There is one lock for all layers: those
# inside a layer are built while it is built, and a layer may be inside of several.
BUILDING = threading.RLock()


class Building:
    """What a layer knows of its own building; a base of `Layer`."""

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _wrapped_build(cls.__dict__["build"])

    def build(self, input_shape: Any = None) -> None:
        """Create the variables; the shape is that of the first argument of `call`.

        Where a class has no `build`, the layers inside are built as its `call` reaches them.
        """
        own = type(self).build is not Building.build
        if (
            input_shape is not None
            and not (own or self.built or self.host_capable)
            and self._layers
        ):
            build_by_call(self, {"input_shape": input_shape})
        self._build_shapes = {"input_shape": input_shape}
        self.built = True

    def _build_once(self, arguments: dict[str, Any]) -> None:
        """Build the layer for the arguments of a call, unless another thread has done so."""
        with BUILDING:
            if not self.built:
                self._path_names = self._own_path()
                self._build_for(arguments)

    def _build_for(self, arguments: dict[str, Any]) -> None:
        overridden = type(self).build is not Building.build
        first = next(iter(arguments.values()), None)
        if overridden and isinstance(first, (str, bytes)) and not self.host_capable:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) expects a tensor, got {first!r}. "
                "Turn text to numbers first, with TextVectorization or StringLookup."
            )
        if overridden:
            self.build(**shapes_by_name(type(self).build, arguments))
        else:
            # Layers inside build themselves as `call` reaches them.
            self._build_shapes = {
                f"{name}_shape": shapes_of(value)
                for name, value in tensor_arguments(arguments).items()
            }
        self.built = True

    def _holds_unbuilt_layers(self) -> bool:
        return not all(
            getattr(layer, "built", True) for layer in self._flatten_layers(include_self=False)
        )

    def get_build_config(self) -> dict | None:
        """The shapes the layer was built with."""
        shapes = {k: v for k, v in (self._build_shapes or {}).items() if v is not None}
        if not shapes:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": shapes}

    def build_from_config(self, config: dict) -> None:
        """Build with the shapes that `get_build_config` returned."""
        if not config or type(self).build is Building.build:
            return
        names = call_signature(inspect.unwrap(type(self).build)).names
        shapes = {k: as_shapes(v) for k, v in config.get("shapes_dict", config).items()}
        if set(shapes) <= set(names):
            self.build(**shapes)
        else:
            self.build(*list(shapes.values())[: len(names)])


def _wrapped_build(build: Callable) -> Callable:
    """`build` within the layer's name scope, with `built` set and the shapes kept."""
    if getattr(build, "_is_wrapped", False):
        return build

    @functools.wraps(build)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> None:
        if current_stand_in() is not None:
            # A `call` that builds a layer inside passes on the shape of a tensor.
            args, kwargs = _shown_shapes(args), _shown_shapes(kwargs)
        inside = bool(thread.names) and thread.names[-1] == self.name
        names = thread.names if inside else (*thread.names, self.name)
        with BUILDING, _undone_if_it_fails(self), name_path(names):
            self._path_names = names[:-1]
            build(self, *args, **kwargs)
            bound = call_signature(build).signature.bind(*args, **kwargs).arguments
            self._build_shapes = dict(bound)
            self.built = True

    wrapper._is_wrapped = True
    return wrapper


def _shown_shapes(value: Any) -> Any:
    if is_shape(value) and isinstance(value, tuple) and value:
        return shown(value)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(map(_shown_shapes, value))
    return {k: _shown_shapes(v) for k, v in value.items()} if type(value) is dict else value


@contextlib.contextmanager
def _undone_if_it_fails(layer: Any) -> Iterator[None]:
    """Take back what a `build` did before it failed, so that the next one starts anew."""
    attributes = dict(vars(layer))
    contents = [
        (value, value.copy()) for value in attributes.values() if type(value) in (list, dict)
    ]
    try:
        yield
    except BaseException:
        vars(layer).clear()
        vars(layer).update(attributes)
        for value, before in contents:
            value.clear()
            (value.extend if isinstance(value, list) else value.update)(before)
        raise


def as_shapes(value: Any) -> Any:
    """Shapes that a file holds as lists, as tuples."""
    if isinstance(value, (list, tuple)):
        if all(d is None or isinstance(d, int) for d in value):
            return tuple(value)
        return [as_shapes(v) for v in value]
    if isinstance(value, dict):
        return {k: as_shapes(v) for k, v in value.items()}
    return value
