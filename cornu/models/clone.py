"""`clone_model`: the same architecture with new layers and new weights."""

from __future__ import annotations

import copy
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
    """A copy of a model with layers of its own, whose weights are newly initialized.

    The copy of a compiled model is compiled in the same way, with an optimizer of its own.

    Args:
        model: a Sequential or Functional model, or a subclass with a config.
        input_tensors: symbolic tensors to build on instead of new inputs.
        clone_function: makes a layer from a layer; `from_config(get_config())` by default.
        call_function: called as `call_function(layer, *args, **kwargs)` in place of the layer.
        recursive: whether nested models are cloned layer by layer.
        **kwargs: none are known.

    Raises:
        ValueError: if `input_tensors` are not nested as the model's inputs.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> keras.models.clone_model(model).count_params()
    3
    """
    if kwargs:
        raise TypeError(f"clone_model got arguments it does not know: {sorted(kwargs)}.")
    twin = _clone(model, input_tensors, clone_function, call_function, recursive)
    if model.compiled:
        arguments = copy.deepcopy({**model._compile_config, "optimizer": None})
        if model.optimizer is not None:
            arguments["optimizer"] = type(model.optimizer).from_config(model.optimizer.get_config())
        twin.compile(**arguments)
    return twin


def _clone(
    model: Model,
    input_tensors: Any,
    clone_function: Callable | None,
    call_function: Callable | None,
    recursive: bool,
) -> Model:
    def clone(layer: Any) -> Any:
        if recursive and isinstance(layer, (Functional, Sequential)):
            return clone_model(layer, None, clone_function, call_function, True)
        if clone_function is not None and isinstance(layer, Layer):
            return clone_function(layer)
        if not isinstance(layer, Layer):
            return layer
        return type(layer).from_config(layer.get_config())

    if isinstance(model, Sequential):
        twin = Sequential(name=model.name)
        if input_tensors is not None:
            twin.add(input_tensors)
        for layer in model._stack:
            if isinstance(layer, InputLayer):
                if input_tensors is None:
                    twin.add(InputLayer(batch_shape=layer.batch_shape, dtype=layer.dtype))
            else:
                twin.add(clone(layer))
        return twin
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
        if inputs is not None:
            _check_structure(inputs, model)
        else:
            inputs = tree.map_structure(
                lambda t: Input(batch_shape=t.shape, dtype=t.dtype, name=t.history.operation.name),
                model._inputs_struct,
            )
        return Functional(inputs, run_graph(model, inputs, wrap), name=model.name)
    return type(model).from_config(model.get_config())


def _check_structure(inputs: Any, model: Functional) -> None:
    try:
        tree.assert_same_structure(inputs, model._inputs_struct)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"clone_model: input_tensors must be nested as the inputs of {model.name!r}, "
            f"{model._inputs_struct!r}; got {inputs!r}."
        ) from error
