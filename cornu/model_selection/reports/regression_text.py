"""A report on a regression as a text and as the parts of an HTML page."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from rich.markup import escape
from rich.table import Table

from cornu.model_selection.reports import page, regression_drawing
from cornu.model_selection.reports.classification_page import draw_alone
from cornu.model_selection.reports.classification_text import input_in_words, table
from cornu.model_selection.reports.mistakes import as_picture, as_text, is_picture


def tables_of(report: Any) -> list[Table]:
    """The tables of the text: scores, intervals, largest errors."""
    title = f"Report on {report.name!r}: regression, {report.size}"
    scores = table(title, "output", *score_names(report))
    for name, row in score_rows(report):
        scores.add_row(escape(name), *row)
    columns = interval_columns(report)
    intervals = table("Prediction intervals (split conformal)", *columns)
    for name, *row in interval_rows(report):
        intervals.add_row(escape(name), *row)
    if not report.mistakes:
        return [scores, intervals]
    largest = table("Largest errors", "sample", "is", "predicted", "input", left=0)
    largest.columns[3].justify = "left"
    for mistake in report.mistakes:
        largest.add_row(*map(escape, mistake_row(mistake, report, input_in_words)))
    return [scores, intervals, largest]


def score_names(report: Any) -> list[str]:
    return list(next(iter(report.scores.values())))


def score_rows(report: Any) -> list[tuple[str, list[str]]]:
    """The scores of each output, and the means of those that have one."""
    rows = [(name, list(scores.values())) for name, scores in report.scores.items()]
    if len(rows) > 1:
        rows.append(("mean", np.mean([values for _, values in rows], axis=0).tolist()))
    return [(name, [f"{value:.5g}" for value in values]) for name, values in rows]


def interval_columns(report: Any) -> tuple[str, ...]:
    return ("output", f"{100 * report.coverage:g} % within prediction ±", "checked on halves")


def interval_rows(report: Any) -> list[tuple[str, str, str]]:
    return [
        (name, f"{width:.5g}", f"{100 * share:.1f} %")
        for name, width, share in zip(
            report.target_names, report.half_width, report.checked_coverage
        )
    ]


def mistake_row(mistake: Any, report: Any, in_words: Any) -> tuple[str, str, str, str]:
    values = [", ".join(f"{v:.5g}" for v in row) for row in (mistake.target, mistake.prediction)]
    return (str(mistake.index), *values, in_words(mistake.x, report.feature_names))


def sections_of(report: Any) -> tuple[str, list[str]]:
    """What the report is about, and its parts for an HTML page."""
    columns = ["output", *score_names(report)]
    rows = [(name, *row) for name, row in score_rows(report)]
    sections = [
        page.section("Scores", page.table(columns, rows, rest=len(report.target_names))),
        page.section(
            "Prediction intervals",
            page.table(interval_columns(report), interval_rows(report)),
            note="Split conformal: they hold for new samples like these, if the model was not "
            "trained with these. The check takes the width from one half and counts in the other.",
        ),
    ]
    for i, name in enumerate(report.target_names):
        title = "Residuals" if len(report.target_names) == 1 else f"Residuals of {name}"
        draws = [
            partial(draw_alone, draw=partial(draw, i=i), report=report)
            for draw in regression_drawing.PANELS
        ]
        alt = ("targets by prediction", "residuals by prediction", "histogram", "quantiles")
        sections.append(page.section(title, page.figures(draws, (4.4, 4.2), alt)))
    sections.append(errors_section(report))
    return f"Regression, {report.size}", sections


def errors_section(report: Any) -> str:
    if not report.mistakes:
        return page.section("Largest errors", note="None was asked for, or none was made.")
    rows = [mistake_row(mistake, report, as_text) for mistake in report.mistakes]
    if all(is_picture(mistake.x) for mistake in report.mistakes):
        each = "".join(
            f"<figure>{page.image(as_picture(m.x), f'sample {m.index}')}<figcaption>"
            f"<b>{is_}</b>, predicted <b>{predicted}</b><br>sample {index}</figcaption></figure>"
            for m, (index, is_, predicted, _) in zip(report.mistakes, rows)
        )
        return page.section("Largest errors", f"<div class=gallery>{each}</div>")
    columns = ("sample", "is", "predicted", "input")
    return page.section("Largest errors", page.table(columns, rows, words=(3,)))
