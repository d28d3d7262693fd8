"""A report on a classifier as the parts of an HTML page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import numpy as np

from cornu.model_selection.reports import drawing, page
from cornu.model_selection.reports.classification_text import (
    KIND_NAMES,
    confusions_of,
    number,
    score_cells,
    score_columns,
)
from cornu.model_selection.reports.mistakes import as_picture, as_text, is_picture

# A matrix of more classes is a drawing rather than a table.
MOST_CLASSES = 30


def sections_of(report: Any) -> tuple[str, list[str]]:
    """What the report is about, and its parts but for the mistakes."""
    note = f"{KIND_NAMES[report.kind].capitalize()}, {report.size}"
    if report.kind != "multiclass":
        note += f"; from a probability of {report.threshold:g} on, the answer is yes"
    sections = [
        page.section(
            "Scores",
            page.cards({k: f"{v:.4f}" for k, v in report.scores.items()}),
            note=report.note,
        ),
        class_section(report),
        matrix_section(report),
    ]
    if report.kind == "multiclass" and len(report.class_names) > 5 and confusions_of(report):
        rows = [
            (name, other, number(count), f"{100 * share:.1f} %")
            for name, other, count, share in confusions_of(report)
        ]
        columns = ("class", "taken for", "samples", "fraction of the class")
        sections.append(
            page.section("Most frequent confusions", page.table(columns, rows, words=(0, 1)))
        )
    return note, [*sections, curves_section(report)]


def class_section(report: Any) -> str:
    what = "label" if report.kind == "multilabel" else "class"
    columns = [what, *score_columns(report), "support", "ROC area", "average precision"]
    rows = []
    for row in report.table:
        values = score_cells(row)
        curves = (report.roc.get(row.name), report.precision_recall.get(row.name))
        areas = ["" if curve is None else f"{curve.area:.3f}" for curve in curves]
        rows.append((row.name, *values, number(row.support), *areas))
    return page.section(f"By {what}", page.table(columns, rows, rest=len(report.class_names)))


def matrix_section(report: Any) -> str:
    if report.kind == "multilabel":
        columns = ["rightly no", "wrongly yes", "wrongly no", "rightly yes"]
        counts = report.matrix.reshape(len(report.class_names), 4)
        note = "Rows are labels. Counts, and fractions of all samples."
    else:
        columns, counts = list(report.class_names), report.matrix
        note = (
            "Rows are classes, columns what they were predicted as. Counts, and fractions of a row."
        )
    if len(report.class_names) > MOST_CLASSES:
        size = drawing.matrix_size(report)

        def draw(figure: Any) -> None:
            drawing.draw_matrix(figure.subplots(), report)

        return page.section(
            "Confusions", page.figure(draw, (size + 2, size), "confusion matrix"), note=note
        )
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    rows = "".join(
        f"<tr><th class=word>{escape(name)}</th>{''.join(cells_of(row))}</tr>"
        for name, row in zip(report.class_names, counts)
    )
    table = f"<div class=wide><table class=matrix><tr><th></th>{head}</tr>{rows}</table></div>"
    return page.section("Confusions", table, note=note)


def cells_of(row: np.ndarray) -> list[str]:
    total = row.sum() or 1.0
    return [
        f'<td style="background: rgba(var(--cell), {0.75 * value / total:.3f})">'
        + (f"{number(value)}<small>{100 * value / total:.1f} %</small>" if value else "")
        + "</td>"
        for value in row
    ]


def curves_section(report: Any) -> str:
    note = "Each class against all others." if report.kind == "multiclass" else ""
    draws = [partial(draw_alone, draw=draw, report=report) for draw in drawing.CURVES]
    alt = ("ROC curves", "precision-recall curves", "calibration")
    return page.section("Curves", page.figures(draws, (5, 4.6), alt), note=note)


def draw_alone(figure: Any, draw: Callable, report: Any) -> None:
    """Draw on the only axes of a figure."""
    draw(figure.subplots(), report)


def mistakes_section(report: Any) -> str:
    if not report.mistakes:
        return page.section("Worst mistakes", note="None was asked for, or none was made.")
    note = "Ordered by how improbable the model held what is right."
    if all(is_picture(mistake.x) for mistake in report.mistakes):
        each = "".join(
            f"<figure>{page.image(as_picture(m.x), f'sample {m.index}')}<figcaption>"
            f"<b>{escape(m.target)}</b> taken for <b>{escape(m.prediction)}</b><br>"
            f"sample {m.index}, probability {np.exp(-m.severity):.2g}</figcaption></figure>"
            for m in report.mistakes
        )
        return page.section("Worst mistakes", f"<div class=gallery>{each}</div>", note=note)
    rows = [
        (
            str(m.index),
            m.target,
            m.prediction,
            f"{np.exp(-m.severity):.3g}",
            as_text(m.x, report.feature_names),
        )
        for m in report.mistakes
    ]
    columns = ("sample", "is", "taken for", "probability", "input")
    return page.section("Worst mistakes", page.table(columns, rows, words=(1, 2, 4)), note=note)
