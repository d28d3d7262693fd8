"""`regression_report`: how far off predictions are, and how far off the next ones may be."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.engine.extras import require
from cornu.model_selection.reports import regression_drawing, regression_text
from cornu.model_selection.reports.mistakes import Mistake, WorstMistakes
from cornu.model_selection.reports.output import Report
from cornu.model_selection.reports.predicting import (
    OutputPart,
    check_finite,
    feature_names_of,
    predicted_parts,
    shape_of,
    weights_of,
)


@dataclass(eq=False, repr=False)
class RegressionReport(Report):
    """What `regression_report` found; printed, it is a text.

    Args:
        y_true: targets `(samples, outputs)`.
        y_pred: predictions, likewise.
        sample_weight: `(samples,)`, or None.
        mistakes: the samples with the largest errors, worst first.
        target_names: names of the outputs.
        coverage: the fraction of new samples that the intervals shall hold.
        name: of the model.
        seed: of the halves by which the intervals are checked.
        feature_names: names of the inputs' columns, if they came as a data frame.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Rescaling(2.0)])
    >>> x = np.arange(20.0)[:, None]
    >>> report = keras.model_selection.regression_report(model, x, 2 * x + 1, ["size"])
    >>> report.scores["size"]["MAE"], report.half_width
    (1.0, array([1.]))
    """

    y_true: np.ndarray
    y_pred: np.ndarray
    sample_weight: np.ndarray | None
    mistakes: list[Mistake]
    target_names: tuple[str, ...]
    coverage: float
    name: str
    seed: int = 0
    feature_names: list[str] | None = None

    @property
    def residuals(self) -> np.ndarray:
        """Targets minus predictions, `(samples, outputs)`."""
        return self.y_true - self.y_pred

    @functools.cached_property
    def scores(self) -> dict[str, dict[str, float]]:
        """RMSE, MAE, R2 and others of each output, by its name and theirs."""
        module = require("sklearn.metrics", "select")
        measures = {
            "RMSE": module.root_mean_squared_error,
            "MAE": module.mean_absolute_error,
            "R2": module.r2_score,
        }
        found = {}
        for i, name in enumerate(self.target_names):
            pair = self.y_true[:, i], self.y_pred[:, i]
            row = {
                key: float(measure(*pair, sample_weight=self.sample_weight))
                for key, measure in measures.items()
                if key != "R2" or len(self.y_true) > 1
            }
            row["median error"] = float(module.median_absolute_error(*pair))
            row["mean residual"] = float(
                np.average(self.residuals[:, i], weights=self.sample_weight)
            )
            found[name] = row | {"largest error": float(np.abs(self.residuals[:, i]).max())}
        return found

    @functools.cached_property
    def half_width(self) -> np.ndarray:
        """Half the width of the prediction interval of each output, `(outputs,)`.

        Infinite if there are too few samples for the coverage.
        """
        return conformal_half_width(self.residuals, self.coverage)

    def interval(self, predictions: Any) -> tuple[np.ndarray, np.ndarray]:
        """Prediction intervals for new predictions, by split conformal prediction.

        The fraction of new samples in them is `coverage` or more, on average over data sets, if the
        report's samples and the new ones were drawn alike and the model saw neither in training.

        Args:
            predictions: `(samples,)` or `(samples, outputs)`, of the same model.

        Returns:
            Lower and upper ends, shaped like the predictions.

        References:
            - Papadopoulos et al., 2002, https://doi.org/10.1007/3-540-36755-1_29
            - Lei et al., 2018, https://arxiv.org/abs/1604.04173
        """
        predictions = np.asarray(predictions, "float64")
        width = self.half_width if predictions.ndim > 1 else self.half_width[0]
        if predictions.ndim > 2 or (
            predictions.shape[1:] != (len(self.target_names),)
            and (predictions.ndim > 1 or len(self.target_names) > 1)
        ):
            raise ValueError(
                f"The report is about {len(self.target_names)} outputs; got predictions of shape "
                f"{predictions.shape}."
            )
        return predictions - width, predictions + width

    @functools.cached_property
    def checked_coverage(self) -> np.ndarray:
        """Fraction of one half of the samples in intervals that the other half gave, `(outputs,)`.

        It is the mean over both halves, and shows whether `coverage` is kept.
        """
        order = np.random.default_rng(self.seed).permutation(len(self.y_true))
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        if not len(halves[0]):
            return np.full(len(self.target_names), np.nan)
        residuals = np.abs(self.residuals)
        shares = [
            np.mean(residuals[test] <= conformal_half_width(residuals[known], self.coverage), 0)
            for known, test in (halves, halves[::-1])
        ]
        return np.mean(shares, axis=0)

    def _tables(self) -> list:
        return regression_text.tables_of(self)

    def _size(self) -> tuple[float, float]:
        return regression_drawing.size_of(self)

    def _draw(self, figure: Any) -> None:
        regression_drawing.draw_regression(figure, self)

    def _sections(self) -> tuple[str, list[str]]:
        return regression_text.sections_of(self)

    def _summary(self) -> tuple[str, dict[str, float]]:
        first = next(iter(self.scores.values()))
        return "regression", {name: first[name] for name in ("RMSE", "R2") if name in first}


def regression_report(
    model: Any,
    x: Any,
    y: Any = None,
    target_names: Sequence[Any] | None = None,
    *,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps: int | None = None,
    coverage: float = 0.9,
    worst: int = 12,
    seed: int = 0,
) -> RegressionReport:
    """A report on a regression: scores, residuals, prediction intervals, largest errors.

    Args:
        model: a trained model with outputs `(samples,)` or `(samples, outputs)`.
        x: inputs; or a tuple `(x, y)` or `(x, y, sample_weight)`; or a source of such batches. The
            model must not have been trained with them, or the intervals are too narrow.
        y: targets, shaped like the outputs.
        target_names: names of the outputs.
        sample_weight: one weight per sample, for RMSE, MAE, R2 and the mean residual.
        batch_size: samples per batch, for arrays.
        steps: number of batches to read, for sources without an end.
        coverage: fraction of new samples that the prediction intervals shall hold, from 0 to 1.
        worst: how many of the largest errors to show.
        seed: of the halves by which the intervals are checked.

    Returns:
        A `RegressionReport`: print it, `plot()` it, `save("report.html")` it.

    Raises:
        ValueError: if targets and outputs do not match, the data is empty, or predictions or
            targets are not finite.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Rescaling(2.0)])
    >>> x = np.arange(20.0)[:, None]
    >>> report = keras.model_selection.regression_report(model, x, 2 * x + 1, coverage=0.9)
    >>> report.scores["output"]["RMSE"], report.interval([10.0])
    (1.0, (array([9.]), array([11.])))
    """
    collector = RegressionCollector(target_names, coverage, worst, seed)
    for x_part, _, parts in predicted_parts(model, x, y, sample_weight, batch_size, steps):
        if len(parts) > 1:
            raise ValueError(
                f"regression_report is about one output, but the data has targets for "
                f"{list(parts)}. Use evaluate_report, or leave out the targets of the others."
            )
        collector.add(x_part, next(iter(parts.values())))
    return collector.report(model.name, feature_names_of(x))


class RegressionCollector:
    """Takes the parts of the data, and makes the report in the end.

    Args:
        target_names: see `regression_report`, as all that follow.
        coverage: see there.
        worst: see there.
        seed: see there.
    """

    def __init__(
        self, target_names: Sequence[Any] | None, coverage: float, worst: int, seed: int = 0
    ):
        if not 0 < coverage < 1:
            raise ValueError(f"coverage must lie between 0 and 1; got {coverage!r}.")
        self.target_names = target_names
        self.coverage = coverage
        self.seed = seed
        self.mistakes = WorstMistakes(worst)
        self.found: list[tuple] = []
        self.weighted = False

    def add(self, x: Any, part: OutputPart) -> None:
        """Take a part of the data into account.

        Args:
            x: its inputs.
            part: targets, weights and outputs.
        """
        y, weight, outputs = part
        targets, predictions = as_columns(y, outputs)
        self.weighted = self.weighted or weight is not None
        self.mistakes.add(x, targets, predictions, np.abs(targets - predictions).max(axis=1))
        self.found.append((targets, predictions, weights_of(len(y), weight)))

    def report(self, name: str, feature_names: list[str] | None) -> RegressionReport:
        """The report on all parts.

        Args:
            name: of the model or the output.
            feature_names: names of the inputs' columns, or None.
        """
        targets, predictions, weights = (np.concatenate(parts) for parts in zip(*self.found))
        count = targets.shape[1]
        names = self.target_names
        if names is None:
            names = ["output"] if count == 1 else [f"output {i}" for i in range(count)]
        names = tuple(map(str, names))
        if len(names) != count or len(set(names)) != count:
            raise ValueError(f"target_names must hold {count} different names; got {list(names)}.")
        return RegressionReport(
            targets,
            predictions,
            weights if self.weighted else None,
            self.mistakes.kept,
            names,
            self.coverage,
            name,
            self.seed,
            feature_names,
        )


def as_columns(y: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Targets and predictions as float64 `(samples, outputs)`."""
    if y.dtype.kind not in "biuf":
        raise ValueError(f"The targets of a regression must be numbers; got {y.dtype}.")
    pair = [a[:, None] if a.ndim == 1 else a for a in (y, outputs)]
    if pair[0].shape != pair[1].shape or pair[0].ndim != 2:
        raise ValueError(
            f"The model's outputs have shape {shape_of(outputs)}, the targets {shape_of(y)}; a "
            "regression report needs both as (samples,) or (samples, outputs), of one width."
        )
    targets, predictions = (a.astype("float64") for a in pair)
    bad = ~np.isfinite(targets).all(axis=1)
    if bad.any():
        raise ValueError(
            f"{bad.sum()} targets are not finite (NaN or infinity), first in row "
            f"{int(np.argmax(bad))}. Leave these samples out."
        )
    check_finite(predictions)
    return targets, predictions


def conformal_half_width(residuals: np.ndarray, coverage: float) -> np.ndarray:
    """The residual of rank `ceil((samples + 1) * coverage)` in size, `(outputs,)`.

    Args:
        residuals: `(samples, outputs)`, of samples that the model was not trained with.
        coverage: fraction of new samples with a residual no larger.
    """
    count = len(residuals)
    # 1e-9: (9 + 1) * 0.9 must not come out above 9 by rounding.
    rank = math.ceil((count + 1) * coverage - 1e-9)
    if rank > count:
        return np.full(residuals.shape[1], np.inf)
    return np.sort(np.abs(residuals), axis=0)[rank - 1]
