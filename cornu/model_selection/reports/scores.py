"""What a classifier's predictions amount to: scores, the table of classes, curves, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cornu import metrics
from cornu.engine.extras import require
from cornu.model_selection.calibration import Calibration, calibration_curve
from cornu.model_selection.curves import Curve, precision_recall_curve, roc_curve
from cornu.model_selection.reports.labels import Labels


@dataclass(frozen=True)
class ClassScores:
    """A row of the table of classes: of one class, or of an average.

    Attributes:
        name: of the class or the average.
        precision: fraction of right predictions among the predictions of the class.
        recall: fraction of right predictions among its samples.
        f1: harmonic mean of both.
        support: number of its samples, or the sum of their weights.
        iou: intersection over union, for pixels only.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: float
    iou: float | None = None


def confusion_of(
    y: np.ndarray, predicted: np.ndarray, weight: np.ndarray, labels: Labels
) -> np.ndarray:
    """Weighted counts (class, predicted class); for labels one such 2 x 2 matrix each."""
    if labels.kind == "multilabel":
        pairs = zip(y.T, predicted.T)
        return np.stack([_counted(one, other, weight, 2) for one, other in pairs])
    return _counted(y, predicted, weight, len(labels.names))


def _counted(y: np.ndarray, predicted: np.ndarray, weight: np.ndarray, classes: int) -> np.ndarray:
    counts = np.bincount(y * classes + predicted, weight, classes**2)
    return counts.reshape(classes, classes)


def class_table(
    y: np.ndarray, predicted: np.ndarray, weight: np.ndarray, labels: Labels
) -> list[ClassScores]:
    """Precision, recall, F1 and support of each class, then their averages."""
    module = require("sklearn.metrics", "select")
    numbers = list(range(len(labels.names)))
    settings = {"sample_weight": weight, "zero_division": 0}
    each = module.precision_recall_fscore_support(y, predicted, labels=numbers, **settings)
    rows = [ClassScores(n, *map(float, v)) for n, *v in zip(labels.names, *each)]
    total = sum(row.support for row in rows)
    averages = ["macro", "weighted"]
    if labels.kind == "multilabel":
        averages = ["micro", *averages, "samples"]
    for average in averages:
        # Without `labels`, a class that neither occurred nor was predicted does not count.
        *found, _ = module.precision_recall_fscore_support(
            y, predicted, average=average, **settings
        )
        rows.append(ClassScores(f"{average} average", *map(float, found), total))
    return rows


def overall_scores(
    matrix: np.ndarray,
    y: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray,
    weight: np.ndarray,
    labels: Labels,
) -> dict[str, float]:
    """Scores of all classes together, by name.

    Args:
        matrix: see `confusion_of`.
        y: class indices `(samples,)`, or 0 and 1 `(samples, labels)`.
        predicted: likewise.
        probabilities: `(samples, classes)`.
        weight: `(samples,)`.
        labels: the kind of classifier.
    """
    module = require("sklearn.metrics", "select")
    if labels.kind == "multilabel":
        return {
            "all labels right": float(module.accuracy_score(y, predicted, sample_weight=weight)),
            "labels right": float(1 - module.hamming_loss(y, predicted, sample_weight=weight)),
        }
    scores = {"accuracy": np.trace(matrix) / matrix.sum()}
    if len(labels.names) > 5:
        numbers = np.arange(len(labels.names))
        scores["top-3 accuracy"] = module.top_k_accuracy_score(
            y, probabilities, k=3, labels=numbers, sample_weight=weight
        )
    for name, metric in (
        ("balanced accuracy", metrics.BalancedAccuracy(len(labels.names))),
        ("Matthews correlation", metrics.MatthewsCorrelation(len(labels.names))),
        ("Cohen's kappa", metrics.CohenKappa(len(labels.names))),
    ):
        metric.counts.assign(matrix)
        scores[name] = metric.result()
    # float32's smallest step keeps a certain mistake finite, as scikit-learn has it.
    chosen = np.maximum(probabilities[np.arange(len(y)), y], np.finfo("float32").eps)
    scores["log loss"] = -np.average(np.log(chosen), weights=weight)
    return {name: float(value) for name, value in scores.items()}


def curves_of(
    y: np.ndarray, probabilities: np.ndarray, weight: np.ndarray, labels: Labels
) -> tuple[dict[str, Curve], dict[str, Curve]]:
    """ROC and precision-recall curves by class, each class against the others.

    Of two classes the second has curves only. A class that all samples are of, or none, has none.
    """
    roc, precision_recall = {}, {}
    for i, name in enumerate(labels.names):
        if labels.kind == "binary" and i == 0:
            continue
        target = y[:, i] if labels.kind == "multilabel" else (y == i)
        if len(np.unique(target[weight > 0])) < 2:
            continue
        roc[name] = roc_curve(target, probabilities[:, i], weight)
        precision_recall[name] = precision_recall_curve(target, probabilities[:, i], weight)
    return roc, precision_recall


def calibration_of(
    y: np.ndarray, probabilities: np.ndarray, weight: np.ndarray, labels: Labels
) -> Calibration:
    """Calibration of class 1 of two, of all labels together, or of the likeliest class."""
    if labels.kind == "multilabel":
        weight = np.repeat(weight, y.shape[1])
        return calibration_curve(y.reshape(-1), probabilities.reshape(-1), sample_weight=weight)
    return calibration_curve(y, probabilities, sample_weight=weight)
