"""`Function`: the graph between symbolic inputs and outputs, in an order in which it can run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import tree
from cornu.engine.identity import IdentitySet
from cornu.engine.names import auto_name
from cornu.ops.symbolic import KerasTensor, Node, Operation, any_symbolic


def sort_graph(inputs: list[KerasTensor], outputs: list[KerasTensor]) -> list[Node]:
    """The nodes between inputs and outputs, each behind the nodes it needs.

    Raises:
        ValueError: if an output depends on a symbolic tensor that is not among the inputs.
    """
    given = {id(t) for t in inputs}
    order: list[Node] = []
    done: set[int] = set()
    stack: list[tuple[Any, bool]] = [(t, False) for t in reversed(outputs)]
    while stack:
        item, expanded = stack.pop()
        if expanded:
            order.append(item)
            continue
        if id(item) in given:
            continue
        history = item._keras_history
        node = None if history is None else history.operation._inbound_nodes[history.node_index]
        if node is None or node.is_input:
            raise ValueError(
                f"The output of the model depends on {item!r}, which is not among its inputs. "
                "Add it to `inputs`, or build the output from the inputs alone."
            )
        if id(node) in done:
            continue
        done.add(id(node))
        stack.append((node, True))
        stack.extend((t, False) for t in reversed(node.parents))
    return order


def operations_by_depth(
    inputs: list[KerasTensor], outputs: list[KerasTensor], order: list[Node]
) -> list[Operation]:
    """Inputs and operations of a graph, those farthest from the outputs first, as Keras has them.

    `layers`, `weights` and with them `get_weights` follow this order. Where several are as far,
    the one that is met first on the way back from the outputs comes first.

    Args:
        inputs: symbolic tensors from `Input`.
        outputs: symbolic tensors made from them.
        order: what `sort_graph` returned for these.
    """
    places: dict[int, int] = {}
    seen: set[int] = set()
    stack = list(reversed(outputs))
    while stack:
        node = _node_of(stack.pop())
        if id(node) not in seen:
            seen.add(id(node))
            places.setdefault(id(node.operation), len(places))
            stack.extend(reversed(node.parents))
    distances: dict[int, int] = {}
    depths: dict[int, int] = {}
    for node in [*reversed(order), *map(_node_of, inputs)]:
        if id(node.operation) in places:
            depth = max(distances.get(id(node), 0), depths.get(id(node.operation), 0))
            depths[id(node.operation)] = depth
            for parent in map(_node_of, node.parents):
                distances[id(parent)] = max(depth + 1, distances.get(id(parent), 0))
    operations = [node.operation for node in [*map(_node_of, inputs), *order]]
    unique = list({id(o): o for o in operations}.values())
    return sorted(unique, key=lambda o: (-depths.get(id(o), 0), places.get(id(o), -1)))


def _node_of(tensor: KerasTensor) -> Node:
    return tensor._keras_history.operation._inbound_nodes[tensor._keras_history.node_index]


class CopiedGraph:
    """How what holds a graph is copied and pickled: with its calls one after the other.

    Layers and symbolic tensors do not know their calls there, so that no walk along the graph is
    as deep as the graph. The copy of the graph makes the calls anew.
    """

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if "_order" in state:
            inputs = IdentitySet(map(_node_of, state["_inputs"]))
            state["_order"] = [_call(node) for node in state["_order"]]
            state["_input_calls"] = [_call(node) for node in inputs]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        for call in state.pop("_input_calls", ()):
            _made_again(*call)
        if "_order" in state:
            state["_order"] = [_made_again(*call) for call in state["_order"]]
        super().__setstate__(state)


def _call(node: Node) -> tuple[Operation, tuple, dict, list[KerasTensor]]:
    return node.operation, node.args, node.kwargs, node.outputs


def _made_again(operation: Operation, args: tuple, kwargs: dict, outputs: list) -> Node:
    """The node of a call, made if no other graph that was copied with this one made it."""
    if outputs[0].history is not None:
        return _node_of(outputs[0])
    for calls in ("_inbound_nodes", "_outbound_nodes"):
        operation.__dict__.setdefault(calls, [])
    return Node(operation, args, kwargs, outputs)


class Function(CopiedGraph, Operation):
    """A graph of operations as one operation.

    Args:
        inputs: symbolic tensors, nested as the call's argument will be.
        outputs: symbolic tensors made from them, nested as the result shall be.
        name: its name.

    >>> x = keras.Input((2,))
    >>> double = keras.Function(x, x * 2)
    >>> double(keras.ops.ones((1, 2))).tolist()
    [[2.0, 2.0]]
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None):
        super().__init__(name or auto_name("function"))
        self._inputs_struct, self._outputs_struct = inputs, outputs
        self._inputs, self._outputs = tree.flatten(inputs), tree.flatten(outputs)
        self._order = sort_graph(self._inputs, self._outputs)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs, flat."""
        return self._inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs, flat."""
        return self._outputs

    @property
    def operations(self) -> list[Operation]:
        """The operations of the graph, each once, in running order."""
        return list({id(node.operation): node.operation for node in self._order}.values())

    def call(self, inputs: Any) -> Any:
        return run_graph(self, inputs)

    def compute_output_spec(self, inputs: Any) -> Any:
        return symbolic_output(self, tree.flatten(inputs))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shapes of the outputs for shapes of the inputs, nested as the inputs are.

        Args:
            input_shape: tuples of ints, with None for unknown sizes.

        Raises:
            ValueError: if the shapes are not nested as the inputs.

        >>> x = keras.Input((2,))
        >>> keras.Function(x, x * 2).compute_output_shape((5, 2))
        (5, 2)
        """
        tree.assert_same_structure(
            tree.map_structure(lambda _: 0, self._inputs_struct),
            tree.map_shape_structure(lambda _: 0, input_shape),
        )
        shapes = tree.flatten(tree.map_shape_structure(_Shape, input_shape))
        tensors = [KerasTensor(s.sizes, t.dtype) for s, t in zip(shapes, self._inputs)]
        inputs = tree.pack_sequence_as(self._inputs_struct, tensors)
        return tree.map_structure(lambda t: t.shape, self.compute_output_spec(inputs))


class _Shape:
    """A shape that is a leaf of a structure."""

    def __init__(self, sizes: tuple):
        self.sizes = sizes


def get_source_inputs(tensor: KerasTensor) -> list[KerasTensor]:
    """The `Input`s that a symbolic tensor depends on.

    Args:
        tensor: the output of a layer or an operation on symbolic tensors.

    Returns:
        List of symbolic tensors; `[tensor]` for an input itself.

    Raises:
        ValueError: if it is no symbolic tensor.

    >>> x = keras.Input((3,), name="x")
    >>> [source.name for source in keras.utils.get_source_inputs(keras.layers.Dense(2)(x) + 1)]
    ['x']
    """
    if not isinstance(tensor, KerasTensor):
        raise ValueError(
            "get_source_inputs takes a symbolic tensor, as keras.Input(...) or a layer called on "
            f"one returns; got {type(tensor).__name__}."
        )
    sources: dict[int, KerasTensor] = {}
    seen: set[int] = set()
    waiting: list[Any] = [tensor]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        node = None
        if current.history is not None:
            node = current.history.operation._inbound_nodes[current.history.node_index]
        if node is None or node.is_input:
            sources[id(current)] = current
        else:
            waiting.extend(reversed(node.parents))
    return list(sources.values())


def run_graph(function: Any, inputs: Any, wrap: Callable | None = None) -> Any:
    """Run a sorted graph on values (or on other symbolic tensors).

    Args:
        function: has `_inputs`, `_order` and `_outputs_struct`.
        inputs: values in the structure of the inputs.
        wrap: gives the callable to use for an operation; the operation itself by default.
    """
    values = dict(zip(map(id, function._inputs), tree.flatten(inputs)))
    run_nodes(function._order, values, wrap=wrap)
    return tree.map_structure(lambda t: values[id(t)], function._outputs_struct)


def run_nodes(
    nodes: list[Node],
    values: dict[int, Any],
    arguments: Callable | None = None,
    wrap: Callable | None = None,
) -> None:
    """Run nodes in turn, and add their outputs to the values.

    Args:
        nodes: each behind those it needs.
        values: by the `id` of symbolic tensors; gets those of the nodes' outputs.
        arguments: gives the arguments `(args, kwargs)` for a node; filled from the values by
            default.
        wrap: gives the callable to use for an operation; the operation itself by default.
    """
    for node in nodes:
        args, kwargs = node.fill(values) if arguments is None else arguments(node)
        operation = node.operation if wrap is None else wrap(node.operation)
        outputs = operation(*args, **kwargs)
        values.update(zip(map(id, node.outputs), _tensors(outputs)))


def symbolic_values(graph: Any, inputs: list) -> dict[int, Any]:
    """What each operation of a graph says of its outputs for other symbolic inputs.

    Args:
        graph: has `_inputs` and `_order`.
        inputs: symbolic tensors, flat and in the graph's order.

    Returns:
        Symbolic tensors by the `id` of those of the graph in whose place they stand.
    """
    values = dict(zip(map(id, graph._inputs), inputs))
    for node in graph._order:
        args, kwargs = node.fill(values)
        outputs = node.operation.compute_output_spec(*args, **kwargs)
        values.update(zip(map(id, node.outputs), _tensors(outputs)))
    return values


def symbolic_output(graph: Any, inputs: list) -> Any:
    """The graph's symbolic outputs for other symbolic inputs, given flat."""
    values = symbolic_values(graph, inputs)
    return tree.map_structure(lambda t: values[id(t)], graph._outputs_struct)


def _tensors(outputs: Any) -> list:
    flat = tree.flatten(outputs)
    return (
        [t for t in flat if isinstance(t, KerasTensor)]
        if any_symbolic(outputs)
        else [t for t in flat if hasattr(t, "shape")]
    )
