"""A report on a classifier as tables of a text."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich import box
from rich.markup import escape
from rich.table import Table

from cornu.model_selection.reports.mistakes import as_text, is_picture

# More classes than this have no matrix in a text, but the most frequent confusions.
MOST_CLASSES = 12
MOST_CONFUSIONS = 10

KIND_NAMES = {
    "binary": "two classes",
    "multiclass": "several classes",
    "multilabel": "several labels",
}


def tables_of(report: Any) -> list[Table]:
    """The tables of the text but for the mistakes."""
    found = [scores_table(report), class_table(report)]
    if report.kind == "multilabel" or len(report.class_names) <= MOST_CLASSES:
        found.append(matrix_table(report))
    if report.kind == "multiclass" and confusions_of(report):
        found.append(confusions_table(report))
    return found


def table(title: str, *columns: str, left: int = 1) -> Table:
    """An empty table; the first `left` columns hold words, the others numbers."""
    made = Table(title=escape(title), box=box.SIMPLE_HEAD, title_justify="left")
    made.min_width = len(title) + 2
    for i, name in enumerate(columns):
        made.add_column(escape(name), justify="left" if i < left else "right")
    return made


def number(value: float) -> str:
    """A count, or a sum of weights."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def heading(report: Any) -> str:
    """What the report is about, in a line."""
    return f"Report on {report.name!r}: {KIND_NAMES[report.kind]}, {report.size}" + (
        "" if report.threshold == 0.5 else f", threshold {report.threshold:g}"
    )


def scores_table(report: Any) -> Table:
    made = table(heading(report), "score", "value")
    for name, value in report.scores.items():
        made.add_row(name, f"{value:.4f}")
    if report.note:
        made.caption, made.caption_justify = report.note, "left"
    return made


def score_columns(report: Any) -> list[str]:
    """Headings of the scores of a class."""
    return ["precision", "recall", "F1", *(["IoU"] if report.table[0].iou is not None else [])]


def score_cells(row: Any) -> list[str]:
    """The scores of a class."""
    values = [row.precision, row.recall, row.f1, *([] if row.iou is None else [row.iou])]
    return [f"{value:.3f}" for value in values]


def class_table(report: Any) -> Table:
    what = "label" if report.kind == "multilabel" else "class"
    areas = report.kind != "binary"
    made = table("By " + what, what, *score_columns(report), "support")
    if areas:
        made.add_column("ROC area", justify="right")
        made.add_column("average precision", justify="right")
    for i, row in enumerate(report.table):
        if i == len(report.class_names):
            made.add_section()
        cells = [*score_cells(row), number(row.support)]
        if areas and i < len(report.class_names):
            curves = (report.roc, report.precision_recall)
            cells += [f"{c[row.name].area:.3f}" if row.name in c else "-" for c in curves]
        made.add_row(escape(row.name), *cells)
    return made


def matrix_table(report: Any) -> Table:
    """Counts, and fractions of the class in per cent."""
    if report.kind == "multilabel":
        names = ("rightly no", "wrongly yes", "wrongly no", "rightly yes")
        made = table("Confusions by label: counts, and fractions of the samples", "label", *names)
        rows = report.matrix.reshape(len(report.class_names), 4)
    else:
        names = report.class_names
        made = table("Confusion matrix: counts, and fractions of the class", "class", *names)
        rows = report.matrix
    for name, row in zip(report.class_names, rows):
        total = row.sum() or 1.0
        cells = [f"{number(v)} ({100 * v / total:.0f} %)" if v else "·" for v in row]
        made.add_row(escape(name), *cells)
    if report.kind != "multilabel":
        made.caption = "rows: the class; columns: what it was predicted as"
        made.caption_justify = "left"
    return made


def confusions_of(report: Any) -> list[tuple[str, str, float, float]]:
    """The most frequent confusions: class, predicted class, count, fraction of the class."""
    wrong = np.where(np.eye(len(report.matrix), dtype=bool), 0, report.matrix)
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_CONFUSIONS]
    found = []
    for i, j in zip(*np.unravel_index(order, wrong.shape)):
        if wrong[i, j] > 0:
            share = wrong[i, j] / report.matrix[i].sum()
            found.append((report.class_names[i], report.class_names[j], wrong[i, j], share))
    return found


def confusions_table(report: Any) -> Table:
    made = table("Most frequent confusions", "class", "taken for", "samples", "share", left=2)
    for name, other, count, share in confusions_of(report):
        made.add_row(escape(name), escape(other), number(count), f"{100 * share:.1f} %")
    return made


def mistakes_table(report: Any) -> Table:
    columns = ("sample", "is", "taken for", "probability", "input")
    made = table("Worst mistakes, by the probability of what is right", *columns)
    made.columns[0].justify = made.columns[3].justify = "right"
    for i in (1, 2, 4):
        made.columns[i].justify = "left"
    for mistake in report.mistakes:
        made.add_row(
            str(mistake.index),
            escape(mistake.target),
            escape(mistake.prediction),
            f"{np.exp(-mistake.severity):.3g}",
            escape(input_in_words(mistake.x, report.feature_names)),
        )
    return made


def input_in_words(x: Any, feature_names: list[str] | None) -> str:
    """A picture's size; otherwise the start of the text or the first values."""
    if is_picture(x):
        return f"picture of {x.shape[1]} x {x.shape[0]}"
    return as_text(x, feature_names)[:120]
