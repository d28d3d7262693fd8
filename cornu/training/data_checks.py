"""Data that a model cannot learn from are found before the training, not by a NaN in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import tree
from cornu.core import registry
from cornu.engine.user_warnings import warn
from cornu.losses import (
    binary_crossentropy,
    class_balanced_crossentropy,
    label_distribution_aware_margin,
    logit_adjusted_crossentropy,
    sparse_categorical_crossentropy,
)
from cornu.training.compiled_loss import CompiledLoss
from cornu.training.outputs import targets_per_output

# Losses that also take one-hot targets, or one column for two classes.
EITHER = (
    class_balanced_crossentropy,
    label_distribution_aware_margin,
    logit_adjusted_crossentropy,
)


def check_class_numbers(loss: CompiledLoss | None, feed: Any, argument: str = "y") -> None:
    """Refuse targets in memory that are no class numbers of a sparse cross-entropy's outputs.

    Targets of a binary cross-entropy outside of 0 to 1 give a warning.

    Args:
        loss: the model's loss, matched to its outputs.
        feed: the data; streams are not read for this.
        argument: where the targets were passed, for messages.

    Raises:
        ValueError: for a class number below 0, beyond the outputs, or with a fraction.
    """
    arrays = getattr(feed, "arrays", None)
    if loss is None or loss.functions is None or arrays is None or arrays[1] is None:
        return
    targets = targets_per_output(arrays[1], loss.names, loss.loss)
    for name, function, target, shape in zip(
        loss.names, loss.functions, targets, loss.output_shapes
    ):
        if not isinstance(target, np.ndarray) or target.dtype.kind not in "iuf" or not target.size:
            continue
        fn = getattr(function, "fn", None)
        if fn is binary_crossentropy:
            _warn_of_labels(name, target, argument)
        if fn is not sparse_categorical_crossentropy and fn not in EITHER:
            continue
        if fn in EITHER and (shape[-1] == 1 or np.shape(target)[1:] == shape[1:]):
            continue
        place = f"{argument} of {name!r}" if len(loss.names) > 1 else argument
        _check(place, name, target, shape[function.settings.get("axis", -1)], function.settings)


def check_categories(model: Any, feed: Any) -> None:
    """Refuse numbers in memory that an Embedding behind an input has no row for.

    Args:
        model: a built model.
        feed: the data; streams are not read for this.

    Raises:
        ValueError: naming the layer, the numbers and its size.
    """
    arrays = getattr(feed, "arrays", None)
    if arrays is None or isinstance(arrays[0], dict):
        return
    embedding = registry.PUBLISHED.get(("keras.layers", "Embedding"))
    for array, layers in zip(tree.flatten(arrays[0]), _readers_of_inputs(model)):
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "iu" or not array.size:
            continue
        for layer in layers:
            if embedding is None or not isinstance(layer, embedding):
                continue
            low, high = int(array.min()), int(array.max())
            if low < 0 or high >= layer.input_dim:
                raise ValueError(
                    f"x holds numbers from {low} to {high}, but Embedding {layer.name!r} has rows "
                    f"for 0 to {layer.input_dim - 1} only. Give it input_dim={high + 1} (the "
                    "largest number plus 1), or limit the numbers, as num_words does."
                )


def warn_of_nan(logs: Any, feed: Any) -> None:
    """Say which data hold NaN, if they made the loss NaN.

    Args:
        logs: of an epoch.
        feed: the data; streams are not read for this.
    """
    loss, arrays = logs.get("loss"), getattr(feed, "arrays", None)
    if arrays is None or loss is None or np.ndim(loss) or not np.isnan(loss):
        return
    for name, part in zip(("x", "y", "sample_weight"), arrays):
        for leaf in tree.flatten(part):
            if getattr(leaf, "dtype", np.dtype("O")).kind != "f":
                continue
            rows = np.isnan(np.asarray(leaf)).reshape(len(leaf), -1).any(axis=1).nonzero()[0]
            if len(rows):
                warn(
                    f"The loss is NaN because {name} holds NaN in {len(rows)} of {len(leaf)} "
                    f"samples, the first at index {rows[0]}. Leave these samples out or fill the "
                    "values, and make the model anew, as its weights are NaN too."
                )
                return


def _readers_of_inputs(model: Any) -> list[list]:
    """For each input, the layers that read it."""
    if getattr(model, "_has_graph", False):
        sources = [tensor.history.operation for tensor in model._inputs]
        return [[node.operation for node in source._outbound_nodes] for source in sources]
    stack = getattr(model, "_stack", None)
    return [stack[:1]] if stack else []


def _warn_of_labels(name: str, target: np.ndarray, argument: str) -> None:
    low, high = target.min(), target.max()
    if low < 0 or high > 1:
        warn(
            f"{argument} of {name!r} holds values from {low} to {high}, but the binary "
            "cross-entropy compares with labels or probabilities from 0 to 1. For more than two "
            "classes use sparse_categorical_crossentropy and one unit per class."
        )


def _check(place: str, name: str, target: np.ndarray, classes: int | None, settings: dict) -> None:
    if target.dtype.kind == "f":
        whole = np.floor(target)
        if np.any(whole != target):
            example = target[whole != target][0]
            raise ValueError(
                f"{place} must hold class numbers, as the loss is a sparse cross-entropy; got "
                f"{example}, which is no whole number. Use another loss, such as 'mse' for numbers "
                "or categorical_crossentropy for probabilities."
            )
    low, high = int(target.min()), int(target.max())
    if classes is None or (low >= 0 and high < classes):
        return
    ignored = settings.get("ignore_class")
    if ignored is not None:
        counted = target[target != ignored]
        low, high = (int(counted.min()), int(counted.max())) if counted.size else (0, 0)
        if low >= 0 and high < classes:
            return
    raise ValueError(
        f"{place} holds class numbers from {low} to {high}, but {name!r} has {classes} output(s), "
        f"which stand for 0 to {classes - 1}. "
        + (
            f"Give the last layer {high + 1} units, or count the classes from 0."
            if low >= 0
            else "Count the classes from 0, or pass the loss with ignore_class=... if a number "
            "marks targets that do not count."
        )
    )
