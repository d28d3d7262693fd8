"""Heads: what the last layers of a model give, against what losses and metrics read there."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import numpy as np

from cornu.activations.functions import BEYOND_PROBABILITIES, PROBABILITIES, linear, softmax
from cornu.losses.targets import CLASSES, target_kinds_of
from cornu.training.checks.said import warn_once


class Head(NamedTuple):
    """The layer that gives an output, and its activation."""

    layer: Any
    activation: Any


def heads_of(model: Any, count: int) -> list[Head | None]:
    """The head of each of `count` outputs; None where only running the model would tell."""
    outputs = getattr(model, "_outputs", None) if getattr(model, "_has_graph", False) else None
    if not outputs or len(outputs) != count:
        return [None] * count
    return [_head(output) for output in outputs]


def check_heads(model: Any, names: list, functions: list) -> None:
    """Warn of losses that read something else than the outputs are.

    Args:
        model: a built model.
        names: of its outputs.
        functions: their losses, or None.
    """
    for name, function, head in zip(names, functions, heads_of(model, len(names))):
        if head is None or getattr(function, "output_kind", None) != "probabilities":
            continue
        activation = head.activation.__name__
        logits = getattr(function, "settings", {}).get("from_logits", False)
        wanted = "sigmoid" if target_kinds_of(function)[:1] == ("binary",) else "softmax"
        takes_logits = (
            "from_logits" in inspect.signature(getattr(function, "fn", function)).parameters
        )
        other = ", or the loss from_logits=True and the layer none" if takes_logits else ""
        if not logits and head.activation in BEYOND_PROBABILITIES:
            warn_once(
                model,
                f"head of {name}",
                f"The {function.name} of output {name!r} expects probabilities, but "
                f"{type(head.layer).__name__} {head.layer.name!r} has the activation "
                f"{activation!r}, whose values may be below 0 or above 1. Give the layer "
                f"activation={wanted!r}{other}.",
            )
        if logits and head.activation in PROBABILITIES:
            warn_once(
                model,
                f"head of {name}",
                f"The {function.name} of output {name!r} has from_logits=True, but "
                f"{type(head.layer).__name__} {head.layer.name!r} gives probabilities already "
                f"(activation {activation!r}), so they are normalized twice. Leave out one of "
                "the two.",
            )


def check_single_softmax(model: Any) -> None:
    """Warn of a softmax over one unit, which is 1 whatever the layer computes."""
    for layer in model._flatten_layers():
        if getattr(layer, "units", None) == 1 and _activation(layer) is softmax:
            warn_once(
                model,
                f"softmax of {layer.name}",
                f"{type(layer).__name__} {layer.name!r} has one unit and a softmax over it, which "
                "is always 1, so nothing is learned there. Use activation='sigmoid' for two "
                "classes, or one unit for each class.",
            )


def check_accuracy(model: Any, names: list, functions: list, targets: list) -> None:
    """Warn of an accuracy where numbers are predicted.

    Args:
        model: a built model.
        names: of its outputs.
        functions: their losses, or None.
        targets: arrays or None.
    """
    heads = heads_of(model, len(names))
    rows = getattr(model._compile_metrics, "rows", None) or ()
    for metric, i, _ in rows:
        target, head = targets[i], heads[i]
        of_classes = not CLASSES.isdisjoint(target_kinds_of(metric)[:1])
        of_values = target_kinds_of(functions[i])[:1] == ("values",)
        if not of_classes or not of_values or not has_fractions(target):
            continue
        beyond = target.min() < 0 or target.max() > 1
        if beyond or (head is not None and head.activation in BEYOND_PROBABILITIES):
            fraction = target[np.floor(target) != target].flat[0]
            warn_once(
                model,
                f"accuracy of {names[i]}",
                f"The metric {metric.name!r} of output {names[i]!r} compares classes, but the "
                f"targets are no classes: one is {fraction}. For numbers use 'mae', "
                "keras.metrics.RootMeanSquaredError() or keras.metrics.R2Score().",
            )


def has_fractions(target: Any) -> bool:
    """Whether these are floats that are not all whole numbers."""
    if not isinstance(target, np.ndarray) or target.dtype.kind != "f" or not target.size:
        return False
    return bool(np.any(np.isfinite(target) & (np.floor(target) != target)))


def _head(tensor: Any) -> Head | None:
    """The layer that gives a tensor, looking into nested models and behind changes of shape."""
    history = tensor._keras_history
    layer = None if history is None else history.operation
    if layer is None:
        return None
    if getattr(layer, "_has_graph", False):
        return _head(layer._outputs[history.tensor_index])
    node = layer._inbound_nodes[history.node_index]
    activation = _activation(layer)
    moves = _keeps(layer, "moves_values_only") or (activation is linear and not layer.weights)
    if moves and len(node.parents) == 1:
        return _head(node.parents[0])
    return None if activation is None else Head(layer, activation)


def _activation(layer: Any) -> Any:
    """The activation that gives a layer's outputs; None where only running it would tell."""
    return _keeps(layer, "output_activation")


def _keeps(layer: Any, name: str) -> Any:
    """What a layer's class says of its outputs, unless a subclass computes others."""
    home = next((cls for cls in type(layer).__mro__ if name in vars(cls)), None)
    if home is None or getattr(home, "call", None) is not getattr(type(layer), "call", None):
        return None
    return getattr(layer, name)
