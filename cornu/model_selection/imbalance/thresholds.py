"""The threshold from which a score shall mean yes, chosen on data that were not trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cornu.engine.atomic import write_figure
from cornu.engine.extras import require
from cornu.model_selection.sweep import Sweep, binary_scores, sweep

# A function of the user's is asked at no more thresholds than this.
MOST_CALLS = 200


@dataclass(frozen=True)
class Threshold:
    """A threshold and how it was found.

    Attributes:
        value: a score from this on means yes.
        score: the metric there, or the mean cost of a sample.
        metric: its name, or `"cost"`.
        thresholds: all thresholds tried, falling: `(thresholds,)`.
        scores: the metric at each.

    >>> from cornu.model_selection import tune_threshold
    >>> threshold = tune_threshold([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.6])
    >>> threshold.metric, threshold.score, threshold.decide([0.2, 0.3]).tolist()
    ('f1', 1.0, [0, 1])
    """

    value: float
    score: float
    metric: str
    thresholds: np.ndarray = field(repr=False)
    scores: np.ndarray = field(repr=False)

    def decide(self, y_score: Any) -> np.ndarray:
        """0 or 1 for each score, as an int32 array of the same shape."""
        return (np.asarray(y_score) >= self.value).astype("int32")

    def plot(self, path: Any = None) -> Any:
        """Draw the metric over the threshold.

        Args:
            path: file to write (`.png`, `.svg`, `.pdf`); not written if None.

        Returns:
            The matplotlib figure.
        """
        figure = require("matplotlib.figure", "plot").Figure(figsize=(6, 4), layout="constrained")
        axes = figure.subplots()
        axes.plot(self.thresholds, self.scores)
        axes.axvline(self.value, color="black", linewidth=1, label=f"{self.value:.4g}")
        axes.set(xlabel="threshold", ylabel=self.metric)
        axes.grid(alpha=0.3)
        axes.legend()
        if path is not None:
            write_figure(figure, path, dpi=120)
        return figure


def tune_threshold(
    y_true: Any,
    y_score: Any,
    metric: str | Callable = "f1",
    *,
    cost_matrix: Any = None,
    sample_weight: Any = None,
) -> Threshold:
    """The threshold with the best metric, or the lowest cost.

    Choose it on predictions by models that did not see the samples, such as those that
    `cross_validate` returns, and report on others: the best of many values is too good.

    Args:
        y_true: zeros and ones, `(samples,)` or `(samples, 1)`.
        y_score: scores, likewise.
        metric: `"f1"`, `"accuracy"`, `"balanced_accuracy"`, `"matthews"`, `"youden"` (true less
            false positive rate), or a function of targets and decisions, more being better, which
            is asked at 200 thresholds at most.
        cost_matrix: instead, what it costs to decide on column j where row i is true:
            `[[no-no, no-yes], [yes-no, yes-yes]]`; gains are negative.
        sample_weight: weights `(samples,)`, or None.

    Returns:
        A `Threshold`, half-way between the two scores that it parts. Of equally good ones, it is
        the highest.

    Raises:
        ValueError: for NaN, other lengths, an unknown metric, and another form of the costs.

    >>> from cornu.model_selection import tune_threshold
    >>> found = tune_threshold([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.6])
    >>> round(found.value, 3), found.score, found.decide([0.2, 0.3]).tolist()
    (0.25, 1.0, [0, 1])
    """
    y, score, weights = binary_scores(y_true, y_score, sample_weight)
    found = sweep(y, score, weights)
    name = metric if isinstance(metric, str) else getattr(metric, "__name__", "metric")
    thresholds, scores = found.thresholds, None
    if cost_matrix is not None:
        name, scores = "cost", _costs(found, cost_matrix)
    elif callable(metric):
        chosen = np.unique(
            np.linspace(0, len(thresholds) - 1, min(MOST_CALLS, len(thresholds))).astype(int)
        )
        thresholds = thresholds[chosen]
        targets = y.astype("int32")
        scores = np.array([metric(targets, (score >= t).astype("int32")) for t in thresholds])
    elif metric in METRICS:
        scores = METRICS[metric](*_counts(found))
    else:
        raise ValueError(
            f"metric must be one of {', '.join(map(repr, METRICS))}, or a function of targets and "
            f"decisions; got {metric!r}."
        )
    best = int(np.argmin(scores) if name == "cost" else np.argmax(scores))
    values = _between(found.thresholds)[np.searchsorted(-found.thresholds, -thresholds)]
    return Threshold(float(values[best]), float(scores[best]), name, values, scores)


def decide(probabilities: Any, cost_matrix: Any) -> np.ndarray:
    """The class with the lowest expected cost of each sample.

    Args:
        probabilities: calibrated probabilities `(samples, classes)`; of one column, that of class
            1.
        cost_matrix: what it costs to decide on column j where row i is true, `(classes, classes)`.

    Returns:
        int32 array `(samples,)`.

    Raises:
        ValueError: for a matrix of another shape.

    References:
        Elkan, 2001, "The Foundations of Cost-Sensitive Learning", IJCAI.

    >>> from cornu.model_selection import decide
    >>> decide([[0.8, 0.2], [0.95, 0.05]], [[0, 1], [10, 0]]).tolist()
    [1, 0]
    """
    p = np.asarray(probabilities, "float64")
    if p.ndim == 1 or p.shape[-1] == 1:
        p = p.reshape(-1)
        p = np.stack([1 - p, p], axis=-1)
    return np.argmin(p @ checked_costs(cost_matrix, p.shape[-1]), axis=-1).astype("int32")


def checked_costs(cost_matrix: Any, classes: int) -> np.ndarray:
    """The costs as a float64 array `(classes, classes)`."""
    costs = np.asarray(cost_matrix, "float64")
    if costs.shape != (classes, classes) or not np.isfinite(costs).all():
        raise ValueError(
            f"cost_matrix must hold numbers for {classes} classes (rows) and {classes} decisions "
            f"(columns); got shape {costs.shape}."
        )
    return costs


def _between(thresholds: np.ndarray) -> np.ndarray:
    """Values half-way down to the next score, which new scores are less likely to hit."""
    scores = thresholds[1:]
    middle = (scores[:-1] + scores[1:]) / 2
    # In the coarser steps of float32 the middle may be the lower score itself.
    middle = np.where(middle.astype("float32") > scores[1:].astype("float32"), middle, scores[:-1])
    above = np.nextafter(scores[0].astype("float32"), np.float32(np.inf))
    return np.concatenate([[above], middle, scores[-1:]])


def _counts(found: Sweep) -> tuple:
    tp, fp = found.true_positives, found.false_positives
    return tp, fp, found.negatives - fp, found.positives - tp


def _costs(found: Sweep, cost_matrix: Any) -> np.ndarray:
    costs = checked_costs(cost_matrix, 2)
    tp, fp, tn, fn = _counts(found)
    total = tn * costs[0, 0] + fp * costs[0, 1] + fn * costs[1, 0] + tp * costs[1, 1]
    return total / (found.positives + found.negatives)


def _matthews(tp: Any, fp: Any, tn: Any, fn: Any) -> np.ndarray:
    spread = np.sqrt(tp + fp) * np.sqrt(tp + fn) * np.sqrt(tn + fp) * np.sqrt(tn + fn)
    return np.where(spread > 0, (tp * tn - fp * fn) / np.where(spread > 0, spread, 1), 0)


METRICS: dict[str, Callable] = {
    "f1": lambda tp, fp, tn, fn: 2 * tp / (2 * tp + fp + fn),
    "accuracy": lambda tp, fp, tn, fn: (tp + tn) / (tp + fp + tn + fn),
    "balanced_accuracy": lambda tp, fp, tn, fn: (tp / (tp + fn) + tn / (tn + fp)) / 2,
    "matthews": _matthews,
    "youden": lambda tp, fp, tn, fn: tp / (tp + fn) - fp / (fp + tn),
}
