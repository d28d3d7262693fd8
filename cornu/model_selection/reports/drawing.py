"""A report on a classifier as a figure: the matrix, the curves, the calibration, the mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.engine.extras import require
from cornu.model_selection.reports.mistakes import as_picture, is_picture

# More classes than this: the matrix has no numbers, and curves no names but the worst classes'.
MOST_NUMBERS = 20
MOST_CURVES = 10
PICTURES_IN_A_ROW = 6


def draw_classification(report: Any) -> Any:
    """The whole report in one matplotlib figure."""
    pictures = [m for m in report.mistakes if is_picture(m.x)]
    rows = -(-len(pictures) // PICTURES_IN_A_ROW)
    side = matrix_size(report)
    heights = [side, 4.2, *([1.9 * rows] if rows else [])]
    figure = new_figure((14, sum(heights)))
    parts = figure.subfigures(len(heights), 1, height_ratios=heights)
    top = parts[0].subplots(1, 2, width_ratios=(side + 2, 12 - side))
    draw_matrix(top[0], report)
    draw_class_scores(top[1], report)
    middle = parts[1].subplots(1, 3)
    draw_roc(middle[0], report)
    draw_precision_recall(middle[1], report)
    draw_calibration(middle[2], report)
    if rows:
        parts[2].suptitle("Worst mistakes: what it is, and what it was taken for", fontsize=11)
        axes = parts[2].subplots(rows, PICTURES_IN_A_ROW, squeeze=False).reshape(-1)
        for one in axes:
            one.set_axis_off()
        for one, mistake in zip(axes, pictures):
            one.imshow(as_picture(mistake.x))
            names = shortened(mistake.target), shortened(mistake.prediction)
            one.set_title(" → ".join(names), fontsize=9)
    figure.suptitle(f"{shortened(report.name, 60)}: {len(report.y_true):,} samples", fontsize=13)
    return figure


def new_figure(size: tuple[float, float]) -> Any:
    """An empty figure, apart from any window."""
    return require("matplotlib.figure", "plot").Figure(figsize=size, layout="constrained")


def matrix_size(report: Any) -> float:
    """Inches that the matrix is high."""
    return float(np.clip(0.55 * len(report.class_names) + 1.5, 4, 8))


def draw_matrix(axes: Any, report: Any) -> None:
    """Counts and shares of each class, in cells that are darker for larger shares."""
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
    axes.set(title="Confusions: counts, and shares of each row", ylabel="is")
    axes.set_xlabel("" if report.kind == "multilabel" else "predicted as")


def shortened(name: str, most: int = 18) -> str:
    """A name as matplotlib writes it as it is: no formula, and not left out of a legend."""
    name = name if len(name) <= most else name[: most - 1] + "…"
    return (" " if name.startswith("_") else "") + name.replace("$", r"\$")


def draw_class_scores(axes: Any, report: Any) -> None:
    """Bars of precision, recall and F1 of each class; of the worst ones if there are many."""
    rows = report.table[: len(report.class_names)]
    title = "Scores by class"
    if len(rows) > MOST_NUMBERS:
        rows = sorted(rows, key=lambda row: row.f1)[:MOST_NUMBERS]
        title = f"The {MOST_NUMBERS} classes with the lowest F1"
    place = np.arange(len(rows))
    for i, name in enumerate(("precision", "recall", "f1")):
        values = [getattr(row, name) for row in rows]
        axes.barh(place + 0.26 * (i - 1), values, 0.24, label=name.replace("f1", "F1"))
    axes.set_yticks(place, [f"{shortened(row.name)} ({row.support:,.6g})" for row in rows])
    axes.set(xlim=(0, 1), title=title + " (and their samples)")
    axes.invert_yaxis()
    axes.grid(alpha=0.3, axis="x")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=3, fontsize="small")


def draw_roc(axes: Any, report: Any) -> None:
    """True positives against false positives."""
    axes.plot([0, 1], [0, 1], ":", color="gray", label="guessing")
    draw_curves(axes, report.roc, "area")
    axes.set(title="ROC", xlabel="false-positive rate", ylabel="true-positive rate")


def draw_precision_recall(axes: Any, report: Any) -> None:
    """Precision against recall."""
    draw_curves(axes, report.precision_recall, "average precision", drawstyle="steps-post")
    axes.set(title="Precision and recall", xlabel="recall", ylabel="precision", ylim=(0, 1.03))


def draw_curves(axes: Any, curves: dict, what: str, **style: Any) -> None:
    worst_first = sorted(curves.items(), key=lambda item: item[1].area)
    named = {name for name, _ in worst_first[: 5 if len(curves) > MOST_CURVES else None]}
    for name, curve in curves.items():
        label = f"{shortened(name)}: {curve.area:.3f}"
        if name not in named:
            axes.plot(curve.x, curve.y, color="gray", alpha=0.3, linewidth=0.8, **style)
        else:
            axes.plot(curve.x, curve.y, label=label, **style)
    axes.grid(alpha=0.3)
    if curves:
        axes.legend(title=what, fontsize="small", title_fontsize="small")
    else:
        axes.text(0.5, 0.5, "all samples are of one class", ha="center", va="center")


def draw_calibration(axes: Any, report: Any) -> None:
    """How often predictions of a certain confidence come true, and how many there are."""
    found = report.calibration
    axes.bar(found.confidence, found.weight, 0.06, alpha=0.35, label="share of predictions")
    axes.plot([0, 1], [0, 1], ":", color="gray", label="perfect")
    axes.plot(
        found.confidence, found.frequency, "o-", label=f"observed (mean distance {found.error:.3f})"
    )
    x = {
        "binary": f"probability of {shortened(report.class_names[1])}",
        "multilabel": "probability",
    }
    axes.set(title="Calibration", ylabel="how often it is true", xlim=(-0.03, 1.03), ylim=(0, 1.03))
    axes.set_xlabel(x.get(report.kind, "probability of the predicted class"))
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
