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
    every = slice(None, None, -(-len(report.y_true) // MOST_POINTS))
    target, prediction = report.y_true[every, i], report.y_pred[every, i]
    residual, width = report.residuals[:, i], float(report.half_width[i])
    name = shortened(report.target_names[i])
    ends = [min(target.min(), prediction.min()), max(target.max(), prediction.max())]
    axes[0].plot(ends, ends, ":", color="gray", label="perfect")
    axes[0].scatter(prediction, target, s=9, alpha=0.5)
    axes[0].set(title=f"{name}: targets", xlabel="prediction", ylabel="target")
    axes[1].axhline(0, linestyle=":", color="gray")
    axes[1].scatter(prediction, target - prediction, s=9, alpha=0.5)
    if np.isfinite(width):
        between = f"{100 * report.coverage:g} % interval"
        low_high = sorted([prediction.min(), prediction.max()])
        axes[0].fill_between(
            ends, np.subtract(ends, width), np.add(ends, width), alpha=0.15, label=between
        )
        axes[1].fill_between(low_high, -width, width, alpha=0.15, label=between)
        axes[1].legend(fontsize="small")
    axes[0].legend(fontsize="small")
    axes[1].set(title="Residuals", xlabel="prediction", ylabel="target - prediction")
    draw_histogram(axes[2], residual)
    draw_quantiles(axes[3], residual)
    for one in axes:
        one.grid(alpha=0.3)


def draw_histogram(axes: Any, residual: np.ndarray) -> None:
    """Residuals beside a normal distribution of the same mean and spread."""
    axes.hist(residual, bins=int(np.clip(np.sqrt(len(residual)), 8, 60)), density=True, alpha=0.6)
    spread = residual.std()
    if spread > 0:
        x = np.linspace(residual.min(), residual.max(), 200)
        axes.plot(x, stats.norm.pdf(x, residual.mean(), spread), label="normal")
        axes.legend(fontsize="small")
    axes.set(title="Histogram of residuals", xlabel="target - prediction", ylabel="density")


def draw_quantiles(axes: Any, residual: np.ndarray) -> None:
    """Quantiles of the residuals against those of a normal distribution (Blom's positions)."""
    every = -(-len(residual) // MOST_POINTS)
    ranks = np.arange(len(residual))[::every]
    normal = stats.norm.ppf((ranks + 0.625) / (len(residual) + 0.25))
    axes.plot(normal, residual.mean() + residual.std() * normal, ":", color="gray", label="normal")
    axes.plot(normal, np.sort(residual)[::every], ".", markersize=4)
    axes.set(title="Quantiles of residuals (QQ)", xlabel="of a normal one", ylabel="residual")
    axes.legend(fontsize="small")
