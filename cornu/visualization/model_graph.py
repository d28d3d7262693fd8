"""What a picture of a model shows: its layers as boxes, nested ones inside, and what flows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cornu.visualization.summary import graph_nodes, input_shape, kind_of, output_shape


@dataclass
class Part:
    """One box: a layer or an operation, and where it is a model shown in full, the boxes in it."""

    layer: Any
    parts: list[Part] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)


def model_part(model: Any, expand_nested: bool) -> Part:
    """The model as a box with its layers in it.

    Args:
        model: a model; without a graph (a subclass), its layers have no edges.
        expand_nested: whether models inside it are shown with their layers too.
    """
    nodes = graph_nodes(model)
    layers = list(model.layers if nodes is None else model.operations)
    number = {id(layer): i for i, layer in enumerate(layers)}
    edges = {
        (number[id(tensor.history.operation)], number[key]): None
        for key, calls in (nodes or {}).items()
        for node in calls
        for tensor in node.parents
    }
    parts = [
        model_part(layer, True) if expand_nested and getattr(layer, "layers", None) else Part(layer)
        for layer in layers
    ]
    return Part(model, parts, list(edges))


@dataclass(frozen=True)
class Details:
    """What the boxes tell of their layers, beside the class."""

    shapes: bool = False
    dtype: bool = False
    names: bool = False
    activations: bool = False
    trainable: bool = False


def describe(layer: Any, details: Details) -> list[str]:
    """The lines of a layer's box, its class first."""
    kind = kind_of(layer)
    lines = [f"{layer.name} ({kind})" if details.names else kind]
    activation = getattr(layer, "activation", None)
    if details.activations and activation is not None:
        name = getattr(activation, "__name__", None) or getattr(activation, "name", None)
        lines.append(f"activation: {name or type(activation).__name__}")
    if details.shapes:
        shape = input_shape(layer)
        lines += [f"input: {shape}"] if shape else []
        lines.append(f"output: {output_shape(layer)}")
    if details.dtype and hasattr(layer, "compute_dtype"):
        lines.append(f"dtype: {layer.compute_dtype}")
    if details.trainable and getattr(layer, "weights", None):
        lines.append("trainable" if layer.trainable else "not trainable")
    return lines
