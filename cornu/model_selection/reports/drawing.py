"""A report on a classifier as a figure: the matrix, the curves, the calibration, the mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.engine.extras import require
from cornu.model_selection.reports.mistakes import as_picture, is_picture

# More classes than this: the matrix has no numbers, and curves no names but the worst classes'.
MOST_NUMBERS = 20
MOST_CURVES = 10
PICTURES_IN_A_ROW = 6
HEIGHT_OF_CURVES = 4.2


def size_of(report: Any, below: float) -> tuple[float, float]:
    """Width and height of the drawing of a report, in inches, with pictures below."""
    return 14, matrix_size(report) + HEIGHT_OF_CURVES + below


def draw_classification(figure: Any, report: Any, below: float, draw_below: Callable) -> None:
    """The whole report on a matplotlib figure, or a part of one.

    Args:
        figure: what to draw on.
        report: the report.
        below: height of the pictures of mistakes, in inches; 0 for none.
        draw_below: draws these on a part of the figure.
    """
    side = matrix_size(report)
    heights = [side, HEIGHT_OF_CURVES, *([below] if below else [])]
    parts = figure.subfigures(len(heights), 1, height_ratios=heights)
    top = parts[0].subplots(1, 2, width_ratios=(side + 2, 12 - side))
    draw_matrix(top[0], report)
    draw_class_scores(top[1], report)
    draw_three_curves(parts[1], report)
    if below:
        draw_below(parts[2], report)


def draw_three_curves(figure: Any, report: Any) -> None:
    """ROC, precision and recall, and calibration, side by side."""
    for axes, draw in zip(figure.subplots(1, 3), CURVES):
        draw(axes, report)


def height_of_pictures(report: Any) -> float:
    """Inches that the pictures of mistakes are high together."""
    return 1.9 * -(-len(_pictures(report)) // PICTURES_IN_A_ROW)


def draw_pictures(figure: Any, report: Any) -> None:
    """The pictures that were taken for something else."""
    figure.suptitle("Worst mistakes: what it is, and what it was taken for", fontsize=11)
    mistakes = _pictures(report)
    rows = -(-len(mistakes) // PICTURES_IN_A_ROW)
    axes = figure.subplots(rows, PICTURES_IN_A_ROW, squeeze=False).reshape(-1)
    for one in axes:
        one.set_axis_off()
    for one, mistake in zip(axes, mistakes):
        one.imshow(as_picture(mistake.x))
        names = shortened(mistake.target), shortened(mistake.prediction)
        one.set_title(" → ".join(names), fontsize=9)


def _pictures(report: Any) -> list[Any]:
    return [mistake for mistake in report.mistakes if is_picture(mistake.x)]


def new_figure(size: tuple[float, float]) -> Any:
    """An empty figure, apart from any window."""
    return require("matplotlib.figure", "plot").Figure(figsize=size, layout="constrained")


def matrix_size(report: Any) -> float:
    """Inches that the matrix is high."""
    return float(np.clip(0.55 * len(report.class_names) + 1.5, 4, 8))


def draw_matrix(axes: Any, report: Any) -> None:
    """Counts and fractions of each class, in cells that are darker for larger shares."""
    names, columns, counts = list(report.class_names), list(report.class_names), report.matrix
    if report.kind == "multilabel":
        columns = ["rightly no", "wrongly yes", "wrongly no", "rightly yes"]
        counts = counts.reshape(len(names), 4)
    total = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    if len(names) <= MOST_NUMBERS:
        size = float(np.clip(90 / max(len(columns), 1), 5.5, 10))
        for i, j in np.ndindex(*counts.shape):
            if counts[i, j]:
                axes.text(
                    j,
                    i,
                    f"{counts[i, j]:,.6g}\n{100 * shares[i, j]:.0f} %",
                    ha="center",
                    va="center",
                    fontsize=size,
                    color="white" if shares[i, j] > 0.5 else "#123",
                )
    for axis, labels in ((axes.xaxis, columns), (axes.yaxis, names)):
        every = -(-len(labels) // 40)
        axis.set_ticks(range(0, len(labels), every), [shortened(v) for v in labels[::every]])
    if sum(len(shortened(name)) for name in columns) > 40:
        axes.tick_params(axis="x", labelrotation=90 if len(columns) > 12 else 40)
    axes.set(title="Confusions: counts, and fractions of each row", ylabel="is")
    axes.set_xlabel("" if report.kind == "multilabel" else "predicted as")


def shortened(name: str, most: int = 18) -> str:
    """A name as matplotlib writes it as it is: no formula, and not left out of a legend."""
    name = name if len(name) <= most else name[: most - 1] + "…"
    return (" " if name.startswith("_") else "") + name.replace("$", r"\$")


def draw_class_scores(axes: Any, report: Any) -> None:
    """Bars of the scores of each class; of the worst ones if there are many."""
    rows = report.table[: len(report.class_names)]
    title = "Scores by class"
    if len(rows) > MOST_NUMBERS:
        rows = sorted(rows, key=lambda row: row.f1)[:MOST_NUMBERS]
        title = f"The {MOST_NUMBERS} classes with the lowest F1"
    place = np.arange(len(rows))
    names = {"precision": "precision", "recall": "recall", "f1": "F1"}
    if rows[0].iou is not None:
        names["iou"] = "IoU"
    width = 0.78 / len(names)
    for i, (name, label) in enumerate(names.items()):
        values = [getattr(row, name) for row in rows]
        axes.barh(place + width * (i - (len(names) - 1) / 2), values, 0.92 * width, label=label)
    axes.set_yticks(place, [f"{shortened(row.name)} ({row.support:,.6g})" for row in rows])
    axes.set(xlim=(0, 1), title=title + " (and their samples)")
    axes.invert_yaxis()
    axes.grid(alpha=0.3, axis="x")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=4, fontsize="small")


def draw_roc(axes: Any, report: Any) -> None:
    """True positives against false positives."""
    axes.plot([0, 1], [0, 1], ":", color="gray", label="guessing")
    draw_curves(axes, report.roc, "area")
    axes.set(title="ROC", xlabel="false-positive rate", ylabel="true-positive rate")


def draw_precision_recall(axes: Any, report: Any) -> None:
    """Precision against recall."""
    draw_curves(axes, report.precision_recall, "average precision")
    axes.set(title="Precision and recall", xlabel="recall", ylabel="precision", ylim=(0, 1.03))


def draw_curves(axes: Any, curves: dict, what: str) -> None:
    """Curves by name; of many, the names of the worst only."""
    worst_first = sorted(curves.items(), key=lambda item: item[1].area)
    named = {name for name, _ in worst_first[: 5 if len(curves) > MOST_CURVES else None]}
    for name, curve in curves.items():
        style = {"color": "gray", "alpha": 0.3, "linewidth": 0.8}
        if name in named:
            style = {"label": f"{shortened(name)}: {curve.area:.3f}"}
        axes.plot(curve.x, curve.y, drawstyle=curve.drawstyle, **style)
    axes.grid(alpha=0.3)
    if curves:
        axes.legend(title=what, fontsize="small", title_fontsize="small")
    else:
        axes.text(0.5, 0.5, "all samples are of one class", ha="center", va="center")


def draw_calibration(axes: Any, report: Any) -> None:
    """How often predictions of a certain confidence come true, and how many there are."""
    found = report.calibration
    shares = found.counts / found.counts.sum()
    axes.bar(found.predicted, shares, 0.06, alpha=0.35, label="fraction of predictions")
    axes.plot([0, 1], [0, 1], ":", color="gray", label="perfect")
    label = f"observed (mean distance {found.expected_error:.3f})"
    axes.plot(found.predicted, found.observed, "o-", label=label)
    x = {
        "binary": f"probability of {shortened(report.class_names[1])}",
        "multilabel": "probability",
    }
    axes.set(title="Calibration", ylabel="how often it is true", xlim=(-0.03, 1.03), ylim=(0, 1.03))
    axes.set_xlabel(x.get(report.kind, "probability of the predicted class"))
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


CURVES = (draw_roc, draw_precision_recall, draw_calibration)
