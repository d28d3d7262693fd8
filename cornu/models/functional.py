"""`Functional`: a model that is a graph of layers and operations, and its config."""

from __future__ import annotations

import types
from functools import partial
from typing import Any

from cornu import tree
from cornu.core import registry
from cornu.core.dtype_policy import DTypePolicy
from cornu.core.layer import Layer
from cornu.core.seed_generator import SeedGenerator
from cornu.core.serialization import sharing
from cornu.engine.errors import LoadError
from cornu.models.model import Model, takes_graph
from cornu.ops import keras_names
from cornu.ops.op import REGISTRY, OpCall
from cornu.ops.symbolic import KerasTensor, Node, Operation


class Functional(Model):
    """A model from symbolic inputs to symbolic outputs; `Model(inputs, outputs)` makes one.

    Args:
        inputs: symbolic tensors, nested as the data will be.
        outputs: symbolic tensors, nested as the results shall be.
        name: its name.
        **kwargs: `trainable` and `dtype`, as for layers.

    >>> x = keras.Input((3,))
    >>> type(keras.Model(x, x + 1)).__name__
    'Functional'
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any):
        super().__init__(inputs=inputs, outputs=outputs, name=name, **kwargs)

    def get_config(self) -> dict:
        return sharing.written(partial(Functional._graph_config, self))

    def _graph_config(self) -> dict:
        nodes = {id(node) for node in self._order}
        nodes |= {id(t.history.operation._inbound_nodes[0]) for t in self._inputs}
        places: dict[tuple[int, int], int] = {}
        for operation in self._operations:
            kept = [i for i, n in enumerate(operation._inbound_nodes) if id(n) in nodes]
            places.update({(id(operation), old): new for new, old in enumerate(kept)})

        def reference(tensor: KerasTensor) -> list:
            operation, node_index, tensor_index = tensor.history
            return [operation.name, places[id(operation), node_index], tensor_index]

        layers = []
        for operation in self._operations:
            entry = _operation_config(operation)
            entry["name"] = operation.name
            entry["inbound_nodes"] = [
                _node_config(node, reference)
                for node in operation._inbound_nodes
                if id(node) in nodes and not node.is_input
            ]
            layers.append(entry)
        return {
            "name": self.name,
            "trainable": self.trainable,
            "layers": layers,
            "input_layers": tree.map_structure(reference, self._inputs_struct),
            "output_layers": tree.map_structure(reference, self._outputs_struct),
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Model:
        """A model made from what `get_config` returned."""
        with registry.CustomObjectScope(custom_objects):
            graph = sharing.read(lambda: _Rebuilt(config))
            inputs = graph.tensors(config["input_layers"])
            outputs = graph.tensors(config["output_layers"])
            if cls is Model or not takes_graph(cls):
                cls = Functional
            model = cls(inputs=inputs, outputs=outputs, name=config.get("name"))
        if config.get("trainable") is False:
            model.trainable = False
        return model


class _Rebuilt:
    """The operations of a saved graph by name, called on each other as its nodes say."""

    def __init__(self, config: dict):
        self.operations: dict[str, Operation] = {}
        # A layer that another graph has too was called there already: nodes are counted from here.
        self.first: dict[str, int] = {}
        calls: dict[str, list] = {}
        for entry in config["layers"]:
            operation = _operation_from(entry)
            name = entry.get("name", operation.name)
            if name in self.operations:
                raise LoadError("two layers of the saved graph have one name", found=repr(name))
            self.operations[name] = operation
            self.first[name] = sum(not node.is_input for node in operation._inbound_nodes)
            calls[name] = list(entry["inbound_nodes"])
        self._call_all(calls)

    def _call_all(self, calls: dict[str, list]) -> None:
        """Make the calls of each operation in their order, once what they need is there."""
        done = dict.fromkeys(calls, 0)
        blocked: dict[tuple, list[str]] = {}
        ready = list(reversed(calls))
        while ready:
            name = ready.pop()
            while done[name] < len(calls[name]):
                missing = self._apply(name, calls[name][done[name]])
                if missing is not None:
                    blocked.setdefault(missing, []).append(name)
                    break
                ready += blocked.pop((name, done[name]), ())
                done[name] += 1
        left = [name for name in calls if done[name] < len(calls[name])]
        if left:
            raise LoadError(
                "the saved graph cannot be rebuilt: layers need unknown tensors",
                found=", ".join(map(repr, left)),
            )

    def tensors(self, places: Any) -> Any:
        """Tensors for a nested structure of `[name, node, tensor]`."""
        if isinstance(places, dict):
            return {key: self.tensors(value) for key, value in places.items()}
        if len(places) == 3 and isinstance(places[0], str):
            found = self._tensor(places)
            if found is None:
                raise LoadError("the saved graph lacks a tensor", found=repr(places)[:300])
            return found
        tensors = [self.tensors(value) for value in places]
        return tensors if isinstance(places, list) else tuple(tensors)

    def _tensor(self, place: Any) -> KerasTensor | None:
        name, node_index, tensor_index = place
        if name not in self.operations:
            return None
        nodes = self.operations[name]._inbound_nodes[self.first[name] :]
        return nodes[node_index].outputs[tensor_index] if node_index < len(nodes) else None

    def _apply(self, name: str, node: Any) -> tuple | None:
        """Make a call; if the output of another call is missing, say `(operation, call)`."""
        if not isinstance(node, dict):
            return self._apply_legacy(name, node)
        missing, found = [], 0

        def value(leaf: Any) -> Any:
            nonlocal found
            if isinstance(leaf, dict) and leaf.get("class_name") == "__keras_tensor__":
                place = leaf["config"]["keras_history"]
                tensor = self._tensor(place)
                found += 1
                if tensor is None:
                    missing.append((place[0], place[1]))
                return tensor
            return None

        args, kwargs = tree.traverse(value, (list(node["args"]), dict(node["kwargs"])))
        if missing:
            return missing[0]
        if not found:
            raise LoadError(
                "a call in the saved graph has no symbolic input, so it would run at once",
                place=name,
                expected="calls on outputs of other layers",
            )
        args = [_keeping_tensors(a) for a in args]
        kwargs = {k: _keeping_tensors(v) for k, v in kwargs.items()}
        operation = self.operations[name]
        if isinstance(operation, OpCall) and operation.op.name == "get_item":
            # JSON has no tuples, and lists are no keys.
            args[1:] = [tuple(key) if isinstance(key, list) else key for key in args[1:]]
        operation(*args, **kwargs)
        return None

    def _apply_legacy(self, name: str, node: list) -> tuple | None:
        """A node as Keras 2 wrote it: a list of `[layer, node, tensor, kwargs]`."""
        places = [node] if node and isinstance(node[0], str) else node
        if not places:
            raise LoadError("a call in the saved graph has no input", place=name)
        tensors = [self._tensor(place[:3]) for place in places]
        for place, tensor in zip(places, tensors):
            if tensor is None:
                return place[0], place[1]
        kwargs = places[0][3] if len(places[0]) > 3 else {}
        self.operations[name](tensors[0] if len(tensors) == 1 else tensors, **kwargs)
        return None


def _operation_config(operation: Operation) -> dict:
    if isinstance(operation, OpCall):
        module, class_name = keras_names.to_keras(operation.op.name)
        return {
            "module": module,
            "class_name": class_name,
            "config": registry.serialize_config(operation),
            "registered_name": class_name,
        }
    return registry.serialize(operation)


# What a call in a graph may hold beside tensors and plain values.
ARGUMENTS = (SeedGenerator, DTypePolicy, types.FunctionType)
# Where Keras's files say that an operation, not a layer, comes from.
OPERATION_MODULES = ("keras.src.ops", "keras.ops", "keras.src.activations")


def _names_operation(entry: dict) -> bool:
    """Whether an entry is an operation: by its module, or as it has no arguments of layers."""
    module, class_name = entry.get("module"), entry["class_name"]
    if registry.get_registered_object(entry.get("registered_name") or "") is not None:
        return False
    if module is not None:
        return str(module).startswith(OPERATION_MODULES)
    if ("keras.layers", class_name) not in registry.PUBLISHED:
        return True
    # Legacy files give no module: `Add` may be a layer or an operation.
    return "trainable" not in entry["config"] and keras_names.from_keras(class_name) in REGISTRY


def _node_config(node: Node, reference: Any) -> dict:
    def value(leaf: Any) -> Any:
        if isinstance(leaf, KerasTensor):
            place = {
                "shape": list(leaf.shape),
                "dtype": leaf.dtype,
                "keras_history": reference(leaf),
            }
            return {"class_name": "__keras_tensor__", "config": place}
        return registry.serialize(leaf)

    return {
        "args": [tree.map_structure(value, arg) for arg in node.args],
        "kwargs": {key: tree.map_structure(value, arg) for key, arg in node.kwargs.items()},
    }


def _operation_from(entry: dict) -> Operation:
    module = entry.get("module")
    name = keras_names.from_keras(entry["class_name"]) if _names_operation(entry) else None
    if name in REGISTRY and (module is None or str(module).startswith(OPERATION_MODULES)):
        given = {k: v for k, v in entry["config"].items() if k != "name"}
        settings = registry.deserialize(given, expected=ARGUMENTS)
        return OpCall(REGISTRY[name], settings, entry.get("name"))
    found = registry.deserialize(entry, expected=(Layer, Operation))
    if not isinstance(found, (Layer, Operation)):
        raise TypeError(f"{entry['class_name']!r} in the saved graph is no layer or operation.")
    return found


def _keeping_tensors(value: Any) -> Any:
    if isinstance(value, KerasTensor):
        return value
    if isinstance(value, dict) and "class_name" in value:
        return registry.deserialize(value, expected=ARGUMENTS)
    if isinstance(value, dict):
        return {k: _keeping_tensors(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_keeping_tensors, value))
    return value
