"""`evaluate_report`: a report on each output of a model, of the kind that suits it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import losses
from cornu.losses.targets import CLASSES, target_kinds_of
from cornu.model_selection.reports.classification import (
    ClassificationCollector,
    ClassificationReport,
)
from cornu.model_selection.reports.labels import KINDS
from cornu.model_selection.reports.predicting import (
    OutputPart,
    feature_names_of,
    predicted_parts,
)
from cornu.model_selection.reports.regression import RegressionCollector, RegressionReport
from cornu.model_selection.reports.segmentation import SegmentationCollector
from cornu.model_selection.reports.several import SeveralReports
from cornu.training.outputs import per_output

COVERAGE = 0.9


def evaluate_report(
    model: Any,
    x: Any,
    y: Any = None,
    class_names: Any = None,
    *,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps: int | None = None,
    kind: Any = None,
    from_logits: Any = None,
    threshold: Any = 0.5,
    worst: int = 12,
) -> ClassificationReport | RegressionReport | SeveralReports:
    """A report on a model: confusion matrix, scores of each class, curves, worst mistakes.

    For several outputs, there is a report on each that has targets. What is said of an output
    (`class_names`, `kind`, `from_logits`, `threshold`) is then a dict by the output's name or a
    list, and `kind`, `from_logits` and `threshold` may be one value for all.

    Args:
        model: a trained model. Outputs `(samples, classes)`, or one column for two classes, give a
            `ClassificationReport`; with axes between, such as `(samples, height, width, classes)`
            for pixels or `(samples, time, classes)`, a `SegmentationReport`; numbers a
            `RegressionReport`; several outputs a `SeveralReports`.
        x: inputs; or a tuple `(x, y)` or `(x, y, sample_weight)`; or a source of such batches, of
            which predictions and the worst mistakes are kept only.
        y: class indices, one-hot targets, class names, or 0 and 1 for each of several labels; for
            pixels masks of class indices, or one-hot; for several outputs a dict or a list.
        class_names: names of the classes or labels, in the order of the outputs; of a regression's
            columns.
        sample_weight: one weight per sample, or per pixel, which all scores take into account.
        batch_size: samples per batch, for arrays.
        steps: number of batches to read, for sources without an end.
        kind: `"binary"`, `"multiclass"`, `"multilabel"` or `"regression"`; told from the model's
            loss, targets and outputs by default.
        from_logits: whether outputs are logits; told from the model's loss and outputs by default.
        threshold: from it on, a probability counts as a yes: of class 1 of two, or of a label.
        worst: how many mistakes to show.

    Returns:
        A report: print it, `plot()` it, `save("report.html")` it.

    Raises:
        ValueError: if labels, outputs and class names do not match, the data is empty, or
            predictions are not finite.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("sigmoid")])
    >>> x, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 1, 1, 1])
    >>> report = keras.model_selection.evaluate_report(model, x, y, class_names=["no", "yes"])
    >>> report.matrix.tolist(), report.scores["accuracy"], report.mistakes[0].index
    ([[1.0, 0.0], [1.0, 2.0]], 0.75, 1)
    """
    collectors: dict[str, Any] = {}
    settings = (class_names, kind, from_logits, threshold, worst)
    for x_part, names, parts in predicted_parts(model, x, y, sample_weight, batch_size, steps):
        collectors = collectors or collectors_for(model, names, parts, *settings)
        for name, part in parts.items():
            collectors[name].add(x_part, part)
    features = feature_names_of(x)
    if len(collectors) == 1:
        return next(iter(collectors.values())).report(model.name, features)
    reports = {
        name: collector.report(f"{model.name}: {name}", features)
        for name, collector in collectors.items()
    }
    return SeveralReports(model.name, reports)


def collectors_for(
    model: Any,
    names: list[str],
    parts: dict[str, OutputPart],
    class_names: Any,
    kind: Any,
    from_logits: Any,
    threshold: Any,
    worst: int,
) -> dict[str, Any]:
    """What takes the parts of each output with targets, by name; see `evaluate_report`."""
    said = zip(
        names,
        losses_of(model, names),
        said_of(class_names, names, "class_names", one_for_all=False),
        said_of(kind, names, "kind"),
        said_of(from_logits, names, "from_logits"),
        said_of(threshold, names, "threshold"),
    )
    return {
        name: collector_for(name if len(names) > 1 else None, parts[name], *settings, worst)
        for name, *settings in said
        if name in parts
    }


def said_of(given: Any, names: list[str], argument: str, one_for_all: bool = True) -> list[Any]:
    """What is said of each output."""
    if len(names) == 1 and not isinstance(given, dict):
        return [given]
    return per_output(given, names, argument, one_for_all)


def losses_of(model: Any, names: list[str]) -> list[Any]:
    """The function or `Loss` of each output; None where none is known."""
    compiled = getattr(model, "_compile_loss", None)
    if compiled is None:
        return [None] * len(names)
    given = per_output(compiled.loss, names, "loss")
    return [None if one in (None, "crossentropy", "ce") else losses.get(one) for one in given]


def collector_for(
    name: str | None,
    part: OutputPart,
    loss: Any,
    class_names: Sequence[Any] | None,
    kind: str | None,
    from_logits: bool | None,
    threshold: float,
    worst: int,
) -> Any:
    """What takes the parts of one output, named unless it is the only one, from its first part."""
    if kind not in (None, "regression", *KINDS):
        raise ValueError(
            f"kind must be one of {[*KINDS, 'regression']}, or None for what targets and outputs "
            f"tell; got {kind!r}."
        )
    if kind == "regression" or (kind is None and is_regression(loss, part.y, part.outputs)):
        if class_names is None and name is not None and part.outputs[0].size == 1:
            class_names = [name]
        return RegressionCollector(class_names, COVERAGE, worst)
    cls = SegmentationCollector if part.outputs.ndim > 2 else ClassificationCollector
    return cls(loss, class_names, kind, from_logits, 0.5 if threshold is None else threshold, worst)


def is_regression(loss: Any, y: np.ndarray, outputs: np.ndarray) -> bool:
    """Whether targets are amounts rather than classes.

    Args:
        loss: function or `Loss`, or None.
        y: some targets.
        outputs: the outputs for these.
    """
    kinds = target_kinds_of(loss)
    if y.dtype.kind not in "biuf" or not CLASSES.isdisjoint(kinds[:1]):
        return False
    if np.any(y != np.round(y)):
        return True
    # Whole numbers may be classes that are learned by squared errors, from sigmoids.
    return kinds[:1] == ("values",) and bool(outputs.min() < 0 or outputs.max() > 1)
