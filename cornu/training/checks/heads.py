"""Heads: what the last layers of a model give, against what losses and metrics read there."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cornu import losses, metrics
from cornu.training.checks.said import warn_once

CROSS_ENTROPIES = (
    losses.binary_crossentropy,
    losses.binary_focal_crossentropy,
    losses.categorical_crossentropy,
    losses.categorical_focal_crossentropy,
    losses.sparse_categorical_crossentropy,
)
REGRESSIONS = (
    losses.mean_squared_error,
    losses.mean_absolute_error,
    losses.mean_absolute_percentage_error,
    losses.mean_squared_logarithmic_error,
    losses.huber,
    losses.log_cosh,
)
ACCURACIES = (
    metrics.Accuracy,
    metrics.BinaryAccuracy,
    metrics.CategoricalAccuracy,
    metrics.SparseCategoricalAccuracy,
)
# Activations whose values leave the range from 0 to 1.
NO_PROBABILITIES = {
    "linear",
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "mish",
    "tanh",
    "softplus",
    "softsign",
    "exponential",
}
PROBABILITIES = {"softmax", "sigmoid"}
PASS_ON = {"Reshape", "Flatten", "Permute"}


class Head(NamedTuple):
    """The layer that gives an output, and the name of its activation."""

    layer: Any
    activation: str


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
        fn = getattr(function, "fn", None)
        if head is None or fn not in CROSS_ENTROPIES:
            continue
        logits = function.settings.get("from_logits", False)
        binary = fn in CROSS_ENTROPIES[:2]
        wanted = "sigmoid" if binary else "softmax"
        if not logits and head.activation in NO_PROBABILITIES:
            warn_once(
                model,
                f"head of {name}",
                f"The {function.name} of output {name!r} expects probabilities, but "
                f"{type(head.layer).__name__} {head.layer.name!r} has the activation "
                f"{head.activation!r}, whose values may be below 0 or above 1. Give the layer "
                f"activation={wanted!r}, or the loss from_logits=True and the layer none.",
            )
        if logits and head.activation in PROBABILITIES:
            warn_once(
                model,
                f"head of {name}",
                f"The {function.name} of output {name!r} has from_logits=True, but "
                f"{type(head.layer).__name__} {head.layer.name!r} gives probabilities already "
                f"(activation {head.activation!r}), so they are normalized twice. Leave out one of "
                "the two.",
            )


def check_single_softmax(model: Any) -> None:
    """Warn of a softmax over one unit, which is 1 whatever the layer computes."""
    for layer in model._flatten_layers():
        if getattr(layer, "units", None) == 1 and _activation(layer) == "softmax":
            warn_once(
                model,
                f"softmax of {layer.name}",
                f"{type(layer).__name__} {layer.name!r} has one unit and a softmax over it, which "
                "is always 1, so nothing is learnt there. Use activation='sigmoid' for a yes or "
                "no, or one unit for each class.",
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
        fn, target, head = getattr(functions[i], "fn", None), targets[i], heads[i]
        if type(metric) not in ACCURACIES or fn not in REGRESSIONS or not has_fractions(target):
            continue
        beyond = target.min() < 0 or target.max() > 1
        if beyond or (head is not None and head.activation in NO_PROBABILITIES):
            fraction = target[np.floor(target) != target].flat[0]
            warn_once(
                model,
                f"accuracy of {names[i]}",
                f"The metric {metric.name!r} of output {names[i]!r} counts how often predictions "
                f"equal the targets, but these are no classes: one is {fraction}. For numbers use "
                "'mae', keras.metrics.RootMeanSquaredError() or keras.metrics.R2Score().",
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
    if layer is None or not type(layer).__module__.startswith("cornu."):
        return None
    if getattr(layer, "_has_graph", False):
        return _head(layer._outputs[history.tensor_index])
    if type(layer).__name__ == "TimeDistributed":
        layer = layer.layer
    activation = _activation(layer)
    node = history.operation._inbound_nodes[history.node_index]
    changes_nothing = type(layer).__name__ == "Activation" and activation == "linear"
    if (type(layer).__name__ in PASS_ON or changes_nothing) and len(node.parents) == 1:
        return _head(node.parents[0])
    return None if activation is None else Head(layer, activation)


def _activation(layer: Any) -> str | None:
    """The name of the activation of a dense, convolutional or activation layer."""
    kind, module = type(layer).__name__, type(layer).__module__
    if kind in ("Softmax", "ReLU") and module.startswith("cornu.layers."):
        return kind.lower()
    function = getattr(layer, "activation", None)
    plain = hasattr(layer, "units") or hasattr(layer, "filters") or kind == "Activation"
    if function is None or not plain or hasattr(layer, "recurrent_activation"):
        return None
    known = module.startswith("cornu.layers.") and "rnn" not in module
    given = getattr(function, "__module__", "") or ""
    return function.__name__ if known and given.startswith("cornu.") else None
