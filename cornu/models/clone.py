"""`clone_model`: the same architecture with new layers and new weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import tree
from cornu.core.graph import run_graph
from cornu.core.input_layer import Input, InputLayer
from cornu.core.layer import Layer
from cornu.models.functional import Functional
from cornu.models.model import Model
from cornu.models.sequential import Sequential


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable | None = None,
    call_function: Callable | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Model:
    """A copy of a model with layers of its own, whose weights are newly initialised.

    Args:
        model: a Sequential or Functional model, or a subclass with a config.
        input_tensors: symbolic tensors to build on instead of new inputs.
        clone_function: makes a layer from a layer; `from_config(get_config())` by default.
        call_function: called as `call_function(layer, *args, **kwargs)` in place of the layer.
        recursive: whether nested models are cloned layer by layer.
        **kwargs: none are known.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> keras.models.clone_model(model).count_params()
    3
    """
    if kwargs:
        raise TypeError(f"clone_model got arguments it does not know: {sorted(kwargs)}.")

    def clone(layer: Any) -> Any:
        if recursive and isinstance(layer, (Functional, Sequential)):
            return clone_model(layer, None, clone_function, call_function, True)
        if clone_function is not None and isinstance(layer, Layer):
            return clone_function(layer)
        if not isinstance(layer, Layer):
            return layer
        return type(layer).from_config(layer.get_config())

    if isinstance(model, Sequential):
        copy = Sequential(name=model.name)
        if input_tensors is not None:
            copy.add(input_tensors)
        for layer in model._stack:
            if isinstance(layer, InputLayer):
                if input_tensors is None:
                    copy.add(InputLayer(batch_shape=layer.batch_shape, dtype=layer.dtype))
            else:
                copy.add(clone(layer))
        return copy
    if isinstance(model, Functional):
        copies: dict[int, Any] = {}

        def wrap(operation: Any) -> Any:
            if id(operation) not in copies:
                copies[id(operation)] = clone(operation)
            copied = copies[id(operation)]
            if call_function is None:
                return copied
            return lambda *args, **kwargs: call_function(copied, *args, **kwargs)

        inputs = input_tensors
        if inputs is None:
            inputs = tree.map_structure(
                lambda t: Input(batch_shape=t.shape, dtype=t.dtype, name=t.history.operation.name),
                model._inputs_struct,
            )
        return Functional(inputs, run_graph(model, inputs, wrap), name=model.name)
    return type(model).from_config(model.get_config())
