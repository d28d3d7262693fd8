"""Class numbers that no output stands for are found before the training, not by a NaN in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.losses import (
    class_balanced_crossentropy,
    label_distribution_aware_margin,
    logit_adjusted_crossentropy,
    sparse_categorical_crossentropy,
)
from cornu.training.compiled_loss import CompiledLoss, per_output

# Losses that also take one-hot targets, or one column for two classes.
EITHER = (
    class_balanced_crossentropy,
    label_distribution_aware_margin,
    logit_adjusted_crossentropy,
)


def check_class_numbers(loss: CompiledLoss | None, feed: Any) -> None:
    """Refuse integer targets in memory that are too large for a sparse cross-entropy's outputs.

    Args:
        loss: the model's loss, matched to its outputs.
        feed: the data; streams are not read for this.

    Raises:
        ValueError: for a class number below 0 or beyond the outputs; names the outputs.
    """
    arrays = getattr(feed, "arrays", None)
    if loss is None or loss.functions is None or arrays is None or arrays[1] is None:
        return
    targets = per_output(arrays[1], loss.names, "y", None, one_for_all=False)
    for name, function, target, shape in zip(
        loss.names, loss.functions, targets, loss.output_shapes
    ):
        fn = getattr(function, "fn", None)
        if fn is not sparse_categorical_crossentropy and fn not in EITHER:
            continue
        if fn in EITHER and (shape[-1] == 1 or np.shape(target)[1:] == shape[1:]):
            continue
        if not isinstance(target, np.ndarray) or target.dtype.kind not in "iu" or not target.size:
            continue
        _check(name, target, shape[function.settings.get("axis", -1)], function.settings)


def _check(name: str, target: np.ndarray, classes: int | None, settings: dict) -> None:
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
        f"The targets of {name!r} are class numbers from {low} to {high}, but it has {classes} "
        f"outputs, which stand for 0 to {classes - 1}. "
        + (
            f"Give the last layer {high + 1} units, or count the classes from 0."
            if low >= 0
            else "Count the classes from 0, or pass the loss with ignore_class=... if a number "
            "marks targets that do not count."
        )
    )
