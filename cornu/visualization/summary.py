"""A table of a model's layers, their output shapes, and their numbers of weights."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cornu import tree


def summary(
    model: Any,
    line_length: int | None = None,
    positions: list[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: tuple[str, str] | list[str] | None = None,
) -> None:
    """Print a table of a model's layers.

    Args:
        model: the model.
        line_length: width of the table in characters; that of the terminal by default.
        positions: right ends of the columns, as fractions of the width, or in characters.
        print_fn: called with the text instead of printing it.
        expand_nested: whether to show the layers inside nested models.
        show_trainable: whether to show which layers are trained.
        layer_range: names, or patterns, of the first and the last layer to show.

    Raises:
        ValueError: if no layer matches an end of `layer_range`.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> lines = []
    >>> keras.visualization.summary(model, print_fn=lines.append)
    >>> "Total params: 3 (12.00 B)" in lines[0]
    True
    """
    width = line_length or min(max(shutil.get_terminal_size((100, 24)).columns, 60), 120)
    branching = not is_chain(model)
    table = _table(width, positions, show_trainable, branching)
    for layer, depth, owner in _rows(model, layer_range, expand_nested, 0):
        table.add_row(*_cells(layer, depth, owner, show_trainable, branching))
    to_terminal = print_fn is None
    text = io.StringIO()
    console = Console(width=width) if to_terminal else Console(file=text, width=width)
    console.print(f'[bold]Model: "{escape(model.name)}"[/bold]')
    console.print(table)
    for line in _totals(model):
        console.print(line, highlight=to_terminal)
    if not to_terminal:
        print_fn(text.getvalue())


def is_chain(model: Any) -> bool:
    """Whether the model's layers follow one another, so that connections need not be shown."""
    nodes = graph_nodes(model)
    if nodes is None:
        return True
    return (
        all(len(node.parents) <= 1 for nodes in nodes.values() for node in nodes)
        and all(len(found) == 1 for found in nodes.values())
        and _in_a_row(model)
    )


def _in_a_row(model: Any) -> bool:
    previous = None
    for operation in model.operations:
        node = operation._inbound_nodes[0] if operation._inbound_nodes else None
        parents = node.parents if node is not None else []
        if previous is not None and [p.history.operation for p in parents] != [previous]:
            return False
        previous = operation
    return True


def graph_nodes(model: Any) -> dict[int, list] | None:
    """The calls of each operation inside a model's graph; None without a graph."""
    operations = getattr(model, "operations", None)
    if not operations:
        return None
    own = set(map(id, operations))
    return {
        id(operation): [
            node
            for node in operation._inbound_nodes
            if all(p.history is not None and id(p.history.operation) in own for p in node.parents)
        ]
        for operation in operations
    }


def kind_of(layer: Any) -> str:
    """The name of a layer's class, or of an operation's function."""
    return getattr(getattr(layer, "op", None), "name", None) or type(layer).__name__


def connections(model: Any, layer: Any) -> list[str]:
    """Names, with the number of the output, of what a layer takes its inputs from."""
    nodes = graph_nodes(model) or {}
    found = []
    for node in nodes.get(id(layer), []):
        for tensor in node.parents:
            operation, node_index, tensor_index = tensor.history
            found.append(f"{operation.name}[{node_index}][{tensor_index}]")
    return found


def input_shape(layer: Any) -> str:
    """The shapes of a layer's inputs as text; empty where it has none, "?" where not known yet."""
    nodes = getattr(layer, "_inbound_nodes", [])
    if getattr(layer, "inputs", None):
        shapes = [tensor.shape for tensor in tree.flatten(layer.inputs)]
    elif nodes:
        shapes = [tensor.shape for tensor in nodes[-1].parents]
    else:
        return "?"
    return ", ".join(map(str, shapes))


def output_shape(layer: Any) -> str:
    """A layer's output shape as text; "?" where it is not known yet."""
    nodes = getattr(layer, "_inbound_nodes", [])
    if getattr(layer, "outputs", None):
        shapes = [tensor.shape for tensor in tree.flatten(layer.outputs)]
    elif nodes:
        shapes = [tensor.shape for tensor in nodes[-1].outputs]
    elif _shape_is_known(layer):
        shapes = [_shape_for_any_batch(layer, layer._build_shapes["input_shape"])]
    else:
        return "?"
    return ", ".join(map(str, shapes))


def _shape_for_any_batch(layer: Any, shapes: Any) -> Any:
    """The shape of a layer's output, whatever the number of examples that it was built with."""
    return layer.compute_output_shape(
        tree.map_shape_structure(lambda shape: (None, *shape[1:]), shapes)
    )


