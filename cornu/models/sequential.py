"""`Sequential`: layers one behind the other."""

from __future__ import annotations

from typing import Any

from cornu import tree
from cornu.core import registry
from cornu.core.graph import sort_graph
from cornu.core.host_stage import Staged, holds_strings
from cornu.core.input_layer import InputLayer
from cornu.core.input_spec import nothing_returned
from cornu.core.layer import Layer
from cornu.core.scope import StatelessScope, name_scope
from cornu.engine import dtypes
from cornu.models.model import Model
from cornu.ops.inference import infer_output
from cornu.ops.symbolic import KerasTensor


class Sequential(Model):
    """A stack of layers, each fed by the one before it.

    Without an input shape (no `Input`, no `input_shape`), the weights are made at the first call.

    Args:
        layers: list of layers; may start with `keras.Input(...)`.
        trainable: whether the weights are trained.
        name: its name.

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    >>> model.count_params()
    10
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None):
        super().__init__(trainable=trainable, name=name)
        self.autocast = False
        self._stack: list[Layer] = []
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer on top.

        Args:
            layer: a layer, or what `keras.Input(...)` returns.
            rebuild: kept for compatibility.

        Raises:
            ValueError: if it is no layer, or its name is taken.
        """
        if isinstance(layer, KerasTensor) and layer.history is not None:
            layer = layer.history.operation
        if not isinstance(layer, Layer):
            if not callable(layer) or isinstance(layer, type):
                raise ValueError(
                    f"Sequential {self.name!r} takes layers; got {layer!r}. Did you forget to "
                    "create it, as in `Dense(3)`?"
                )
            layer = registry.PUBLISHED["keras.layers", "Lambda"](layer)
        if any(other.name == layer.name for other in self._stack):
            raise ValueError(
                f"Sequential {self.name!r} already has a layer named {layer.name!r}. Pass another "
                "`name=...`, and create a new layer for each place."
            )
        if isinstance(layer, InputLayer):
            if self._stack:
                raise ValueError(
                    f"Sequential {self.name!r} already starts with {self._stack[0].name!r}; an "
                    "Input must come first."
                )
            self._start(layer)
            return
        first = layer._inputs[0].shape if isinstance(layer, Model) and layer._has_graph else None
        if not self._stack and (layer._input_shape_arg is not None or first is not None):
            shape = first if first is not None else (None, *layer._input_shape_arg)
            self._start(InputLayer(batch_shape=shape))
        self._stack.append(layer)
        if self._has_graph:
            self._extend(layer)
        else:
            self.built = False

    def _start(self, layer: InputLayer) -> None:
        self._stack.append(layer)
        self._inputs = [layer.output]
        self._set_output(layer.output)

    def _extend(self, layer: Layer) -> None:
        with name_scope(self.name):
            self._set_output(_outputs_of(layer, self._outputs_struct))
        self.built = True

    def _set_output(self, output: Any) -> None:
        self._inputs_struct = self._inputs[0]
        self._outputs_struct, self._outputs = output, tree.flatten(output)
        self._order = sort_graph(self._inputs, self._outputs)
        self._operations = list(self._stack)
        shape = self._inputs[0].shape
        self._build_shapes = {"input_shape": shape}

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the top layer off and return it."""
        if not self.layers:
            raise ValueError(f"Sequential {self.name!r} has no layers to pop.")
        layer = self._stack.pop()
        if self._has_graph:
            below = self._stack[-1]
            # The layer may have been called elsewhere too.
            calls = [node for node in self._order if node.operation is below]
            last = calls[-1].outputs if calls else self._inputs
            self._set_output(last[0] if len(last) == 1 else last)
            self.built = len(self._stack) > 1
        return layer

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return [layer for layer in self._stack if not isinstance(layer, InputLayer)]

    @property
    def _layers(self) -> list[Layer]:
        own = [layer for layer in super()._layers if layer not in self._stack]
        return [*self._stack, *own]

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for an input shape (with the batch)."""
        if self._has_graph or not self._stack:
            return
        if input_shape is None:
            raise ValueError(
                f"Sequential {self.name!r} needs an input shape to be built, as in "
                "model.build((None, 8))."
            )
        if _is_one_shape(input_shape):
            # Layers for categories say what they read.
            dtype = self._stack[0].compute_dtype
            self._make_graph(tuple(input_shape), None if dtypes.is_float(dtype) else dtype)

    def _prepare_for(self, inputs: Any) -> None:
        """Make the graph for strings, or for integers that a layer for categories reads."""
        if self._has_graph or not self._stack or not hasattr(inputs, "shape"):
            return
        strings = holds_strings(inputs)
        if strings or getattr(self._stack[0], "host_capable", False):
            with name_scope(self.name):
                self._make_graph(
                    (None, *inputs.shape[1:]), "string" if strings else str(inputs.dtype)
                )
            self.built = True

    def _make_graph(self, shape: tuple, dtype: str | None) -> None:
        layers, self._stack = self._stack, []
        self._start(InputLayer(batch_shape=shape, dtype=dtype))
        try:
            for layer in layers:
                self._stack.append(layer)
                self._set_output(_outputs_of(layer, self._outputs_struct))
        except NotImplementedError:
            # A layer cannot say the shape of its output: the layers just run in turn.
            self._stack = layers
            del self._order

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Run the layers in turn."""
        if isinstance(inputs, Staged):
            return self._host_stage.resume(self, inputs)
        x = self._standardized(inputs)[0] if self._has_graph else inputs
        for layer in self.layers:
            x = _outputs_of(layer, x)
        return x

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of the outputs for a shape of the inputs."""
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs for symbolic inputs."""
        if self._host_stage is not None:
            return super().compute_output_spec(*args, **kwargs)
        with StatelessScope():
            return infer_output(self._call_converted, *args, **kwargs)

    def get_config(self) -> dict:
        config = Layer.get_config(self)
        config = {key: config[key] for key in ("name", "trainable", "dtype")}
        config["layers"] = [registry.serialize(layer) for layer in self._stack]
        if self._has_graph:
            config["build_input_shape"] = self._inputs[0].shape
        return config

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Sequential:
        """A model made from what `get_config` returned."""
        model = cls(name=config.get("name"))
        for entry in config["layers"]:
            model.add(registry.deserialize(entry, custom_objects, expected=(Layer,)))
        shape = config.get("build_input_shape")
        if not model._has_graph and shape is not None and model._stack:
            model.build(tuple(shape))
        if config.get("trainable") is False:
            model.trainable = False
        return model


def _outputs_of(layer: Layer, inputs: Any) -> Any:
    outputs = layer(inputs)
    if outputs is None:
        raise ValueError(nothing_returned(layer))
    return outputs


def _is_one_shape(shape: Any) -> bool:
    return isinstance(shape, (tuple, list)) and all(d is None or isinstance(d, int) for d in shape)
