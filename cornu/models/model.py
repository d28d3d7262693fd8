"""`Model`: a layer that can be trained and saved; Functional or subclassed."""

from __future__ import annotations

import inspect
from typing import Any

from cornu import tree
from cornu.core import registry
from cornu.core.call_spec import build_by_call
from cornu.core.graph import (
    CopiedGraph,
    operations_by_depth,
    run_graph,
    run_nodes,
    sort_graph,
    symbolic_output,
)
from cornu.core.host_stage import (
    HostStage,
    Staged,
    holds_strings,
    is_traced,
    strings_as_arrays,
)
from cornu.core.input_layer import Input, InputLayer
from cornu.core.layer import Layer
from cornu.core.layer_parts.building import as_shapes
from cornu.engine import dtypes
from cornu.engine.limits import GIBIBYTE, Limits
from cornu.ops.inference import shown
from cornu.ops.symbolic import KerasTensor, any_symbolic
from cornu.saving import model_io, weights_io
from cornu.saving.model_config import config_text, model_config
from cornu.saving.reading import reading
from cornu.training.trainer import Trainer
from cornu.visualization import summary as print_summary


class Model(Trainer, CopiedGraph, Layer):
    """A model: made from symbolic inputs and outputs, or subclassed with its own `call`.

    Args:
        *args: `(inputs, outputs)` for a Functional model: symbolic tensors or nested structures.
        **kwargs: `inputs` and `outputs` by name; `name`, `trainable`, `dtype` as for layers.

    >>> x = keras.Input((3,))
    >>> model = keras.Model(x, keras.layers.Dense(2)(x))
    >>> model.output_shape
    (None, 2)
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Model:
        if cls is Model and is_functional(args, kwargs):
            cls = registry.PUBLISHED["keras.src.models.functional", "Functional"]
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any):
        if is_functional(args, kwargs):
            named = dict(zip(("inputs", "outputs", "name"), args))
            inputs = kwargs.pop("inputs", named.get("inputs"))
            outputs = kwargs.pop("outputs", named.get("outputs"))
            if "name" in named:
                kwargs.setdefault("name", named["name"])
            super().__init__(**kwargs)
            self._set_graph(inputs, outputs)
            return
        if args:
            raise TypeError(
                f"{type(self).__name__} takes (inputs, outputs), symbolic tensors, or keyword "
                f"arguments; got {args!r}."
            )
        super().__init__(**kwargs)

    # --- the graph of a Functional model -------------------------------------------------------

    def _set_graph(self, inputs: Any, outputs: Any) -> None:
        for tensor in tree.flatten((inputs, outputs)):
            if not isinstance(tensor, KerasTensor):
                raise ValueError(
                    f"Model {self.name!r}: inputs and outputs must be symbolic tensors, made from "
                    f"keras.Input(...); got {tensor!r}."
                )
        if not all(map(_is_input, tree.flatten(inputs))):
            inputs, outputs = with_new_inputs(inputs, outputs)
        # The layers of the graph cast their own inputs, or read them as they came.
        self.autocast = False
        self._inputs_struct, self._outputs_struct = inputs, outputs
        self._inputs, self._outputs = tree.flatten(inputs), tree.flatten(outputs)
        self._order = sort_graph(self._inputs, self._outputs)
        self._operations = operations_by_depth(self._inputs, self._outputs, self._order)
        names = [o.name for o in self._operations]
        repeated = {n for n in names if names.count(n) > 1}
        if repeated:
            raise ValueError(
                f"Model {self.name!r}: every layer needs its own name; {sorted(repeated)} occur "
                "more than once. Pass `name=...` to those layers."
            )
        self.built = True

    @property
    def _has_graph(self) -> bool:
        return "_order" in self.__dict__

    def _call_is_graph(self) -> bool:
        """Whether the `call` runs the graph; a subclass with a graph may have one of its own."""
        return type(self).call is Model.call

    def _require_graph(self, what: str) -> None:
        if not self._has_graph:
            raise AttributeError(
                f"{type(self).__name__} {self.name!r} has no `{what}`, as it has no graph. Begin "
                "it with keras.Input(...), or call a Sequential on data first."
            )

    @property
    def inputs(self) -> list:
        """The symbolic inputs, flat; an AttributeError without a graph."""
        self._require_graph("inputs")
        return self._inputs

    @property
    def outputs(self) -> list:
        """The symbolic outputs, flat; an AttributeError without a graph."""
        self._require_graph("outputs")
        return self._outputs

    @property
    def input(self) -> Any:
        """The symbolic inputs in their structure."""
        return self._inputs_struct if self._has_graph else super().input

    @property
    def output(self) -> Any:
        """The symbolic outputs in their structure."""
        return self._outputs_struct if self._has_graph else super().output

    @property
    def input_shape(self) -> Any:
        """Shape of the inputs, None for unknown sizes."""
        return tree.map_structure(lambda t: t.shape, self.input)

    @property
    def output_shape(self) -> Any:
        """Shape of the outputs, None for unknown sizes."""
        return tree.map_structure(lambda t: t.shape, self.output)

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs; an AttributeError without a graph."""
        self._require_graph("input_names")
        return [t.history.operation.name for t in self._inputs]

    @property
    def output_names(self) -> list[str]:
        """Names of the layers that give the outputs; an AttributeError without a graph."""
        self._require_graph("output_names")
        return [t.history.operation.name for t in self._outputs]

    @property
    def operations(self) -> list:
        """Layers and functions of the graph, in running order."""
        return list(self._operations) if self._has_graph else []

    @property
    def layers(self) -> list[Layer]:
        """The layers of the model, not those inside them."""
        metrics = set(map(id, self.metrics)) if self.compiled else set()
        return [layer for layer in self._layers if id(layer) not in metrics]

    # --- strings -------------------------------------------------------------------------------

    @property
    def _host_stage(self) -> HostStage | None:
        """The part of the graph that runs in front of compiled programs; None without one."""
        if not self._has_graph:
            return None
        stage = self.__dict__.get("_stage")
        if stage is None or stage.order is not self._order:
            stage = self.__dict__["_stage"] = HostStage(self)
        return stage if stage.nodes else None

    def _run_host_stage(self, inputs: Any) -> Any:
        """What the compiled part of the model goes on with: the inputs, where there are no strings.

        Args:
            inputs: values in the structure of the model's inputs.
        """
        stage = self._host_stage
        return inputs if stage is None else stage.run(self, self._standardized(inputs))

    def _prepare_for(self, inputs: Any) -> None:
        """Make a graph for inputs that need one; only Sequential does."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs, of strings too."""
        name = "inputs" if not args and "inputs" in kwargs else None
        inputs = kwargs["inputs"] if name else args[0] if args else None
        if holds_strings(inputs):
            inputs = strings_as_arrays(inputs)
        symbolic = any_symbolic(inputs)
        if not symbolic and not self._has_graph:
            self._prepare_for(inputs)
        if self._host_stage is not None and not isinstance(inputs, Staged) and not symbolic:
            if not is_traced(inputs):
                inputs = self._run_host_stage(strings_as_arrays(inputs))
        if name:
            kwargs = {**kwargs, name: inputs}
        elif args:
            args = (inputs, *args[1:])
        return super().__call__(*args, **kwargs)

    def _inferred(self, args: tuple, kwargs: dict) -> Any:
        if self._has_graph and self._call_is_graph():
            # What each layer says of its outputs.
            return symbolic_output(self, self._standardized((*args, *kwargs.values())[0]))
        return super()._inferred(args, kwargs)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Compute the outputs; subclasses write their own."""
        if not self._has_graph:
            raise NotImplementedError(
                f"Model {type(self).__name__} must define `call(self, inputs)`."
            )
        if isinstance(inputs, Staged):
            return self._host_stage.resume(self, inputs)
        return run_graph(self, self._standardized(inputs))

    def _standardized(self, inputs: Any) -> list:
        """Inputs as a flat list in the graph's order, checked against the symbolic inputs."""
        if isinstance(inputs, dict):
            struct = self._inputs_struct
            if not isinstance(struct, dict):
                struct = dict(zip(self.input_names, self._inputs))
            needed = {key: tree.flatten(tensors) for key, tensors in struct.items()}
            missing = [
                key
                for key, tensors in needed.items()
                if key not in inputs and not all(_is_optional(t) for t in tensors)
            ]
            if missing:
                raise ValueError(
                    f"Model {self.name!r} needs inputs named {sorted(struct)}; {missing} are "
                    f"missing from the dict with keys {sorted(inputs)}."
                )
            keys = sorted(struct) if isinstance(self._inputs_struct, dict) else list(struct)
            flat = []
            for key in keys:
                given = inputs.get(key)
                flat += [None] * len(needed[key]) if given is None else tree.flatten(given)
        else:
            flat = tree.flatten(inputs)
        if len(flat) != len(self._inputs):
            raise ValueError(
                f"Model {self.name!r} has {len(self._inputs)} input(s) ({self.input_names}), got "
                f"{len(flat)}. Pass a list, or a dict by name, with one array per input."
            )
        return [
            self._fitted(x, place, spec) for place, (x, spec) in enumerate(zip(flat, self._inputs))
        ]

    def _fitted(self, x: Any, place: int, spec: KerasTensor) -> Any:
        name = spec.history.operation.name
        if x is None and not _is_optional(spec):
            raise ValueError(
                f"Model {self.name!r}: input {name!r} is None. Pass an array, or make the input "
                "with keras.Input(..., optional=True)."
            )
        if not hasattr(x, "shape"):
            return x
        wanted, got = spec.shape, shown(x.shape)
        if len(got) == len(wanted) - 1 and wanted[-1] == 1:
            x = x.reshape((*x.shape, 1)) if not isinstance(x, KerasTensor) else x[..., None]
        elif len(got) == len(wanted) + 1 and got[-1] == 1:
            x = x[..., 0]
        if not self._takes(wanted, shown(x.shape)):
            # The size of the batch is only a hint.
            expected = str((None, *wanted[1:])).replace("None", "any")
            advice = "Check the shape of the data (the first size counts the examples)."
            if fit(wanted[1:], got):
                advice = "For one example add the axis that counts the examples: x[None]."
            raise ValueError(
                f"Model {self.name!r}: input {name!r} expects shape {expected}, got {got}. {advice}"
            )
        if isinstance(x, KerasTensor) or str(x.dtype) == spec.dtype or spec.dtype == "string":
            return x
        if dtypes.is_integer(x.dtype) and dtypes.is_float(spec.dtype) and place in self._id_inputs:
            return x
        return x.astype(dtypes.canonical(spec.dtype))

    @property
    def _id_inputs(self) -> set[int]:
        """Places of the inputs that only layers for ids read; floats would round large ids."""
        order, places = self.__dict__.get("_known_id_inputs", (None, None))
        if order is not self._order:
            places = {
                place
                for place, tensor in enumerate(self._inputs)
                if all(
                    getattr(node.operation, "reads_integers", False)
                    for node in self._order
                    if any(parent is tensor for parent in node.parents)
                )
            }
            self.__dict__["_known_id_inputs"] = (self._order, places)
        return places

    def _takes(self, wanted: tuple, shape: tuple) -> bool:
        """Whether the shape of a value suits an input, but for the size of the batch."""
        return len(shape) == len(wanted) and fit(wanted[1:], shape[1:])

    def build_from_config(self, config: dict) -> None:
        """Build with the shapes that `get_build_config` returned."""
        if config and not self._has_graph and type(self).build is Layer.build:
            shapes = {k: as_shapes(v) for k, v in config.get("shapes_dict", config).items()}
            build_by_call(self, shapes)
            self._build_shapes, self.built = shapes, True
            return
        super().build_from_config(config)

    # --- looking -------------------------------------------------------------------------------

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """One layer, by its name or its place.

        Raises:
            ValueError: if there is none.
        """
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"Model {self.name!r} has {len(layers)} layers; there is no layer {index}."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"Model {self.name!r} has no layer named {name!r}. Its layers are "
            f"{[layer.name for layer in layers]}."
        )

    def summary(
        self,
        line_length: int | None = None,
        positions: list | None = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print a table of the layers, their output shapes and numbers of weights.

        Args:
            line_length: width of the table in characters.
            positions: relative or absolute positions of the columns.
            print_fn: called with the text instead of printing it.
            expand_nested: whether to show the layers inside nested models.
            show_trainable: whether to show which layers are trained.
            layer_range: names (or patterns) of the first and the last layer to show.
        """
        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )

    def get_config(self) -> dict:
        """The graph, or the constructor's arguments, as plain values."""
        if self._has_graph and takes_graph(type(self)):
            functional = registry.PUBLISHED["keras.src.models.functional", "Functional"]
            return functional.get_config(self)
        return super().get_config()

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Model:
        """A model made from what `get_config` returned."""
        if {"layers", "input_layers", "output_layers"} <= set(config):
            functional = registry.PUBLISHED["keras.src.models.functional", "Functional"]
            return functional.from_config.__func__(cls, config, custom_objects)
        with registry.CustomObjectScope(custom_objects):
            return super().from_config(config)

    # --- files ---------------------------------------------------------------------------------

    def save(
        self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
    ) -> None:
        """Write architecture, weights, and optimizer state to a `.keras` file.

        Args:
            filepath: path that ends in `.keras` (or `.h5`).
            overwrite: whether to replace an existing file without asking.
            zipped: False writes a folder instead of an archive.
            **kwargs: passed on for `.h5` files.
        """
        model_io.save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(
        self, filepath: Any, overwrite: bool = True, max_shard_size: Any = None
    ) -> None:
        """Write the weights to a `.weights.h5` file, or to several: see `saving.save_weights`."""
        weights_io.save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read the weights from a file: see `saving.load_weights`."""
        weights_io.load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as a JSON string; `model_from_json` makes a model of it."""
        return config_text(self, **kwargs)


def fit(wanted: tuple, shape: tuple) -> bool:
    """Whether two shapes can be the same; None stands for any size."""
    return len(shape) == len(wanted) and all(
        a is None or b is None or a == b for a, b in zip(wanted, shape)
    )


def _is_input(tensor: KerasTensor) -> bool:
    return tensor.history is not None and isinstance(tensor.history.operation, InputLayer)


def _is_optional(tensor: KerasTensor) -> bool:
    return tensor.history.operation.optional


def with_new_inputs(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """The graph from inner tensors of a graph to its outputs, with inputs in their place.

    The layers are called on the new inputs, so both graphs share their weights.

    Args:
        inputs: symbolic tensors in any structure.
        outputs: symbolic tensors that were made from them.

    Returns:
        The new inputs, of which those that are inputs already are left as they are, and outputs.
    """

    def new(tensor: KerasTensor) -> KerasTensor:
        if _is_input(tensor):
            return tensor
        return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=f"{tensor.name}_input")

    nodes = sort_graph(tree.flatten(inputs), tree.flatten(outputs))
    new_inputs = tree.map_structure(new, inputs)
    values = dict(zip(map(id, tree.flatten(inputs)), tree.flatten(new_inputs)))
    run_nodes(nodes, values)
    return new_inputs, tree.map_structure(lambda t: values[id(t)], outputs)


def takes_graph(cls: type) -> bool:
    """Whether the constructor hands symbolic inputs and outputs on, as that of Model does."""
    parameters = inspect.signature(cls.__init__).parameters.values()
    kinds = {parameter.kind for parameter in parameters}
    names = {parameter.name for parameter in parameters}
    return {"inputs", "outputs"} <= names or {
        inspect.Parameter.VAR_POSITIONAL,
        inspect.Parameter.VAR_KEYWORD,
    } <= kinds


def is_functional(args: tuple, kwargs: dict) -> bool:
    """Whether a constructor was given symbolic inputs and outputs."""
    return (
        len(args) >= 2
        or (len(args) == 1 and "outputs" in kwargs)
        or ("inputs" in kwargs and "outputs" in kwargs)
    )


# A text holds no weights that its claims could be compared with.
LIMITS_OF_TEXT = Limits(memory=4 * GIBIBYTE)


def model_from_json(
    json_string: str, custom_objects: dict | None = None, limits: Limits | None = None
) -> Model:
    """A model, with new weights, from what `Model.to_json` gave.

    Args:
        json_string: the text.
        custom_objects: dict from name to class or function.
        limits: `keras.saving.Limits`, the most that the model may take; 4 GiB of memory by
            default.

    Raises:
        LoadError: if the text is damaged, or claims more than the limits.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> keras.models.model_from_json(model.to_json()).output_shape
    (None, 1)
    """
    with reading("a JSON text", limits or LIMITS_OF_TEXT, held=len(json_string)):
        config = model_config(json_string, compile=True, place="json_string")
        return registry.deserialize(config, custom_objects)
