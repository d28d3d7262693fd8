"""What a compiled model tells of its targets before they are seen, for weights of their classes."""

from __future__ import annotations

from typing import Any

from cornu import losses, tree
from cornu.data.class_targets import Kind, Output
from cornu.data.class_weights import ClassWeights
from cornu.training.compiled_loss import per_output

KINDS: dict[Any, Kind] = {
    losses.sparse_categorical_crossentropy: "numbers",
    losses.categorical_generalized_cross_entropy: "numbers",
    losses.categorical_crossentropy: "one-hot",
    losses.categorical_focal_crossentropy: "one-hot",
    losses.categorical_hinge: "one-hot",
    losses.binary_crossentropy: "labels",
    losses.binary_focal_crossentropy: "labels",
}


def class_weights_of(model: Any, class_weight: Any) -> ClassWeights | None:
    """What a user passed as `class_weight`, with what the model's losses tell of the targets.

    Args:
        model: a compiled model.
        class_weight: see `ClassWeights`; None stays None.
    """
    if class_weight is None or isinstance(class_weight, ClassWeights):
        return class_weight
    return ClassWeights(class_weight, outputs_of(model))


def outputs_of(model: Any) -> list[Output]:
    """What is known of each output of a compiled model; empty if nothing is."""
    compiled = getattr(model, "_compile_loss", None)
    outputs = tree.flatten(getattr(model, "_outputs_struct", None))
    shapes = [tuple(output.shape) for output in outputs if output is not None]
    names = getattr(model, "output_names", None)
    if compiled is None or not names:
        return []
    given = per_output(compiled.loss, list(names), "loss", None)
    if len(shapes) != len(names):
        shapes = [()] * len(names)
    return [_output(*row) for row in zip(names, given, shapes)]


def _output(name: str, loss: Any, shape: tuple) -> Output:
    known = None if loss in (None, "crossentropy", "ce") else losses.get(loss)
    kind = KINDS.get(getattr(known, "fn", known))
    # One column stands for two classes.
    classes = max(shape[-1], 2) if shape and shape[-1] and kind is not None else None
    return Output(name, kind, None if kind == "labels" and classes != 2 else classes)
