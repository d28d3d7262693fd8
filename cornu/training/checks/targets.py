"""Targets and sample weights that do not mean what the loss reads in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.losses.targets import target_kinds_of
from cornu.training.checks.said import warn_once

# So many rows tell whether targets are probabilities.
ROWS_LOOKED_AT = 1024
TOLERANCE = 0.01


def is_numbers(array: Any) -> bool:
    """Whether this is a NumPy array of numbers that is not empty."""
    return isinstance(array, np.ndarray) and array.dtype.kind in "iuf" and array.size > 0


def number_of_classes(function: Any, shape: tuple, target_shape: tuple) -> int | None:
    """How many classes a loss of class indices tells apart; None for other losses.

    Args:
        function: the loss.
        shape: of the output.
        target_shape: of the targets.
    """
    kinds = target_kinds_of(function)
    if not shape or kinds[:1] != ("class indices",):
        return None
    # One column stands for two classes; targets of the outputs' shape are one-hot.
    if len(kinds) > 1 and (shape[-1] == 1 or tuple(target_shape[1:]) == tuple(shape[1:])):
        return None
    return shape[settings_of(function).get("axis", -1)]


def settings_of(function: Any) -> dict[str, Any]:
    """The settings of a loss that is a function with settings."""
    return getattr(function, "settings", {})


def check_shape(
    model: Any, place: str, name: str, function: Any, target: Any, shape: tuple
) -> None:
    """Say where targets and outputs are compared in all combinations, not one by one."""
    if target_kinds_of(function)[:1] != ("values",) or not hasattr(target, "shape"):
        return
    found, wanted = tuple(target.shape[1:]), tuple(shape[1:])
    if not found and len(wanted) == 1 and wanted[0] not in (1, None):
        raise ValueError(
            f"{place} has shape {tuple(target.shape)}, that is one target per sample, but output "
            f"{name!r} has {wanted[0]} values per sample. Give the last layer one unit, or a "
            f"target for each value: shape {(len(target), *wanted)}."
        )
    spread = [one for one, other in zip(found, wanted) if 1 in (one, other) and one != other]
    if len(found) == len(wanted) and spread and None not in wanted:
        warn_once(
            model,
            f"shape of {name}",
            f"{place} has shape {('samples', *found)}, but output {name!r} has shape "
            f"{('samples', *wanted)}: each is repeated to the size of the other, so every target "
            "is compared with several values. Give the last layer as many units as there are "
            "targets, or repeat the targets with numpy.repeat if that is meant.",
        )


def check_values(
    model: Any, place: str, name: str, function: Any, target: Any, weights: Any, shape: tuple
) -> None:
    """Refuse class indices beyond the outputs, and warn of targets that are no probabilities.

    Args:
        model: the model.
        place: where the targets were passed.
        name: of the output.
        function: its loss.
        target: an array.
        weights: sample weights of it, or None.
        shape: of the output.

    Raises:
        ValueError: for a class index below 0, beyond the outputs, or with a fraction.
    """
    if not is_numbers(target):
        return
    settings = settings_of(function)
    if getattr(function, "output_kind", None) == "probabilities":
        kind = target_kinds_of(function)[:1]
        if kind == ("binary",):
            _check_labels(model, place, name, target)
        elif kind == ("one-hot",):
            _check_probabilities(model, place, name, target, settings.get("axis", -1))
    classes = number_of_classes(function, shape, target.shape)
    if classes is not None:
        _check_classes(model, place, name, _counted(target, weights), classes, settings)


def check_weights(model: Any, place: str, weights: Any, whole: bool) -> None:
    """Refuse weights that are no numbers; warn of those below 0, or all 0.

    Args:
        model: the model.
        place: where they were passed.
        weights: an array.
        whole: whether these are all weights, not those of a batch.

    Raises:
        ValueError: if they are no numbers.
    """
    if not isinstance(weights, np.ndarray) or not weights.size:
        return
    if weights.dtype.kind not in "biuf":
        raise ValueError(
            f"{place} holds {weights.dtype} values such as {weights.flat[0]!r:.40}; it must hold "
            "one number per sample."
        )
    low = weights.min()
    if low < 0:
        warn_once(
            model,
            "negative weights",
            f"{place} holds numbers below 0, such as {low}: the loss of these samples is made "
            "larger, not smaller. Weights are from 0, unless that is meant (as in policy "
            "gradients).",
        )
    elif whole and low == 0 and weights.max() == 0:
        warn_once(
            model,
            "weights of zero",
            f"All of {place} is 0, so no sample counts and nothing is learned. Leave it out, or "
            "give the samples that count a weight of 1.",
        )


def _counted(target: np.ndarray, weights: Any) -> np.ndarray:
    """The targets whose weight is not 0; no others reach the loss."""
    if not isinstance(weights, np.ndarray) or weights.dtype.kind not in "biuf":
        return target
    squeezed = target[..., 0] if target.ndim > 1 and target.shape[-1] == 1 else target
    same = weights if weights.ndim <= squeezed.ndim else weights[..., 0]
    if same.shape != squeezed.shape[: same.ndim]:
        return target
    return squeezed[same != 0]


def _check_labels(model: Any, place: str, name: str, target: np.ndarray) -> None:
    low, high = target.min(), target.max()
    if low < 0 or high > 1:
        warn_once(
            model,
            f"labels of {name}",
            f"{place} of {name!r} holds values from {low} to {high}, but the binary "
            "cross-entropy compares with labels or probabilities from 0 to 1. For more than two "
            "classes use sparse_categorical_crossentropy and one unit per class.",
        )


def _check_probabilities(model: Any, place: str, name: str, target: np.ndarray, axis: int) -> None:
    rows = target[:ROWS_LOOKED_AT]
    if rows.ndim < 2 or rows.shape[axis] == 1:
        return
    low, high, sums = rows.min(), rows.max(), rows.sum(axis=axis, dtype="float32")
    off = (np.abs(sums - 1) > TOLERANCE) & (np.abs(sums) > TOLERANCE)
    if low >= -TOLERANCE and high <= 1 + TOLERANCE and not off.any():
        return
    found = f"values from {low} to {high}" if low < 0 or high > 1 else f"rows of sum {sums[off][0]}"
    warn_once(
        model,
        f"probabilities of {name}",
        f"{place} of {name!r} holds {found}, but the categorical cross-entropy compares with "
        "one-hot classes or probabilities, which sum to 1. For several labels per sample use "
        "binary_crossentropy and a sigmoid, for class indices sparse_categorical_crossentropy, for "
        "numbers 'mse'; pass weights of samples as sample_weight.",
    )


def _check_classes(
    model: Any, place: str, name: str, target: np.ndarray, classes: int, settings: dict
) -> None:
    if not target.size:
        return
    if target.dtype.kind == "f":
        whole = np.floor(target)
        if np.any(whole != target):
            example = target[whole != target][0]
            raise ValueError(
                f"{place} must hold class indices, as the loss is a sparse cross-entropy; got "
                f"{example}, which is no whole number. Use another loss, such as 'mse' for numbers "
                "or categorical_crossentropy for probabilities."
            )
    low, high = int(target.min()), int(target.max())
    if low >= 0 and high < classes:
        return
    ignored = settings.get("ignore_class")
    if ignored is not None:
        counted = target[target != ignored]
        low, high = (int(counted.min()), int(counted.max())) if counted.size else (0, 0)
        if low >= 0 and high < classes:
            return
    if makes_masks(model):
        # Padding may be marked by any number, as the mask leaves it out.
        return
    raise ValueError(
        f"{place} holds class indices from {low} to {high}, but {name!r} has {classes} output(s), "
        f"which stand for 0 to {classes - 1}. "
        + (
            f"Give the last layer {high + 1} units, or count the classes from 0."
            if low >= 0
            else "Count the classes from 0, or pass the loss with ignore_class=... if a number "
            "marks targets that do not count."
        )
    )


def makes_masks(model: Any) -> bool:
    """Whether a layer of the model marks steps as padding."""
    return any(layer.makes_mask for layer in model._flatten_layers())
