"""The pictures with the fewest right pixels: input, truth and prediction side by side."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from rich.markup import escape as escape_markup

from cornu.engine.extras import require
from cornu.model_selection.reports import page
from cornu.model_selection.reports.classification_text import input_in_words, table
from cornu.model_selection.reports.drawing import shortened
from cornu.model_selection.reports.mistakes import as_picture, as_text, is_picture

IN_A_ROW = 2
MOST_NAMES = 20
# Class 0 is mostly what is behind all others.
BACKGROUND = (38, 42, 48)
NOT_COUNTED = (190, 190, 190)


def colors(classes: int) -> np.ndarray:
    """A color for each class, and one for pixels that do not count, as bytes (classes + 1, 3)."""
    known = require("matplotlib", "plot").colormaps["tab20"](np.arange(classes - 1) % 20)
    return np.concatenate([[BACKGROUND], np.round(known[:, :3] * 255), [NOT_COUNTED]]).astype(
        "uint8"
    )


def colored(mask: np.ndarray, classes: int) -> np.ndarray:
    """A mask as a picture (height, width, 3) of bytes; -1 is what does not count."""
    return colors(classes)[mask]


def panels(mistake: Any, classes: int) -> dict[str, np.ndarray]:
    """What is drawn of a mistake, by its caption."""
    found = {"input": as_picture(mistake.x)} if is_picture(mistake.x) else {}
    return found | {
        "truth": colored(mistake.target, classes),
        "prediction": colored(mistake.prediction, classes),
    }


def right_share(mistake: Any) -> str:
    return f"{100 * (1 - mistake.severity):.1f} %"


def title_of(report: Any) -> str:
    return f"Worst samples, by the fraction of right {report.unit}s"


def height_of(report: Any) -> float:
    """Inches that the pictures are high together; 0 where masks are no pictures."""
    return 2.1 * -(-len(report.mistakes) // IN_A_ROW) + 0.4 if _drawn(report) else 0.0


def _drawn(report: Any) -> bool:
    return report.axes == 2 and bool(report.mistakes)


def draw_masks(figure: Any, report: Any) -> None:
    """Input, truth and prediction of each, on a part of a matplotlib figure."""
    classes = len(report.class_names)
    patches = require("matplotlib.patches", "plot")
    rows = -(-len(report.mistakes) // IN_A_ROW)
    axes = figure.subplots(rows, 3 * IN_A_ROW, squeeze=False).reshape(-1)
    for one in axes:
        one.set_axis_off()
    for i, mistake in enumerate(report.mistakes):
        drawn = panels(mistake, classes)
        # Without a picture as input, its place stays empty.
        for one, (name, pixels) in zip(axes[3 * i + 3 - len(drawn) :], drawn.items()):
            one.imshow(pixels, interpolation="nearest")
            one.set_title(name, fontsize=8)
        axes[3 * i].text(
            -0.04,
            0.5,
            f"sample {mistake.index}\n{right_share(mistake)} right",
            transform=axes[3 * i].transAxes,
            rotation=90,
            ha="right",
            va="center",
            fontsize=8,
        )
    figure.suptitle(title_of(report), fontsize=11)
    shown = zip(report.class_names[:MOST_NAMES], colors(classes) / 255)
    handles = [patches.Patch(color=color, label=shortened(name)) for name, color in shown]
    figure.legend(handles=handles, loc="outside lower center", ncols=10, fontsize="small")


def tables_of(report: Any) -> list:
    """The table of the worst samples, for a text."""
    if not report.mistakes:
        return []
    made = table(title_of(report), "sample", "right", "input", left=0)
    made.columns[2].justify = "left"
    for m in report.mistakes:
        words = escape_markup(input_in_words(m.x, report.feature_names))
        made.add_row(str(m.index), right_share(m), words)
    return [made]


def section_of(report: Any) -> str:
    """The worst samples, for an HTML page."""
    title = title_of(report)
    if not report.mistakes:
        return page.section(title, note="None was asked for, or none was made.")
    if not _drawn(report):
        rows = [
            (
                str(m.index),
                right_share(m),
                in_names(m.target, report.class_names),
                in_names(m.prediction, report.class_names),
                as_text(m.x, report.feature_names),
            )
            for m in report.mistakes
        ]
        columns = ("sample", "right", "is", "taken for", "input")
        return page.section(title, page.table(columns, rows, words=(2, 3, 4)))
    classes = len(report.class_names)
    each = "".join(
        "<figure><div class=panels>"
        + "".join(page.image(v, f"{k} of sample {m.index}") for k, v in panels(m, classes).items())
        + f"</div><figcaption><b>sample {m.index}</b>, {right_share(m)} right</figcaption></figure>"
        for m in report.mistakes
    )
    names = "".join(
        f"<span><i style='background: rgb{tuple(map(int, color))}'></i>{escape(name)}</span>"
        for name, color in zip(report.class_names[:MOST_NAMES], colors(classes))
    )
    note = "Input, truth and prediction." if is_picture(report.mistakes[0].x) else ""
    gallery = f"<div class='gallery large'>{each}</div>"
    return page.section(title, f"<p class=legend>{names}</p>", gallery, note=note)


def in_names(mask: np.ndarray, names: tuple[str, ...], most: int = 8) -> str:
    """The first classes of a mask in words."""
    flat = mask.reshape(-1)
    words = [names[i] if i >= 0 else "-" for i in flat[:most]]
    return ", ".join(words) + (", …" if len(flat) > most else "")
