"""What every report can be made into: a text, a picture, a page."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from cornu.engine.atomic import write_figure, write_text
from cornu.model_selection.cross_validation.table import render
from cornu.model_selection.reports import page
from cornu.model_selection.reports.drawing import new_figure, shortened

PICTURES = (".png", ".svg", ".pdf")


class Report:
    """A report in three forms; subclasses say what it contains."""

    name: str
    y_true: np.ndarray

    def _tables(self) -> list:
        raise NotImplementedError

    def _size(self) -> tuple[float, float]:
        """Width and height of the drawing in inches."""
        raise NotImplementedError

    def _draw(self, figure: Any) -> None:
        raise NotImplementedError

    def _sections(self) -> tuple[str, list[str]]:
        """A line that says what the page is about, and the HTML of its parts."""
        raise NotImplementedError

    def _summary(self) -> tuple[str, dict[str, float]]:
        """What kind of output this is, and its first scores."""
        raise NotImplementedError

    @property
    def size(self) -> str:
        """How much data there was, in words."""
        return amount(len(self.y_true), "sample")

    def __str__(self) -> str:
        return "\n\n".join(render(table) for table in self._tables())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} on {self.name!r}: {self.size}>"

    def __rich_console__(self, console: Any, options: Any) -> Any:
        yield from self._tables()

    def plot(self, path: Any = None) -> Any:
        """Draw the report.

        Args:
            path: file to write (`.png`, `.svg`, `.pdf`); not written if None.

        Returns:
            The matplotlib figure.
        """
        figure = new_figure(self._size())
        self._draw(figure)
        figure.suptitle(f"{shortened(self.name, 60)}: {self.size}", fontsize=13)
        if path is not None:
            write_figure(figure, path, dpi=120)
        return figure

    def to_html(self, path: Any = None) -> str:
        """The report as one page that needs no other file.

        Args:
            path: file to write; not written if None.

        Returns:
            The page.
        """
        text = page.whole_page(f"Report on {self.name}", *self._sections())
        if path is not None:
            write_text(path, text)
        return text

    def save(self, path: Any) -> None:
        """Write the report in the form that the path's ending names.

        Args:
            path: it ends in `.html`, `.txt`, `.png`, `.svg` or `.pdf`.

        Raises:
            ValueError: for another ending.
        """
        ending = os.path.splitext(os.fspath(path))[1].lower()
        if ending in PICTURES:
            self.plot(path)
        elif ending in (".html", ".htm"):
            self.to_html(path)
        elif ending == ".txt":
            write_text(path, f"{self}\n")
        else:
            raise ValueError(
                f"A report can be saved as .html, .txt, {', '.join(PICTURES)}; got {str(path)!r}."
            )


def amount(number: int, what: str) -> str:
    """How many there are of something, in words."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
