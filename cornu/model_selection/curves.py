"""ROC and precision-recall curves, exact at every threshold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cornu.engine.atomic import write_figure
from cornu.engine.extras import require
from cornu.model_selection.sweep import binary_scores, sweep


@dataclass(frozen=True)
class Curve:
    """Points of a curve through all thresholds.

    Attributes:
        x: false positive rate, or recall: `(points,)`.
        y: true positive rate, or precision.
        thresholds: a score from this on means yes.
        area: area under the ROC curve, or average precision.
        kind: `"roc"` or `"precision-recall"`.
        share: fraction of the positives.

    >>> from cornu.model_selection import roc_curve
    >>> curve = roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> curve.x.tolist(), curve.y.tolist()
    ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """

    x: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)
    thresholds: np.ndarray = field(repr=False)
    area: float
    kind: str
    share: float

    @property
    def drawstyle(self) -> str:
        """How matplotlib joins the points: a precision holds back to the recall before it."""
        return "default" if self.kind == "roc" else "steps-pre"

    def draw(self, axes: Any, label: str = "") -> None:
        """Draw into matplotlib axes.

        Args:
            axes: the axes.
            label: what the curve is of.
        """
        names = {
            "roc": ("false positive rate", "true positive rate", "area"),
            "precision-recall": ("recall", "precision", "average precision"),
        }[self.kind]
        axes.plot(
            self.x,
            self.y,
            label=f"{label} {names[2]} {self.area:.3f}".strip(),
            drawstyle=self.drawstyle,
        )
        axes.set(xlabel=names[0], ylabel=names[1], xlim=(0, 1), ylim=(0, 1.02))
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")

    def plot(self, path: Any = None) -> Any:
        """Draw the curve, with what guessing gives.

        Args:
            path: file to write (`.png`, `.svg`, `.pdf`); not written if None.

        Returns:
            The matplotlib figure.
        """
        figure = require("matplotlib.figure", "plot").Figure(figsize=(5, 5), layout="constrained")
        axes = figure.subplots()
        ends = (0, 1) if self.kind == "roc" else (self.share, self.share)
        axes.plot((0, 1), ends, ":", color="gray")
        self.draw(axes)
        if path is not None:
            write_figure(figure, path, dpi=120)
        return figure


def roc_curve(y_true: Any, y_score: Any, sample_weight: Any = None) -> Curve:
    """True over false positive rate at every threshold.

    Args:
        y_true: zeros and ones, `(samples,)` or `(samples, 1)`.
        y_score: scores, likewise, such as the out-of-fold predictions of a cross-validation.
        sample_weight: weights `(samples,)`, or None.

    Returns:
        A `Curve`, from (0, 0) to (1, 1).

    Raises:
        ValueError: for NaN, other lengths, and targets of one class only.

    >>> from cornu.model_selection import roc_curve
    >>> roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).area
    0.75
    """
    y, score, weights = binary_scores(y_true, y_score, sample_weight)
    found = sweep(y, score, weights)
    x, y = found.false_positives / found.negatives, found.true_positives / found.positives
    share = found.positives / (found.positives + found.negatives)
    return Curve(x, y, found.thresholds, float(np.trapezoid(y, x)), "roc", share)


def precision_recall_curve(y_true: Any, y_score: Any, sample_weight: Any = None) -> Curve:
    """Precision over recall at every threshold; its area is the average precision.

    The average precision is the sum of the precisions times the steps of the recall. Where
    positives are rare it says more than the area under the ROC curve.

    Args:
        y_true: zeros and ones, `(samples,)` or `(samples, 1)`.
        y_score: scores, likewise, such as the out-of-fold predictions of a cross-validation.
        sample_weight: weights `(samples,)`, or None.

    Returns:
        A `Curve`, from recall 0 and precision 1 on.

    Raises:
        ValueError: for NaN, other lengths, and targets of one class only.

    >>> from cornu.model_selection import precision_recall_curve
    >>> round(precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).area, 4)
    0.8333
    """
    y, score, weights = binary_scores(y_true, y_score, sample_weight)
    found = sweep(y, score, weights)
    recall = found.true_positives / found.positives
    chosen = found.true_positives + found.false_positives
    precision = np.where(chosen > 0, found.true_positives / np.where(chosen > 0, chosen, 1), 1.0)
    area = float(np.sum(np.diff(recall) * precision[1:]))
    share = found.positives / (found.positives + found.negatives)
    return Curve(recall, precision, found.thresholds, area, "precision-recall", share)
