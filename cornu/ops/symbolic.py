"""Operations on symbolic tensors.

Calling an operation (a function of `cornu.ops` or a layer) on a `KerasTensor` records a `Node`; a
Functional model is the graph of those nodes.
"""

from __future__ import annotations

from typing import Any

from cornu import tree
from cornu.engine.names import auto_name, to_snake_case
from cornu.ops.inference import infer_output
from cornu.ops.keras_tensor import History, KerasTensor


class Node:
    """One call of an operation on symbolic tensors: its arguments and its outputs."""

    __slots__ = ("args", "kwargs", "operation", "outputs", "parents")

    def __init__(self, operation: Any, args: tuple, kwargs: dict, outputs: Any):
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.outputs = [t for t in tree.flatten(outputs) if isinstance(t, KerasTensor)]
        self.parents = self.inputs
        index = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for tensor in self.parents:
            if tensor._keras_history is not None:
                tensor._keras_history.operation._outbound_nodes.append(self)
        for i, tensor in enumerate(self.outputs):
            tensor._keras_history = History(operation, index, i)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic tensors among the arguments, in order."""
        return [t for t in tree.flatten((self.args, self.kwargs)) if isinstance(t, KerasTensor)]

    @property
    def is_input(self) -> bool:
        """Whether the node stands for an input of the graph."""
        return not self.parents

    def fill(self, values: dict[int, Any]) -> tuple[tuple, dict]:
        """The arguments with each symbolic tensor replaced by `values[id(tensor)]`."""

        def value(leaf: Any) -> Any:
            return values[id(leaf)] if isinstance(leaf, KerasTensor) else leaf

        return tree.map_structure(value, self.args), tree.map_structure(value, self.kwargs)


def recorded(operation: Any, args: tuple, kwargs: dict, outputs: Any) -> Any:
    """Record a call and return its outputs.

    Outputs that were there before, as where an operation hands its inputs on, get tensors of
    their own, so that the graph knows the call.
    """

    def own(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor) or leaf.history is None:
            return leaf
        return KerasTensor(leaf.shape, leaf.dtype, leaf.sparse, leaf.ragged)

    outputs = tree.map_structure(own, outputs)
    Node(operation, args, kwargs, outputs)
    return outputs


class Operation:
    """Something that can be called on tensors and takes part in graphs: a layer or a function.

    Subclasses write `call`; `compute_output_spec` follows from it by abstract evaluation.

    Args:
        name: unique name; made from the class name if not given.
    """

    def __init__(self, name: str | None = None):
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(
                f"The name of a {type(self).__name__} must be a string without '/'; got {name!r}."
            )
        self.name = name or auto_name(to_snake_case(type(self).__name__))
        self._inbound_nodes: list[Node] = []
        self._outbound_nodes: list[Node] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if any_symbolic(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs."""
        raise NotImplementedError(f"{type(self).__name__} must define `call`.")

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call on symbolic tensors and return the symbolic outputs."""
        return recorded(self, args, kwargs, self.compute_output_spec(*args, **kwargs))

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs for symbolic inputs."""
        return infer_output(self.call, *args, **kwargs)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict) -> Operation:
        """An operation made from what `get_config` returned."""
        return cls(**config)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy holds: all but its calls, each of which belongs to a graph.

        So the copy of a layer takes no model with it, and that of a deep model no deep recursion.
        """
        calls = ("_inbound_nodes", "_outbound_nodes")
        return {key: value for key, value in self.__dict__.items() if key not in calls}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A graph that holds the operation may have entered its calls already.
        own = self.__dict__
        own.update(state, _inbound_nodes=own.get("_inbound_nodes", []))
        own.setdefault("_outbound_nodes", [])

    def _first_node(self, what: str) -> Node:
        if not self._inbound_nodes:
            raise AttributeError(
                f"{type(self).__name__} {self.name!r} was never called on symbolic tensors, so it "
                f"has no `{what}`. Call it on a keras.Input(...) first."
            )
        return self._inbound_nodes[0]

    @property
    def input(self) -> Any:
        """The symbolic input of the first call; an error if there was none."""
        inputs = self._first_node("input").inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """The symbolic output of the first call; an error if there was none."""
        outputs = self._first_node("output").outputs
        return outputs[0] if len(outputs) == 1 else outputs


def is_keras_tensor(x: Any) -> bool:
    """Whether this is a symbolic tensor.

    Args:
        x: anything.

    >>> keras.utils.is_keras_tensor(keras.Input((2,)))
    True
    """
    return isinstance(x, KerasTensor)


def any_symbolic(*structures: Any) -> bool:
    """Whether a symbolic tensor stands anywhere in these nested structures."""
    for item in structures:
        kind = type(item)
        if kind is KerasTensor:
            return True
        if kind is tuple or kind is list:
            if any_symbolic(*item):
                return True
        elif kind is dict:
            if any_symbolic(*item.values()):
                return True
        elif isinstance(item, (KerasTensor, tuple, list, dict)) and any(
            isinstance(leaf, KerasTensor) for leaf in tree.flatten(item)
        ):
            return True
    return False
