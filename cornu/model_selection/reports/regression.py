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
    check_finite,
    feature_names_of,
    predicted_parts,
)


@dataclass(eq=False, repr=False)
class RegressionReport(Report):
    """What `regression_report` found; printed, it is a text.

    Attributes:
        y_true: targets `(samples, outputs)`.
        y_pred: predictions, likewise.
        sample_weight: `(samples,)`, or None.
        mistakes: the samples with the largest errors, worst first.
        target_names: names of the outputs.
        coverage: the share of new samples that the intervals shall hold.
        name: of the model.
        seed: of the halves by which the intervals are checked.
        feature_names: names of the inputs' columns, if they came as a data frame.
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

        The share of new samples in them is `coverage` at least, on average over data sets, if the
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
        """Share of one half of the samples in intervals that the other half gave, `(outputs,)`.

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

    def _figure(self) -> Any:
        return regression_drawing.draw_regression(self)

    def _page(self) -> str:
        return regression_text.page_of(self)


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
        coverage: share of new samples that the prediction intervals shall hold, from 0 to 1.
        worst: how many of the largest errors to show.
        seed: of the halves by which the intervals are checked.

    Returns:
        A `RegressionReport`: print it, `plot()` it, `save("report.html")` it.

    Raises:
        ValueError: if targets and outputs do not match, the data is empty, or predictions or
            targets are not finite.

    >>> import numpy as np
    >>> import cornu as keras
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Rescaling(2.0)])
    >>> x = np.arange(20.0)[:, None]
    >>> report = keras.model_selection.regression_report(model, x, 2 * x + 1, coverage=0.9)
    >>> report.scores["output"]["RMSE"], report.interval([10.0])
    (1.0, (array([9.]), array([11.])))
    """
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must lie between 0 and 1; got {coverage!r}.")
    found, mistakes = [], WorstMistakes(worst)
    parts = predicted_parts(model, x, y, sample_weight, batch_size, steps)
    for x_part, y_part, weights, outputs in parts:
        targets, predictions = as_columns(y_part, outputs)
        mistakes.add(x_part, targets, predictions, np.abs(targets - predictions).max(axis=1))
        found.append((targets, predictions, weights))
    targets, predictions = (np.concatenate(arrays) for arrays in list(zip(*found))[:2])
    weights = None
    if any(one is not None for _, _, one in found):
        weights = np.concatenate([np.ones(len(a)) if w is None else w for a, _, w in found])
    count = targets.shape[1]
    if target_names is None:
        target_names = ["output"] if count == 1 else [f"output {i}" for i in range(count)]
    names = tuple(map(str, target_names))
    if len(names) != count or len(set(names)) != count:
        raise ValueError(f"target_names must hold {count} different names; got {list(names)}.")
    arrays = targets, predictions, weights
    features = feature_names_of(x)
    return RegressionReport(*arrays, mistakes.kept, names, coverage, model.name, seed, features)


def as_columns(y: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Targets and predictions as float64 `(samples, outputs)`."""
    if y.dtype.kind not in "biuf":
        raise ValueError(f"The targets of a regression must be numbers; got {y.dtype}.")
    pair = [a[:, None] if a.ndim == 1 else a for a in (y, outputs)]
    if pair[0].shape != pair[1].shape or pair[0].ndim != 2:
        raise ValueError(
            f"The model's outputs have shape {outputs.shape}, the targets {y.shape}; a regression "
            "report needs both as (samples,) or (samples, outputs), with as many outputs."
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
        coverage: share of new samples with a residual no larger.
    """
    count = len(residuals)
    # 1e-9: (9 + 1) * 0.9 must not come out above 9 by rounding.
    rank = math.ceil((count + 1) * coverage - 1e-9)
    if rank > count:
        return np.full(residuals.shape[1], np.inf)
    return np.sort(np.abs(residuals), axis=0)[rank - 1]
