"""A picture of a model's graph, drawn with matplotlib, so that no program outside is needed."""

from __future__ import annotations

from typing import Any

from cornu.engine.extras import require
from cornu.visualization.summary import graph_nodes, output_shape


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    **kwargs: Any,
) -> Any:
    """Draw a model's layers and what flows between them.

    Args:
        model: a built model.
        to_file: file to write (`.png`, `.svg`, `.pdf`); not written if None.
        show_shapes: whether to show output shapes.
        show_dtype: whether to show the layers' compute dtypes.
        show_layer_names: whether to show names beside the classes.
        rankdir: "TB" from top to bottom, "LR" from left to right.
        expand_nested: accepted for compatibility; nested models are drawn as one box.
        dpi: dots per inch.
        show_layer_activations: whether to show activations.
        show_trainable: whether to show which layers are trained.
        **kwargs: none are known.

    Returns:
        The matplotlib figure.

    Raises:
        ValueError: if the model is not built, or `rankdir` is unknown.

    >>> import cornu as keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> figure = keras.visualization.plot_model(model, to_file=None, show_shapes=True)
    """
    if kwargs:
        raise ValueError(f"plot_model does not know the arguments {sorted(kwargs)}.")
    if rankdir not in ("TB", "LR"):
        raise ValueError(f"`rankdir` must be 'TB' or 'LR'; got {rankdir!r}.")
    if not model.built:
        raise ValueError(f"Model {model.name!r} is not built. Call it on data first.")
    edges, parts = _graph(model)
    labels = [
        _label(
            part, show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable
        )
        for part in parts
    ]
    figure = _draw(_places(len(parts), edges), edges, labels, rankdir == "LR")
    if to_file is not None:
        figure.savefig(to_file, dpi=dpi)
    return figure


def _graph(model: Any) -> tuple[list[tuple[int, int]], list]:
    """Edges as pairs of numbers, and the layers and operations that they number."""
    nodes = graph_nodes(model)
    if nodes is None:
        parts = list(model.layers)
        return list(zip(range(len(parts) - 1), range(1, len(parts)))), parts
    parts = list(model.operations)
    number = {id(part): i for i, part in enumerate(parts)}
    edges = {
        (number[id(tensor.history.operation)], number[key]): None
        for key, calls in nodes.items()
        for node in calls
        for tensor in node.parents
    }
    return list(edges), parts


def _label(
    part: Any, shapes: bool, dtype: bool, names: bool, activations: bool, trainable: bool
) -> str:
    lines = [f"{part.name} ({type(part).__name__})" if names else type(part).__name__]
    activation = getattr(part, "activation", None)
    if activations and activation is not None:
        lines.append(f"activation: {getattr(activation, '__name__', activation)}")
    if shapes:
        lines.append(f"output: {output_shape(part)}")
    if dtype:
        lines.append(f"dtype: {getattr(part, 'compute_dtype', '-')}")
    if trainable and getattr(part, "weights", None):
        lines.append("trainable" if part.trainable else "not trainable")
    return "\n".join(lines)


def _places(count: int, edges: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """Row by longest way from an input; the members of a row are centred."""
    rows = [0] * count
    for _ in range(count):
        for start, end in edges:
            if start < end:
                rows[end] = max(rows[end], rows[start] + 1)
    members: dict[int, list[int]] = {}
    for i, row in enumerate(rows):
        members.setdefault(row, []).append(i)
    return [
        (members[row].index(i) - (len(members[row]) - 1) / 2, row) for i, row in enumerate(rows)
    ]


def _draw(
    places: list[tuple[float, float]], edges: list[tuple[int, int]], labels: list[str], flat: bool
) -> Any:
    figure_class = require("matplotlib.figure", extra="plot").Figure
    across, along = (1.2, 3.2) if flat else (3.2, 1.2)
    points = [(y * along, -x * across) if flat else (x * across, -y * along) for x, y in places]
    xs, ys = zip(*points)
    size = (max(xs) - min(xs) + 3.4, max(ys) - min(ys) + 1.4)
    figure = figure_class(figsize=size)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(min(xs) - 1.7, max(xs) + 1.7), ylim=(min(ys) - 0.7, max(ys) + 0.7))
    axes.axis("off")
    for start, end in edges:
        arrow = {"arrowstyle": "->", "color": "gray", "shrinkA": 14, "shrinkB": 18}
        axes.annotate("", points[end], points[start], arrowprops=arrow)
    box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": "black"}
    for (x, y), label in zip(points, labels):
        axes.text(x, y, label, ha="center", va="center", fontsize=8, bbox=box)
    return figure
