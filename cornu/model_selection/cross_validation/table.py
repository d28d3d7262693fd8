"""The printed table of a cross-validation."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from cornu.training.display.progress import duration, format_value

# More folds than this are summed up without being listed.
MOST_ROWS = 30
WAYS = ("alone", "together")


def table_of(result: Any) -> Table:
    """A table with a row for each fold, and the mean, spread and interval below."""
    names = list(result.scores)
    train = result.train_scores or {}
    title = f"{result.title}: {len(result.folds)} folds, {result.length} samples"
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    table.caption_justify = "left"
    for name in ("fold", "train", "test", "epochs", "time"):
        table.add_column(name, justify="right")
    for name in [*names, *(f"train {name}" for name in train)]:
        table.add_column(name, justify="right")
    searched = any(fold.parameters for fold in result.folds)
    if searched:
        table.add_column("chosen")
    for fold in result.folds if len(result.folds) <= MOST_ROWS else []:
        cells = [fold.number, len(fold.train), len(fold.test), fold.epochs, duration(fold.seconds)]
        values = [fold.scores[name] for name in names]
        values += [fold.train_scores[name] for name in train]
        chosen = [str(fold.parameters)] if searched else []
        table.add_row(*map(str, cells), *map(format_value, values), *chosen)
    table.add_section()
    empty = [""] * 4
    mean, spread, interval = result.mean, result.spread, result.interval()
    means = [format_value(np.mean(values)) for values in train.values()]
    table.add_row("mean", *empty, *(format_value(mean[name]) for name in names), *means)
    if len(result.folds) > 1:
        table.add_row("spread", *empty, *(format_value(spread[name]) for name in names))
        ends = [" to ".join(map(format_value, interval[name])) for name in names]
        table.add_row("95 %", *empty, *ends)
    table.caption = measured_text(result.way, result.measured)
    return table


def measured_text(way: str, measured: dict[str, float]) -> str | None:
    """How the folds were trained and how long an epoch took, or None if it was not measured."""
    if not measured:
        return None
    alone, together = (duration(measured[n]) if n in measured else "" for n in WAYS)
    if way == "together":
        took = f"took {together}, {alone} one by one" if together else f"took {alone} one by one"
        return f"Trained together: an epoch of all folds {took}."
    return f"Trained one by one: an epoch of all folds took {alone}" + (
        f", {together} together." if together else "."
    )


def render(table: Table) -> str:
    """The table as plain text."""
    text = io.StringIO()
    Console(file=text, width=200, color_system=None).print(table)
    lines = (line.rstrip() for line in text.getvalue().splitlines())
    return "\n".join(line for line in lines if line)
