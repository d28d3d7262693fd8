"""Parts of an HTML page that stands alone: no scripts, no other files, and all text escaped."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

import numpy as np

from cornu.engine.extras import require

STYLE = """
:root { color-scheme: light dark; --text: #1b2733; --back: #ffffff; --soft: #5a6875;
  --line: #d5dce3; --panel: #f4f7fa; --cell: 31, 119, 180; }
@media (prefers-color-scheme: dark) { :root { --text: #e4eaf0; --back: #14191f; --soft: #9aa8b5;
  --line: #35404b; --panel: #1d252d; --cell: 86, 156, 214; } }
body { color: var(--text); background: var(--back); margin: 2rem auto; max-width: 72rem;
  padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p.note { color: var(--soft); margin: 0.2rem 0 0.8rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.7rem; border-bottom: 1px solid var(--line); text-align: right;
  vertical-align: top; }
th { font-weight: 600; } th.word, td.word { text-align: left; }
tr.average td { color: var(--soft); }
table.matrix td { text-align: center; border: 1px solid var(--line); min-width: 3rem; }
table.matrix small { display: block; opacity: 0.75; }
.cards { display: flex; flex-wrap: wrap; gap: 0.7rem; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 8px;
  padding: 0.5rem 0.9rem; }
.card b { display: block; font-size: 1.25rem; } .card span { color: var(--soft); }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr));
  gap: 0.8rem; }
figure { margin: 0; } figcaption { font-size: 0.85rem; color: var(--soft); }
figcaption b { color: var(--text); }
.gallery img { width: 100%; image-rendering: pixelated; border: 1px solid var(--line); }
.gallery.large { grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); }
.panels { display: flex; gap: 2px; } .panels img { flex: 1; min-width: 0; }
.legend span { display: inline-block; margin-right: 1rem; white-space: nowrap; }
.legend i { display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.35rem;
  border-radius: 2px; }
article { margin-top: 3.5rem; padding-top: 1rem; border-top: 2px solid var(--line); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr));
  gap: 0.8rem; }
td.word:last-child { min-width: 15rem; } thead th, tr.average td { white-space: nowrap; }
@media (max-width: 40rem) { body { margin: 1rem auto; } th, td { padding: 0.3rem 0.4rem; } }
picture img { max-width: 100%; height: auto; }
"""

DARK = {
    "text.color": "#e4eaf0",
    "axes.labelcolor": "#e4eaf0",
    "axes.edgecolor": "#9aa8b5",
    "axes.facecolor": "#14191f",
    "figure.facecolor": "#14191f",
    "xtick.color": "#c4ced8",
    "ytick.color": "#c4ced8",
    "grid.color": "#6b7885",
    "legend.facecolor": "#1d252d",
    "legend.edgecolor": "#35404b",
}


def whole_page(title: str, note: str, sections: Iterable[str]) -> str:
    """The page.

    Args:
        title: heading.
        note: a line below it.
        sections: HTML of the parts.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<h1>{escape(title)}</h1>\n<p class="note">{escape(note)}</p>\n'
        + "\n".join(sections)
        + "\n</body>\n</html>\n"
    )


def section(title: str, *content: str, note: str = "") -> str:
    """A part with its heading, and perhaps a line below it."""
    note = f'<p class="note">{escape(note)}</p>' if note else ""
    return f"<section><h2>{escape(title)}</h2>{note}{''.join(content)}</section>"


def article(title: str, note: str, sections: Iterable[str]) -> str:
    """A part with parts of its own."""
    return (
        f'<article><h1>{escape(title)}</h1><p class="note">{escape(note)}</p>'
        f"{''.join(sections)}</article>"
    )


def cards(values: dict[str, str]) -> str:
    """Values with their names, side by side."""
    each = (
        f"<div class='card'><b>{escape(v)}</b><span>{escape(k)}</span></div>"
        for k, v in values.items()
    )
    return f"<div class='cards'>{''.join(each)}</div>"


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    words: Sequence[int] = (0,),
    rest: int = -1,
) -> str:
    """A table of texts.

    Args:
        columns: headings.
        rows: cells.
        words: numbers of the columns that hold words rather than numbers.
        rest: from this row on, rows are averages.
    """

    def cell(tag: str, i: int, text: str) -> str:
        return f"<{tag}{' class=word' if i in words else ''}>{escape(text)}</{tag}>"

    head = "".join(cell("th", i, text) for i, text in enumerate(columns))
    body = "".join(
        f"<tr{' class=average' if 0 <= rest <= number else ''}>"
        + "".join(cell("td", i, text) for i, text in enumerate(row))
        + "</tr>"
        for number, row in enumerate(rows)
    )
    return (
        f"<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def figure(draw: Callable[[Any], None], size: tuple[float, float], alt: str) -> str:
    """A drawing, once for light and once for dark pages.

    Args:
        draw: draws on a matplotlib figure.
        size: width and height in inches.
        alt: what is to be seen, in words.
    """
    matplotlib = require("matplotlib", "plot")
    figures = require("matplotlib.figure", "plot")
    found = []
    for settings in ({}, DARK):
        with matplotlib.rc_context(settings):
            one = figures.Figure(figsize=size, layout="constrained")
            draw(one)
            file = io.BytesIO()
            one.savefig(file, dpi=100, format="png")
            found.append(as_source(file.getvalue()))
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{found[1]}">'
        f'<img src="{found[0]}" alt="{escape(alt)}"></picture>'
    )


def figures(
    draws: Sequence[Callable[[Any], None]], size: tuple[float, float], alt: Sequence[str]
) -> str:
    """Drawings side by side, or below one another where the page is narrow; see `figure`."""
    each = (figure(draw, size, words) for draw, words in zip(draws, alt, strict=True))
    return f"<div class=figures>{''.join(each)}</div>"


def image(pixels: np.ndarray, alt: str) -> str:
    """An image of bytes (height, width, channels)."""
    file = io.BytesIO()
    require("matplotlib.image", "plot").imsave(file, pixels, format="png")
    return f'<img src="{as_source(file.getvalue())}" alt="{escape(alt)}">'


def as_source(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")
