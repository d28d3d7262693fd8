"""Targets read as classes: which class each sample, pixel or step is of, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Kind = Literal["class indices", "one-hot", "binary"]


@dataclass(frozen=True)
class Output:
    """What is known of an output of a model before its targets are seen.

    Args:
        name: its name.
        kind: how its loss reads targets: class indices, one-hot classes, or zeros and ones for
            each label of the last axis; None if the targets must tell.
        classes: number of classes, if known.
    """

    name: str = "y"
    kind: Kind | None = None
    classes: int | None = None


def kind_of(y: np.ndarray, kind: Kind | None = None) -> Kind:
    """How targets are to be read.

    One column is class indices. Without more knowledge, the last axis holds one-hot classes if it
    adds up to 1 everywhere, labels if there are zeros and ones in two axes, and else numbers.

    Args:
        y: targets `(samples, ...)`.
        kind: what the loss says.
    """
    if y.ndim == 1 or y.shape[-1] == 1:
        return "class indices"
    if kind == "binary":
        # Zeros and ones in three axes or more are pixels of class 0 or 1.
        return "binary" if y.ndim == 2 else "class indices"
    if kind is not None:
        return kind
    if np.all(y >= 0) and np.allclose(np.sum(y, axis=-1, dtype="float32"), 1, atol=1e-3):
        return "one-hot"
    if np.all((y == 0) | (y == 1)):
        return "binary" if y.ndim == 2 else "class indices"
    return "class indices" if np.all(y == np.round(y)) else "one-hot"


def class_indices(y: Any, kind: Kind, where: str = "y") -> np.ndarray:
    """The class index of each sample, pixel or step; for labels, 0 or 1 for each.

    Args:
        y: targets `(samples, ...)`.
        kind: what `kind_of` found.
        where: what it is, for messages.

    Returns:
        int32 array, without the last axis for one-hot targets and for one column.

    Raises:
        ValueError: for NaN, and for targets that are no numbers.
    """
    y = np.asarray(y)
    check_targets(y, where)
    return np.round(without_class_axis(y, one_hot=kind == "one-hot")).astype("int32")


def without_class_axis(y: np.ndarray, one_hot: bool) -> np.ndarray:
    """Targets with one value for each sample, pixel or step.

    Args:
        y: targets `(samples, ...)`.
        one_hot: whether the last axis holds one-hot classes; a single column never does.

    Returns:
        The column, the class indices of one-hot targets, or else the targets as they are.
    """
    if y.ndim > 1 and y.shape[-1] == 1:
        return y[..., 0]
    return np.argmax(y, axis=-1) if one_hot else y


def check_targets(y: np.ndarray, where: str) -> None:
    """Raise a ValueError for targets that are of no class."""
    if y.dtype.kind not in "biuf":
        raise ValueError(
            f"{where} holds {y.dtype} values, but classes must be indices or one-hot. Turn "
            "names to numbers, for instance with `numpy.unique(y, return_inverse=True)`."
        )
    if y.dtype.kind == "f" and np.isnan(y).any():
        rows = np.flatnonzero(np.isnan(y).reshape(len(y), -1).any(axis=1))
        raise ValueError(
            f"{where} is NaN in {len(rows)} of {len(y)} samples, the first is sample {rows[0]}: "
            "these are of no class. Leave them out."
        )


@dataclass
class ClassCounts:
    """Counts of the classes of one output, batch after batch.

    Args:
        output: what is known of the output.
        kind: how targets are read; set by the first ones.
        counts: `(classes,)`, or `(labels, 2)` for labels: how often each is 0 and 1.
    """

    output: Output = field(default_factory=Output)
    kind: Kind | None = None
    counts: np.ndarray | None = None

    def add(self, y: Any) -> None:
        """Count the classes of these targets.

        Raises:
            ValueError: for NaN, and for targets that are no numbers.
        """
        y = np.asarray(y)
        check_targets(y, self.output.name)
        self.kind = self.kind or kind_of(y, self.output.kind)
        indices = class_indices(y, self.kind, self.output.name)
        if self.kind == "binary":
            ones = np.sum(indices > 0, axis=0)
            new = np.stack([len(indices) - ones, ones], axis=-1)
        else:
            # Indices below 0, and those beyond the outputs, mark what does not count.
            flat = indices.reshape(-1)
            known = flat >= 0
            if self.output.classes is not None:
                known &= flat < self.output.classes
            least = y.shape[-1] if self.kind == "one-hot" else self.output.classes or 0
            new = np.bincount(flat[known], minlength=least)
        if self.counts is None or self.kind == "binary":
            self.counts = new if self.counts is None else self.counts + new
            return
        length = max(len(new), len(self.counts))
        self.counts = sum(np.pad(c, (0, length - len(c))) for c in (self.counts, new))