def _shape_is_known(layer: Any) -> bool:
    """Whether a layer outside a graph can tell its output shape; users' own may not be able to."""
    shapes = getattr(layer, "_build_shapes", None) or {}
    of_library = type(layer).__module__.startswith("cornu.layers.")
    return of_library and layer.built and list(shapes) == ["input_shape"]


def _table(
    width: int, positions: list[float] | None, show_trainable: bool, branching: bool
) -> Table:
    titles = ["Layer (type)", "Output Shape", "Param #"]
    shares = [0.45, 0.85, 1.0]
    if branching:
        titles.append("Connected to")
        shares = [0.33, 0.56, 0.7, 1.0]
    if show_trainable:
        titles.append("Trainable")
        shares = [share * 0.88 for share in shares] + [1.0]
    ends = list(positions) if positions else shares
    if len(ends) < len(titles):
        raise ValueError(f"`positions` needs {len(titles)} numbers for the columns {titles}.")
    if max(ends) <= 1:
        ends = [end * width for end in ends]
    table = Table(width=width, show_lines=True, header_style="bold")
    starts = [0, *ends]
    for title, start, end in zip(titles, starts, ends):
        justify = "right" if title == "Param #" else "center" if title == "Trainable" else "left"
        # A column's frame and padding take three characters.
        table.add_column(
            title, width=max(int(end - start) - 3, 4), justify=justify, overflow="fold"
        )
    return table


def _rows(model: Any, layer_range: Any, expand_nested: bool, depth: int) -> Any:
    """What the table shows, with its depth and the model it is part of."""
    for layer in _in_range(_parts(model), layer_range):
        yield layer, depth, model
        if expand_nested and hasattr(layer, "summary") and getattr(layer, "layers", None):
            yield from _rows(layer, None, expand_nested, depth + 1)


def _parts(model: Any) -> list:
    """The layers of a model; of a branching one the operations between them too."""
    return list(model.layers if is_chain(model) else model.operations)


def _in_range(layers: list, layer_range: Any) -> list:
    if layer_range is None:
        return list(layers)
    if len(layer_range) != 2:
        raise ValueError(f"`layer_range` needs two names; got {layer_range!r}.")
    places = [
        [i for i, layer in enumerate(layers) if layer.name == name or re.match(name, layer.name)]
        for name in layer_range
    ]
    if not all(places):
        raise ValueError(
            f"`layer_range` {list(layer_range)} names no layer among "
            f"{[layer.name for layer in layers]}."
        )
    first, last = sorted((places[0][0], places[1][-1]))
    return list(layers)[first : last + 1]


def _cells(layer: Any, depth: int, model: Any, show_trainable: bool, branching: bool) -> list[str]:
    indent = "  " * depth + ("└ " if depth else "")
    count = "0"
    if hasattr(layer, "count_params"):
        count = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
    cells = [f"{indent}{escape(layer.name)} ({kind_of(layer)})", output_shape(layer), count]
    if branching:
        cells.append(escape(", ".join(connections(model, layer)) or "-"))
    if show_trainable:
        with_weights = getattr(layer, "weights", None)
        cells.append(("Y" if layer.trainable else "N") if with_weights else "-")
    return cells


def _totals(model: Any) -> list[str]:
    lines = []
    optimizer = getattr(model, "optimizer", None)
    groups = [
        ("Trainable params", list(model.trainable_variables)),
        ("Non-trainable params", _non_trainable(model)),
    ]
    if optimizer is not None and optimizer.built:
        groups.append(("Optimizer params", list(optimizer.variables)))
    lines.append(_total("Total params", [v for _, variables in groups for v in variables]))
    return lines + [_total(f" {title}", variables) for title, variables in groups]


def _non_trainable(model: Any) -> list:
    seeds = ("seed_generator_state",)
    return [v for v in model.non_trainable_variables if v.name not in seeds]


def _total(title: str, variables: list) -> str:
    sizes = [int(np.prod(v.shape, dtype=np.int64)) for v in variables]
    memory = sum(size * _itemsize(v.dtype) for size, v in zip(sizes, variables))
    return f"{title}: {sum(sizes):,} ({readable(memory)})"


def _itemsize(dtype: str) -> float:
    digits = re.findall(r"\d+", str(dtype))
    return 1 if dtype == "bool" else int(digits[0]) / 8


def readable(size: float) -> str:
    """A number of bytes with a unit.

    >>> readable(2048)
    '2.00 KB'
    """
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} TB"
