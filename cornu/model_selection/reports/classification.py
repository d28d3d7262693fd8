"""`evaluate_report`: how good a classifier is, where it errs, and whether it can be believed."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.model_selection.reports import classification_page, classification_text, drawing, scores
from cornu.model_selection.reports.labels import Labels, labels_of
from cornu.model_selection.reports.mistakes import Mistake, WorstMistakes
from cornu.model_selection.reports.output import Report
from cornu.model_selection.reports.predicting import feature_names_of, predicted_parts


@dataclass(eq=False, repr=False)
class ClassificationReport(Report):
    """What `evaluate_report` found; printed, it is a text.

    Attributes:
        labels: the kind of classifier, and how its outputs are read.
        y_true: class numbers `(samples,)`, or 0 and 1 `(samples, labels)`.
        y_pred: what was predicted, likewise.
        probabilities: `(samples, classes)`.
        sample_weight: `(samples,)`.
        mistakes: the worst ones, worst first; `target` and `prediction` are names there.
        threshold: from it on a probability counts as a yes.
        name: of the model.
        feature_names: names of the inputs' columns, if they came as a data frame.
    """

    labels: Labels
    y_true: np.ndarray
    y_pred: np.ndarray
    probabilities: np.ndarray
    sample_weight: np.ndarray
    mistakes: list[Mistake]
    threshold: float
    name: str
    feature_names: list[str] | None = None

    @property
    def kind(self) -> str:
        """`"binary"`, `"multiclass"` or `"multilabel"`."""
        return self.labels.kind

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes or labels, in the order of the outputs."""
        return self.labels.names

    @functools.cached_property
    def matrix(self) -> np.ndarray:
        """Weighted counts (class, predicted class); for labels `(labels, 2, 2)`."""
        return scores.confusion_of(self.y_true, self.y_pred, self.sample_weight, self.labels)

    @functools.cached_property
    def table(self) -> list[scores.ClassScores]:
        """Precision, recall, F1 and support of each class, then their averages."""
        return scores.class_table(self.y_true, self.y_pred, self.sample_weight, self.labels)

    @functools.cached_property
    def scores(self) -> dict[str, float]:
        """Scores of all classes together; areas are means over the classes that have curves."""
        parts = self.y_true, self.y_pred, self.probabilities, self.sample_weight, self.labels
        found = scores.overall_scores(*parts)
        for name, curves in (("ROC area", self.roc), ("average precision", self.precision_recall)):
            if curves:
                found[name] = float(np.mean([curve.area for curve in curves.values()]))
        return found | {"calibration error": self.calibration.error}

    @functools.cached_property
    def _curves(self) -> tuple[dict, dict]:
        return scores.curves_of(self.y_true, self.probabilities, self.sample_weight, self.labels)

    @property
    def roc(self) -> dict[str, scores.Curve]:
        """The ROC curve of each class against the others, by name."""
        return self._curves[0]

    @property
    def precision_recall(self) -> dict[str, scores.Curve]:
        """The precision-recall curve of each class against the others, by name."""
        return self._curves[1]

    @functools.cached_property
    def calibration(self) -> scores.Calibration:
        """How often predictions of a certain confidence come true."""
        parts = self.y_true, self.y_pred, self.probabilities, self.sample_weight
        return scores.calibration_of(*parts, self.labels)

    def _tables(self) -> list:
        return classification_text.tables_of(self)

    def _figure(self) -> Any:
        return drawing.draw_classification(self)

    def _page(self) -> str:
        return classification_page.page_of(self)


def evaluate_report(
    model: Any,
    x: Any,
    y: Any = None,
    class_names: Sequence[Any] | None = None,
    *,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps: int | None = None,
    kind: str | None = None,
    from_logits: bool | None = None,
    threshold: float = 0.5,
    worst: int = 12,
) -> ClassificationReport:
    """A report on a classifier: confusion matrix, scores of each class, curves, worst mistakes.

    Args:
        model: a trained model with outputs `(samples, classes)`, or one column for two classes.
        x: inputs; or a tuple `(x, y)` or `(x, y, sample_weight)`; or a source of such batches, of
            which predictions and the worst mistakes are kept only.
        y: class numbers, one-hot targets, class names, or 0 and 1 for each of several labels.
        class_names: names of the classes or labels, in the order of the outputs.
        sample_weight: one weight per sample, which all scores take into account.
        batch_size: samples per batch, for arrays.
        steps: number of batches to read, for sources without an end.
        kind: `"binary"`, `"multiclass"` or `"multilabel"`; told from targets and outputs by
            default.
        from_logits: whether outputs are logits; told from the model's loss and outputs by default.
        threshold: from it on, a probability counts as a yes: of class 1 of two, or of a label.
        worst: how many mistakes to show.

    Returns:
        A `ClassificationReport`: print it, `plot()` it, `save("report.html")` it.

    Raises:
        ValueError: if labels, outputs and class names do not match, the data is empty, or
            predictions are not finite.

    >>> import numpy as np
    >>> import cornu as keras
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("sigmoid")])
    >>> x, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 1, 1, 1])
    >>> report = keras.model_selection.evaluate_report(model, x, y, class_names=["no", "yes"])
    >>> report.matrix.tolist(), report.scores["accuracy"], report.mistakes[0].index
    ([[1.0, 0.0], [1.0, 2.0]], 0.75, 1)
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must lie between 0 and 1; got {threshold!r}.")
    labels, found, mistakes = None, [], WorstMistakes(worst)
    parts = predicted_parts(model, x, y, sample_weight, batch_size, steps)
    for x_part, y_part, weights, outputs in parts:
        if labels is None:
            labels = labels_of(model, y_part, outputs, class_names, kind, from_logits)
        numbers, probabilities = labels.numbers(y_part), labels.probabilities(outputs)
        predicted = labels.predicted(probabilities, threshold)
        severity = severity_of(numbers, predicted, probabilities)
        mistakes.add(x_part, numbers, predicted, severity)
        found.append((numbers, predicted, probabilities, weights))
    numbers, predicted, probabilities = (np.concatenate(a) for a in list(zip(*found))[:3])
    weights = np.concatenate([np.ones(len(a)) if w is None else w for a, _, _, w in found])
    named = [named_mistake(mistake, labels) for mistake in mistakes.kept]
    arrays = numbers, predicted, probabilities, weights
    names = feature_names_of(x)
    return ClassificationReport(labels, *arrays, named, threshold, model.name, names)


def severity_of(
    numbers: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray
) -> np.ndarray:
    """Minus the logarithm of the target's probability where the prediction is wrong, else 0."""
    if numbers.ndim == 1:
        chosen, wrong = probabilities[np.arange(len(numbers)), numbers], numbers != predicted
    else:
        chosen = np.where(numbers == 1, probabilities, 1 - probabilities)
        chosen, wrong = np.prod(chosen, axis=1), np.any(numbers != predicted, axis=1)
    # Never 0 for a mistake, however near the threshold.
    return np.where(wrong, -np.log(np.clip(chosen, 1e-12, 1 - 1e-12)), 0.0)


def named_mistake(mistake: Mistake, labels: Labels) -> Mistake:
    """The mistake with names in the place of numbers."""
    names = [in_names(value, labels) for value in (mistake.target, mistake.prediction)]
    return Mistake(mistake.index, mistake.x, *names, mistake.severity)


def in_names(value: Any, labels: Labels) -> str:
    if labels.kind != "multilabel":
        return labels.names[int(value)]
    return ", ".join(labels.names[i] for i in np.flatnonzero(value)) or "none"
