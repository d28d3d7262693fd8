"""A model's graph for Graphviz, whose many tools can draw and change it."""

from __future__ import annotations

from html import escape
from typing import Any

from cornu.engine.extras import require
from cornu.visualization.model_graph import Details, Part, describe, model_part


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """A model's graph as a `pydot` graph.

    Its `to_string()` is text in the DOT language, and needs no other program; its `write_png` and
    kin call Graphviz's `dot`, which the system's package manager installs.

    Args:
        model: a built model.
        show_shapes: whether to show the shapes of inputs and outputs.
        show_dtype: whether to show the layers' compute dtypes.
        show_layer_names: whether to show names beside the classes.
        rankdir: where the data flow: "TB" downwards, "BT" upwards, "LR" or "RL".
        expand_nested: whether nested models are clusters with their layers inside.
        dpi: dots per inch.
        subgraph: whether to return a cluster, to be put into another graph.
        show_layer_activations: whether to show activations.
        show_trainable: whether to show which layers are trained.
        splines: how Graphviz draws edges: "ortho", "curved", "polyline", "spline", "line".
        **kwargs: none are known.

    Returns:
        A `pydot.Dot`, or a `pydot.Cluster` for `subgraph=True`.

    Raises:
        ValueError: if the model is not built, or an argument is unknown.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="last")])
    >>> "last" in keras.utils.model_to_dot(model).to_string()
    True
    """
    if kwargs:
        raise ValueError(f"model_to_dot does not know the arguments {sorted(kwargs)}.")
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} is not built, so it has no graph yet. Start it with "
            "keras.Input(shape), or call it on data, or model.build(input_shape), first."
        )
    pydot = require("pydot", extra="plot")
    details = Details(
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable
    )
    part = model_part(model, expand_nested)
    if subgraph:
        graph = pydot.Cluster(model.name, label=f'"{model.name}"', style="dashed")
    else:
        graph = pydot.Dot(graph_type="digraph", rankdir=rankdir, dpi=str(dpi), splines=splines)
        graph.set_node_defaults(shape="plaintext", fontname="Helvetica")
        graph.set_edge_defaults(color="gray40")
    _fill(pydot, graph, part, details, model.name)
    return graph


def _fill(pydot: Any, graph: Any, part: Part, details: Details, path: str) -> None:
    for i, inner in enumerate(part.parts):
        if inner.parts:
            cluster = pydot.Cluster(f"{path}/{i}", label=f'"{inner.layer.name}"', style="dashed")
            _fill(pydot, cluster, inner, details, f"{path}/{i}")
            graph.add_subgraph(cluster)
        else:
            graph.add_node(pydot.Node(f'"{path}/{i}"', label=_table(inner, details)))
    for start, end in part.edges:
        graph.add_edge(
            pydot.Edge(f'"{path}/{_end(part, start, -1)}"', f'"{path}/{_end(part, end, 0)}"')
        )


def _end(part: Part, number: int, side: int) -> str:
    """The path to a box, or to the first or last one inside: edges lead from node to node."""
    inner = part.parts[number]
    if not inner.parts:
        return str(number)
    return f"{number}/{_end(inner, range(len(inner.parts))[side], side)}"


def _table(part: Part, details: Details) -> str:
    title, *rest = map(escape, describe(part.layer, details))
    rows = [f'<tr><td bgcolor="#dbe7f3"><b>{title}</b></td></tr>']
    rows += [f"<tr><td>{line}</td></tr>" for line in rest]
    table = '<table border="0" cellborder="1" cellspacing="0" cellpadding="6">'
    return f"<{table}{''.join(rows)}</table>>"
