"""`Sequential`: layers one behind the other."""

from __future__ import annotations

from typing import Any

from cornu import tree
from cornu.core import registry
from cornu.core.graph import sort_graph, symbolic_values
from cornu.core.host_stage import Staged, holds_strings
from cornu.core.input_layer import InputLayer
from cornu.core.input_spec import nothing_returned
from cornu.core.layer import Layer
from cornu.core.layer_parts.building import BUILDING
from cornu.core.scope import name_scope
from cornu.engine import dtypes
from cornu.models.model import Model, fit
from cornu.ops.inference import FAILURES, shown
from cornu.ops.symbolic import KerasTensor
from cornu.tree.structure import is_shape


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
        # Whether the sizes in the graph are those of data, and not what the user said.
        self._sizes_of_data = False
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
            output = _outputs_of(layer, self._outputs_struct)
        node = layer._inbound_nodes[-1]
        # Sorting the graph anew for each layer would take a time that grows with their square.
        follows = list(map(id, node.parents)) == list(map(id, self._outputs))
        self._set_output(output, [*self._order, node] if follows else None)
        self.built = True

    def _set_output(self, output: Any, order: list | None = None) -> None:
        self._inputs_struct = self._inputs[0]
        self._outputs_struct, self._outputs = output, tree.flatten(output)
        self._operations = list(self._stack)
        self._build_shapes = {"input_shape": self._inputs[0].shape}
        # Last, as it is this by which other threads know that there is a graph.
        self._order = sort_graph(self._inputs, self._outputs) if order is None else order

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
        if is_shape(input_shape):
            self._make_graph(tuple(input_shape), self._input_type())

    def _input_type(self) -> str | None:
        """Dtype of the input; layers for categories say what they read."""
        dtype = self._stack[0].compute_dtype
        return None if dtypes.is_float(dtype) else dtype

    def _prepare_for(self, inputs: Any) -> None:
        """Make the graph for data: of any number of examples, and of the data's other sizes."""
        if self._has_graph or not self._stack or not hasattr(inputs, "shape"):
            return
        dtype, shape = self._input_type(), shown(inputs.shape)
        if holds_strings(inputs):
            dtype = "string"
        elif getattr(self._stack[0], "host_capable", False):
            dtype = str(inputs.dtype)
        with BUILDING:
            if self._has_graph:
                return
            self._path_names = self._own_path()
            with name_scope(self.name):
                if not self._takes_any_number(shape, dtype):
                    self._make_graph(shape, dtype)
            self._sizes_of_data, self.built = self._has_graph, True

    def _takes_any_number(self, shape: tuple, dtype: str | None) -> bool:
        """Make the graph for any number of examples, if no layer needs the very one of the data."""
        try:
            self._make_graph((None, *shape[1:]), dtype)
        except FAILURES:
            return False
        return True

    def _make_graph(self, shape: tuple, dtype: str | None) -> None:
        layers, source = self._stack, InputLayer(batch_shape=shape, dtype=dtype)
        calls = [len(layer._inbound_nodes) for layer in layers]
        output = source.output
        try:
            for layer in layers:
                output = _outputs_of(layer, output)
        except FAILURES as error:
            for layer, count in zip(layers, calls):
                del layer._inbound_nodes[count:]
            if not isinstance(error, NotImplementedError):
                raise
            # A layer cannot say the shape of its output: the layers just run in turn.
            return
        self._stack, self._inputs = [source, *layers], [source.output]
        self._set_output(output)

    def _widen(self, shape: tuple) -> None:
        """Make each size of the graph unknown that data of this shape show to vary.

        The symbolic tensors stay, as there may be models that were made from them.
        """
        with BUILDING:
            source = self._inputs[0]
            wider = tuple(a if a == b else None for a, b in zip(source.shape, shape))
            try:
                found = symbolic_values(self, [KerasTensor(wider, source.dtype)])
            except FAILURES:
                # The layers take this size, but not an unknown one.
                self._sizes_of_data = False
                return
            for tensor in (source, *(t for node in self._order for t in node.outputs)):
                tensor.shape = found[id(tensor)].shape
            source.history.operation._batch_shape = wider
            self._build_shapes = {"input_shape": wider}

    def _takes(self, wanted: tuple, shape: tuple) -> bool:
        # Sizes are for the layers to refuse.
        return len(shape) == len(wanted)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Run the layers in turn."""
        if isinstance(inputs, Staged):
            return self._host_stage.resume(self, inputs)
        x = self._standardized(inputs)[0] if self._has_graph else inputs
        shape = shown(x.shape) if self._sizes_of_data and hasattr(x, "shape") else None
        for layer in self.layers:
            x = _outputs_of(layer, x)
        if shape is not None and not fit(self._inputs[0].shape, shape):
            self._widen(shape)
        return x

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of the outputs for a shape of the inputs."""
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def _tells_shape(self) -> bool:
        return type(self).compute_output_shape is not Sequential.compute_output_shape

    def _call_is_graph(self) -> bool:
        return type(self).call is Sequential.call

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
