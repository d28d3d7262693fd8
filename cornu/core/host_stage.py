"""The part of a graph that reads strings: it runs in NumPy, in front of the compiled program.

XLA has no strings. A node with a string among its inputs or outputs therefore runs on the host; so
does a layer for categories that reads 64-bit integers, which JAX would cut to 32 bits. `Staged`
holds what these nodes give to the rest of the graph, which goes on from there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np

from cornu import tree
from cornu.core.graph import run_nodes
from cornu.ops.symbolic import Node


class Staged(NamedTuple):
    """The values with which the compiled part of a graph goes on."""

    values: tuple


class HostStage:
    """How a graph falls into a part for the host and a part to compile.

    Args:
        graph: has `_inputs`, `_order` and `_outputs`, as Functional models have.

    Raises:
        ValueError: if a node needs strings from the compiled part.
    """

    def __init__(self, graph: Any):
        self.order = graph._order
        self.nodes: list[Node] = []
        self.split: set[int] = set()
        known = {id(t) for t in graph._inputs}
        for node in graph._order:
            inner = getattr(node.operation, "_host_stage", None)
            if inner is None and not _runs_on_host(node, known):
                continue
            _check_available(node, known)
            self.nodes.append(node)
            if inner is None:
                known |= {id(t) for t in node.outputs}
            else:
                # Of a model in the model, the host part runs here and the rest is compiled.
                self.split.add(id(node))
        on_host = {id(node) for node in self.nodes} - self.split
        self.rest = [node for node in graph._order if id(node) not in on_host]
        needed = [t for node in self.rest if id(node) not in self.split for t in node.parents]
        needed = {id(t) for t in [*needed, *graph._outputs]} & known
        split = [id(node) for node in self.rest if id(node) in self.split]
        self.kept = [*sorted(needed, key=list(_all_ids(graph)).index), *split]

    def run(self, graph: Any, inputs: list) -> Staged:
        """Run the host's part on the inputs, given flat and in the graph's order."""
        values = dict(zip(map(id, graph._inputs), inputs))
        for node in self.nodes:
            if id(node) in self.split:
                args, _ = node.fill(values)
                values[id(node)] = node.operation._run_host_stage(args[0])
            else:
                run_nodes([node], values)
        return Staged(tuple(values[key] for key in self.kept))

    def resume(self, graph: Any, staged: Staged) -> Any:
        """Run the rest of the graph."""
        values = dict(zip(self.kept, staged.values))

        def continued(node: Node) -> tuple[tuple, dict]:
            if id(node) in self.split:
                return (values[id(node)],), {}
            return node.fill(values)

        run_nodes(self.rest, values, continued)
        return tree.map_structure(lambda t: values[id(t)], graph._outputs_struct)


def holds_strings(value: Any) -> bool:
    """Whether this is a string, or an array or nested list of strings."""
    if isinstance(value, (str, bytes)):
        return True
    if isinstance(value, (list, tuple)):
        return bool(len(value)) and all(map(holds_strings, value))
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind == "O" and hasattr(value, "shape") and len(value):
        first = value.flat[0] if hasattr(value, "flat") else value.iloc[0]
        return isinstance(first, (str, bytes))
    if kind in ("S", "U", "T") and hasattr(value, "shape"):
        return True
    return str(getattr(value, "type", getattr(value, "dtype", ""))) in STRING_TYPES


# How pandas, polars, pyarrow and TensorFlow call their strings.
STRING_TYPES = {"string", "str", "String", "large_string", "<dtype: 'string'>"}


def strings_as_arrays(structure: Any) -> Any:
    """The structure with each list of strings replaced by a NumPy array of objects.

    A list of arrays of strings stays a list: that of the values of several inputs.
    """
    if isinstance(structure, (list, tuple)) and holds_strings(structure):
        if not any(
            hasattr(value, "shape") and not isinstance(value, (str, bytes)) for value in structure
        ):
            return np.array(structure, dtype=object)
    if isinstance(structure, (list, tuple)) and not hasattr(structure, "_fields"):
        return type(structure)(map(strings_as_arrays, structure))
    if type(structure) is dict:
        return {key: strings_as_arrays(value) for key, value in structure.items()}
    return structure


def is_traced(structure: Any) -> bool:
    """Whether a value that a program is being compiled for stands in the structure."""
    return any(isinstance(leaf, jax.core.Tracer) for leaf in tree.flatten(structure))


def _runs_on_host(node: Node, known: set[int]) -> bool:
    if any(t.dtype == "string" for t in (*node.parents, *node.outputs)):
        return True
    return getattr(node.operation, "host_capable", False) and all(
        t.dtype in ("int64", "uint64") and id(t) in known for t in node.parents
    )


def _check_available(node: Node, known: set[int]) -> None:
    if all(id(t) in known for t in node.parents):
        return
    raise ValueError(
        f"Layer {node.operation.name!r} reads or gives strings, so it runs in front of the "
        "compiled part of the model, but it needs a result of that part. Leave it out of the "
        "model and call it on what `predict` returns."
    )


def _all_ids(graph: Any) -> dict[int, None]:
    tensors = [*graph._inputs, *(t for node in graph._order for t in node.outputs)]
    return {id(t): None for t in tensors}
