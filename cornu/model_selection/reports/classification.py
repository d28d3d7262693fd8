"""`ClassificationReport`: how good a classifier is, where it errs, and how sure it may be."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.model_selection.calibration import Calibration
from cornu.model_selection.curves import Curve
from cornu.model_selection.reports import classification_page, classification_text, drawing, scores
from cornu.model_selection.reports.labels import Labels, labels_of
from cornu.model_selection.reports.mistakes import Mistake, WorstMistakes
from cornu.model_selection.reports.output import Report
from cornu.model_selection.reports.predicting import OutputPart, weights_of


@dataclass(eq=False, repr=False)
class ClassificationReport(Report):
    """What `evaluate_report` found about classes; printed, it is a text.

    Args:
        labels: the kind of classifier, and how its outputs are read.
        y_true: class indices `(samples,)`, or 0 and 1 `(samples, labels)`.
        y_pred: what was predicted, likewise.
        probabilities: `(samples, classes)`.
        sample_weight: `(samples,)`.
        mistakes: the worst ones, worst first; `target` and `prediction` are names there.
        threshold: from it on a probability counts as a yes.
        name: of the model.
        feature_names: names of the inputs' columns, if they came as a data frame.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("sigmoid")])
    >>> x, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 1, 1, 1])
    >>> report = keras.model_selection.evaluate_report(model, x, y, class_names=["no", "yes"])
    >>> report.kind, report.table[1].name, report.table[1].precision
    ('binary', 'yes', 1.0)
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
        arrays = self.y_true, self.y_pred, self.probabilities, self.sample_weight
        found = scores.overall_scores(self.matrix, *arrays, self.labels)
        for name, curves in (("ROC area", self.roc), ("average precision", self.precision_recall)):
            if curves:
                found[name] = float(np.mean([curve.area for curve in curves.values()]))
        return found | {"calibration error": self.calibration.expected_error}

    @functools.cached_property
    def _curves(self) -> tuple[dict, dict]:
        return scores.curves_of(self.y_true, self.probabilities, self.sample_weight, self.labels)

    @property
    def roc(self) -> dict[str, Curve]:
        """The ROC curve of each class against the others, by name."""
        return self._curves[0]

    @property
    def precision_recall(self) -> dict[str, Curve]:
        """The precision-recall curve of each class against the others, by name."""
        return self._curves[1]

    @functools.cached_property
    def calibration(self) -> Calibration:
        """How often predictions of a certain confidence come true."""
        arrays = self.y_true, self.probabilities, self.sample_weight
        return scores.calibration_of(*arrays, self.labels)

    @property
    def note(self) -> str:
        """What is to be known of the scores; empty if nothing is."""
        return ""

    def _tables(self) -> list:
        return [*classification_text.tables_of(self), *self._mistakes_tables()]

    def _mistakes_tables(self) -> list:
        return [classification_text.mistakes_table(self)] if self.mistakes else []

    def _sections(self) -> tuple[str, list[str]]:
        about, sections = classification_page.sections_of(self)
        return about, [*sections, self._mistakes_section()]

    def _mistakes_section(self) -> str:
        return classification_page.mistakes_section(self)

    def _size(self) -> tuple[float, float]:
        return drawing.size_of(self, self._below()[0])

    def _draw(self, figure: Any) -> None:
        drawing.draw_classification(figure, self, *self._below())

    def _below(self) -> tuple[float, Callable]:
        """The height of the pictures below the curves, and what draws them."""
        return drawing.height_of_pictures(self), drawing.draw_pictures

    def _summary(self) -> tuple[str, dict[str, float]]:
        first = list(self.scores)[:2]
        return classification_text.KIND_NAMES[self.kind], {k: self.scores[k] for k in first}


class ClassificationCollector:
    """Takes the parts of the data, and makes the report in the end.

    Args:
        loss: what the model was compiled with for this output, or None.
        class_names: see `evaluate_report`, as all that follow.
        kind: see there.
        from_logits: see there.
        threshold: see there.
        worst: see there.
    """

    def __init__(
        self,
        loss: Any,
        class_names: Sequence[Any] | None,
        kind: str | None,
        from_logits: bool | None,
        threshold: float,
        worst: int,
    ):
        if not 0 < threshold < 1:
            raise ValueError(f"threshold must lie between 0 and 1; got {threshold!r}.")
        self.settings = (class_names, kind, from_logits)
        self.loss = loss
        self.threshold = threshold
        self.mistakes = WorstMistakes(worst)
        self.labels: Labels | None = None
        self.found: list[tuple] = []

    def add(self, x: Any, part: OutputPart) -> None:
        """Take a part of the data into account.

        Args:
            x: its inputs.
            part: targets, weights and outputs.
        """
        y, weight, outputs = part
        if self.labels is None:
            self.labels = labels_of(self.loss, y, outputs, *self.settings)
        numbers, probabilities = self.labels.numbers(y), self.labels.probabilities(outputs)
        predicted = self.labels.predicted(probabilities, self.threshold)
        self.mistakes.add(x, numbers, predicted, severity_of(numbers, predicted, probabilities))
        self.found.append((numbers, predicted, probabilities, weights_of(len(y), weight)))

    def report(self, name: str, feature_names: list[str] | None) -> ClassificationReport:
        """The report on all parts.

        Args:
            name: of the model or the output.
            feature_names: names of the inputs' columns, or None.
        """
        arrays = (np.concatenate(parts) for parts in zip(*self.found))
        named = [named_mistake(mistake, self.labels) for mistake in self.mistakes.kept]
        return ClassificationReport(
            self.labels, *arrays, named, self.threshold, name, feature_names
        )


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
