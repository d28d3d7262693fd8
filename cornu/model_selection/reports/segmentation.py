"""`SegmentationReport`: on classifiers that tell a class for each pixel, or each step of time."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.engine.extras import require
from cornu.model_selection.reports import scores
from cornu.model_selection.reports import segmentation_pictures as pictures
from cornu.model_selection.reports.classification import (
    ClassificationCollector,
    ClassificationReport,
)
from cornu.model_selection.reports.labels import labels_of, setting_of
from cornu.model_selection.reports.output import amount
from cornu.model_selection.reports.predicting import OutputPart, shape_of

# Probabilities that are kept for the curves: of all pixels, or of so many drawn by chance.
MOST_PROBABILITIES = 1_000_000

ONE_CLASS_EACH = (
    "A report on pixels needs classes that exclude one another. For labels that do not, make a "
    "report on each: a model of its own output, `Model(model.inputs, model.output[..., 0:1])`, and "
    "its masks."
)


@dataclass(eq=False, repr=False, kw_only=True)
class SegmentationReport(ClassificationReport):
    """What `evaluate_report` found about pixels; printed, it is a text.

    Matrix, table and the scores that follow from them count every pixel. `y_true`, `y_pred`,
    `probabilities` and `sample_weight`, and with them curves, calibration, log loss and top-3
    accuracy, are of pixels drawn by chance where there are very many. Mistakes are the samples with
    the lowest fraction of right pixels; `target` and `prediction` are masks there, -1 where a pixel
    does not count.

    Args:
        labels: see `ClassificationReport`.
        y_true: class indices `(pixels,)`.
        y_pred: what was predicted, likewise.
        probabilities: `(pixels, classes)`.
        sample_weight: `(pixels,)`.
        mistakes: see above.
        threshold: see `ClassificationReport`, as the next two.
        name: see there.
        feature_names: see there.
        counts: weighted counts (class, predicted class) of all pixels.
        samples: number of samples.
        pixels: number of pixels.
        axes: number of axes of a mask.

    >>> model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Activation("sigmoid")])
    >>> x = np.array([[[[-1.0], [1.0]], [[1.0], [1.0]]]])
    >>> report = keras.model_selection.evaluate_report(model, x, np.array([[[0, 0], [1, 1]]]))
    >>> report.matrix.tolist(), report.size, round(report.table[1].iou, 3)
    ([[1.0, 1.0], [0.0, 2.0]], '1 sample, 4 pixels', 0.667)
    """

    counts: np.ndarray
    samples: int
    pixels: int
    axes: int

    @property
    def size(self) -> str:
        """How much data there was, in words."""
        return f"{amount(self.samples, 'sample')}, {amount(self.pixels, self.unit)}"

    @property
    def unit(self) -> str:
        """What has a class: `"pixel"`, or `"step"` where masks have one axis."""
        return "pixel" if self.axes > 1 else "step"

    @property
    def matrix(self) -> np.ndarray:
        """Weighted counts (class, predicted class)."""
        return self.counts

    @functools.cached_property
    def table(self) -> list[scores.ClassScores]:
        """Precision, recall, F1, support and IoU of each class, then their averages."""
        module = require("sklearn.metrics", "select")
        cells = np.nonzero(self.counts)
        weight = self.counts[cells]
        rows = scores.class_table(*cells, weight, self.labels)
        settings = {"sample_weight": weight, "zero_division": 0}
        numbers = list(range(len(self.class_names)))
        found = [
            *module.jaccard_score(*cells, labels=numbers, average=None, **settings),
            module.jaccard_score(*cells, average="macro", **settings),
            module.jaccard_score(*cells, average="weighted", **settings),
        ]
        return [dataclasses.replace(row, iou=float(iou)) for row, iou in zip(rows, found)]

    @functools.cached_property
    def scores(self) -> dict[str, float]:
        """Scores of all classes together; areas are means over the classes that have curves."""
        macro = self.table[len(self.class_names)]
        return {"mean IoU": macro.iou} | super().scores

    @property
    def note(self) -> str:
        """Which scores are not of every pixel; empty if all are."""
        if len(self.y_true) == self.pixels:
            return ""
        return (
            f"Curves, areas, calibration, log loss and top-3 accuracy are of {len(self.y_true):,} "
            f"of the {self.unit}s, drawn by chance."
        )

    def _mistakes_tables(self) -> list:
        return pictures.tables_of(self)

    def _mistakes_section(self) -> str:
        return pictures.section_of(self)

    def _below(self) -> tuple[float, Callable]:
        return pictures.height_of(self), pictures.draw_masks


class SegmentationCollector(ClassificationCollector):
    """Takes the parts of the data, and makes the report in the end.

    Args:
        loss: what the model was compiled with for this output, or None; pixels of its
            `ignore_class` do not count.
        *settings: further arguments of `ClassificationCollector`.
    """

    def __init__(self, loss: Any, *settings: Any):
        super().__init__(loss, *settings)
        self.ignored = setting_of(loss, "ignore_class")
        self.form: str | None = None
        self.drawn: DrawnRows | None = None
        self.counts: Any = 0
        self.samples = self.pixels = self.axes = 0

    def add(self, x: Any, part: OutputPart) -> None:
        """Take a part of the data into account.

        Args:
            x: its inputs.
            part: targets, weights and outputs.
        """
        y, weight, outputs = part
        self.form = self.form or form_of(y, outputs)
        y, outputs, shape = flattened(y, outputs, self.form)
        weight = weights_of_pixels(weight, shape)
        counts = np.ones(len(y), bool) if self.ignored is None else y != self.ignored
        numbers = predicted = np.zeros(0, int)
        if counts.any():
            numbers, predicted = self._counted(y[counts], outputs[counts], weight[counts])
        self.samples += shape[0]
        self.axes = len(shape) - 1
        self._add_mistakes(x, numbers, predicted, weight[counts], counts, shape)

    def _counted(
        self, y: np.ndarray, outputs: np.ndarray, weight: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Count pixels; their class indices and predictions."""
        if self.labels is None:
            self.labels = labels_of(self.loss, y, outputs, *self.settings)
            if self.labels.kind == "multilabel":
                raise ValueError(ONE_CLASS_EACH)
            self.drawn = DrawnRows(MOST_PROBABILITIES // len(self.labels.names))
        numbers, probabilities = self.labels.numbers(y), self.labels.probabilities(outputs)
        predicted = self.labels.predicted(probabilities, self.threshold)
        self.counts = self.counts + scores.confusion_of(numbers, predicted, weight, self.labels)
        self.drawn.add(numbers, predicted, probabilities, weight)
        self.pixels += len(numbers)
        return numbers, predicted

    def _add_mistakes(
        self,
        x: Any,
        numbers: np.ndarray,
        predicted: np.ndarray,
        weight: np.ndarray,
        counts: np.ndarray,
        shape: tuple,
    ) -> None:
        sample = np.repeat(np.arange(shape[0]), np.prod(shape[1:], dtype=int))[counts]
        wrong = np.bincount(sample, weight * (numbers != predicted), shape[0])
        total = np.bincount(sample, weight, shape[0])
        share = np.divide(wrong, total, out=np.zeros(shape[0]), where=total > 0)
        masks = np.full((2, len(counts)), -1, "int32")
        masks[:, counts] = numbers, predicted
        self.mistakes.add(x, *masks.reshape(2, *shape), share)

    def report(self, name: str, feature_names: list[str] | None) -> SegmentationReport:
        """The report on all parts.

        Args:
            name: of the model or the output.
            feature_names: names of the inputs' columns, or None.

        Raises:
            ValueError: if no pixel counts.
        """
        if self.labels is None:
            raise ValueError(f"All pixels are of class {self.ignored}, which the loss ignores.")
        return SegmentationReport(
            self.labels,
            *self.drawn.kept,
            self.mistakes.kept,
            self.threshold,
            name,
            feature_names,
            counts=self.counts,
            samples=self.samples,
            pixels=self.pixels,
            axes=self.axes,
        )


class DrawnRows:
    """Rows of arrays that come in parts: all, or so many drawn by chance, each equally likely.

    Args:
        most: how many to keep.
    """

    def __init__(self, most: int):
        self.most = most
        self.kept: list[np.ndarray] = []
        self._rng = np.random.default_rng(0)
        self._keys = np.zeros(0)

    def add(self, *arrays: np.ndarray) -> None:
        """Look through the rows of a part."""
        keys = self._rng.random(len(arrays[0]))
        if len(self._keys) == self.most:
            new = keys < self._keys.max()
            keys, arrays = keys[new], [array[new] for array in arrays]
        parts = [self.kept, arrays] if self.kept else [arrays]
        kept = [np.concatenate(rows) for rows in zip(*parts)]
        keys = np.concatenate([self._keys, keys])
        if len(keys) > self.most:
            chosen = np.argpartition(keys, self.most)[: self.most]
            keys, kept = keys[chosen], [array[chosen] for array in kept]
        self._keys, self.kept = keys, kept


def form_of(y: np.ndarray, outputs: np.ndarray) -> str:
    """How masks are told: `"numbers"`, `"one-hot"`, or `"bare"`, outputs that lack the last axis.

    Args:
        y: some targets.
        outputs: the outputs for these, `(samples, ..., classes)` with three axes or more.

    Raises:
        ValueError: if the shapes do not go together.
    """
    if y.shape in (outputs.shape[:-1], (*outputs.shape[:-1], 1)):
        return "numbers"
    if y.shape != outputs.shape:
        raise ValueError(
            f"The targets have shape {shape_of(y)}, and the model's outputs {shape_of(outputs)}: a "
            f"report on pixels needs class indices {shape_of(outputs[..., 0])}, or one-hot targets "
            "shaped like the outputs."
        )
    one_of_all = np.allclose(y.sum(axis=-1), 1)
    if outputs.ndim > 3 and not one_of_all:
        raise ValueError(ONE_CLASS_EACH)
    exclusive = outputs.min() < 0 or np.allclose(outputs.sum(axis=-1), 1, atol=1e-3)
    return "one-hot" if one_of_all and (exclusive or outputs.ndim > 3) else "bare"


def flattened(
    y: np.ndarray, outputs: np.ndarray, form: str
) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Class indices `(pixels,)`, outputs `(pixels, columns)`, and the shape of all masks."""
    if form == "one-hot":
        if not np.allclose(y.sum(axis=-1), 1):
            raise ValueError(ONE_CLASS_EACH)
        y = np.argmax(y, axis=-1)
    shape = outputs.shape if form == "bare" else outputs.shape[:-1]
    columns = 1 if form == "bare" else outputs.shape[-1]
    return y.reshape(-1), outputs.reshape(-1, columns), shape


def weights_of_pixels(weight: np.ndarray | None, shape: tuple) -> np.ndarray:
    """A weight for each pixel, flat, from weights of samples or of pixels."""
    if weight is None:
        return np.ones(int(np.prod(shape)))
    if weight.size == np.prod(shape):
        return weight.reshape(-1)
    if weight.size != shape[0]:
        raise ValueError(
            f"sample_weight has shape {weight.shape}; masks of shape {shape} need one weight for "
            "each sample, or for each pixel."
        )
    return np.repeat(weight.reshape(-1), int(np.prod(shape[1:])))
