"""What a classifier's predictions amount to: scores, the table of classes, curves, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cornu import metrics
from cornu.engine.extras import require
from cornu.model_selection.reports.labels import Labels

# Equal widths, as in the paper that `calibration_of` cites.
BINS = 10


@dataclass(frozen=True)
class ClassScores:
    """A row of the table of classes: of one class, or of an average."""

    name: str
    precision: float
    recall: float
    f1: float
    support: float


@dataclass(frozen=True)
class Curve:
    """A curve and the area under it.

    Attributes:
        x: false-positive rates, or recalls.
        y: true-positive rates, or precisions.
        thresholds: from which probability on a point's samples count as of the class.
        area: under the ROC curve; for precision and recall the average precision.
    """

    x: np.ndarray
    y: np.ndarray
    thresholds: np.ndarray
    area: float


@dataclass(frozen=True)
class Calibration:
    """How often predictions of a certain confidence come true.

    Attributes:
        confidence: mean probability of the predictions in each bin that has any.
        frequency: share of them that came true.
        weight: share of all predictions that are in the bin.
        error: expected calibration error, the mean distance of both.
    """

    confidence: np.ndarray
    frequency: np.ndarray
    weight: np.ndarray
    error: float


def confusion_of(
    y: np.ndarray, predicted: np.ndarray, weight: np.ndarray, labels: Labels
) -> np.ndarray:
    """Weighted counts (class, predicted class); for labels one such 2 x 2 matrix each."""
    if labels.kind == "multilabel":
        pairs = [(y[:, i], predicted[:, i], 2) for i in range(y.shape[1])]
    else:
        pairs = [(y, predicted, len(labels.names))]
    found = []
    for one, other, classes in pairs:
        metric = metrics.ConfusionMatrix(classes)
        metric.update_state(one, other, weight)
        found.append(np.asarray(metric.result(), "float64"))
    return np.stack(found) if labels.kind == "multilabel" else found[0]


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
    y: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray,
    weight: np.ndarray,
    labels: Labels,
) -> dict[str, float]:
    """Scores of all classes together, by name."""
    module = require("sklearn.metrics", "select")
    scores = {"accuracy": module.accuracy_score(y, predicted, sample_weight=weight)}
    if labels.kind == "multilabel":
        wrong = module.hamming_loss(y, predicted, sample_weight=weight)
        scores = {"all labels right": scores["accuracy"], "labels right": 1 - wrong}
        return {name: float(value) for name, value in scores.items()}
    counts = confusion_of(y, predicted, weight, labels)
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
        metric.counts.assign(counts)
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
    module = require("sklearn.metrics", "select")
    roc, precision_recall = {}, {}
    for i, name in enumerate(labels.names):
        if labels.kind == "binary" and i == 0:
            continue
        target = y[:, i] if labels.kind == "multilabel" else (y == i)
        if len(np.unique(target)) < 2:
            continue
        score = probabilities[:, i]
        x, hits, thresholds = module.roc_curve(target, score, sample_weight=weight)
        area = float(module.auc(x, hits))
        roc[name] = Curve(x, hits, thresholds, area)
        precision, recall, thresholds = module.precision_recall_curve(
            target, score, sample_weight=weight, drop_intermediate=True
        )
        area = float(module.average_precision_score(target, score, sample_weight=weight))
        precision_recall[name] = Curve(recall, precision, thresholds, area)
    return roc, precision_recall


def calibration_of(
    y: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray,
    weight: np.ndarray,
    labels: Labels,
) -> Calibration:
    """Calibration of class 1 of two, of each label, or of the class predicted.

    References:
        Guo et al., 2017, https://arxiv.org/abs/1706.04599
    """
    if labels.kind == "binary":
        confidence, right = probabilities[:, 1], y == 1
    elif labels.kind == "multilabel":
        confidence, right = probabilities.reshape(-1), y.reshape(-1) == 1
        weight = np.repeat(weight, y.shape[1])
    else:
        confidence, right = probabilities.max(axis=1), y == predicted
    bins = np.clip((confidence * BINS).astype(int), 0, BINS - 1)
    total = np.bincount(bins, weight, BINS)
    some = total > 0
    confidence = np.bincount(bins, weight * confidence, BINS)[some] / total[some]
    frequency = np.bincount(bins, weight * right, BINS)[some] / total[some]
    share = total[some] / total.sum()
    error = float(np.sum(share * np.abs(confidence - frequency)))
    return Calibration(confidence, frequency, share, error)
