"""A report on a regression as a figure: a row of four panels for each output."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from cornu.model_selection.reports.drawing import shortened

# Drawing more points takes time and shows no more.
MOST_POINTS = 5000


def size_of(report: Any) -> tuple[float, float]:
    """Width and height of the drawing of a report, in inches."""
    return 17, 4.2 * len(report.target_names) + 0.4


def draw_regression(figure: Any, report: Any) -> None:
    """The whole report on a matplotlib figure, or a part of one."""
    for i, axes in enumerate(figure.subplots(len(report.target_names), 4, squeeze=False)):
        draw_output(axes, report, i)


def draw_output(axes: Any, report: Any, i: int) -> None:
    """Predictions, residuals, their histogram and their quantiles, on four axes."""
    for one, draw in zip(axes, PANELS):
        draw(one, report, i)


def draw_targets(axes: Any, report: Any, i: int) -> None:
    """Targets against predictions, with the interval."""
    target, prediction = _points(report, i)
    width = float(report.half_width[i])
    ends = [min(target.min(), prediction.min()), max(target.max(), prediction.max())]
    axes.plot(ends, ends, ":", color="gray", label="perfect")
    axes.scatter(prediction, target, s=9, alpha=0.5)
    if np.isfinite(width):
        low, high = np.subtract(ends, width), np.add(ends, width)
        axes.fill_between(ends, low, high, alpha=0.15, label=_interval(report))
    name = shortened(report.target_names[i])
    axes.set(title=f"{name}: targets", xlabel="prediction", ylabel="target")
    axes.legend(fontsize="small")
    axes.grid(alpha=0.3)


def draw_residuals(axes: Any, report: Any, i: int) -> None:
    """Residuals against predictions, with the interval."""
    target, prediction = _points(report, i)
    width = float(report.half_width[i])
    axes.axhline(0, linestyle=":", color="gray")
    axes.scatter(prediction, target - prediction, s=9, alpha=0.5)
    if np.isfinite(width):
        ends = [prediction.min(), prediction.max()]
        axes.fill_between(ends, -width, width, alpha=0.15, label=_interval(report))
        axes.legend(fontsize="small")
    axes.set(title="Residuals", xlabel="prediction", ylabel="target - prediction")
    axes.grid(alpha=0.3)


def _points(report: Any, i: int) -> tuple[np.ndarray, np.ndarray]:
    every = slice(None, None, -(-len(report.y_true) // MOST_POINTS))
    return report.y_true[every, i], report.y_pred[every, i]


def _interval(report: Any) -> str:
    return f"{100 * report.coverage:g} % interval"


def draw_histogram(axes: Any, report: Any, i: int) -> None:
    """Residuals beside a normal distribution of the same mean and spread."""
    residual = report.residuals[:, i]
    axes.hist(residual, bins=int(np.clip(np.sqrt(len(residual)), 8, 60)), density=True, alpha=0.6)
    spread = residual.std()
    if spread > 0:
        x = np.linspace(residual.min(), residual.max(), 200)
        axes.plot(x, stats.norm.pdf(x, residual.mean(), spread), label="normal")
        axes.legend(fontsize="small")
    axes.set(title="Histogram of residuals", xlabel="target - prediction", ylabel="density")
    axes.grid(alpha=0.3)


def draw_quantiles(axes: Any, report: Any, i: int) -> None:
    """Quantiles of the residuals against those of a normal distribution (Blom's positions)."""
    residual = report.residuals[:, i]
    every = -(-len(residual) // MOST_POINTS)
    ranks = np.arange(len(residual))[::every]
    normal = stats.norm.ppf((ranks + 0.625) / (len(residual) + 0.25))
    axes.plot(normal, residual.mean() + residual.std() * normal, ":", color="gray", label="normal")
    axes.plot(normal, np.sort(residual)[::every], ".", markersize=4)
    axes.set(title="Quantiles of residuals (QQ)", xlabel="of a normal one", ylabel="residual")
    axes.legend(fontsize="small")
    axes.grid(alpha=0.3)


PANELS = (draw_targets, draw_residuals, draw_histogram, draw_quantiles)
