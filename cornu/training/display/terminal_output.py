"""Lines of text on whatever standard output is just now: terminal, file, notebook or nothing."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rich.cells import cell_len, set_cell_size

USUAL_WIDTH = 80
NOTEBOOK_WIDTH = 110


class TerminalOutput:
    """Writes lines to a stream, and on a terminal draws the last one again in place.

    Where nobody can read any more (closed, a broken pipe, no standard output at all), the text is
    dropped: a run must not die with its window.

    Args:
        stream: Where to write; None means what `sys.stdout` is at the moment of writing.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.fixed_stream = stream
        self.cells_drawn = 0  # on the line that is not finished yet

    @property
    def stream(self) -> TextIO | None:
        return sys.stdout if self.fixed_stream is None else self.fixed_stream

    def redraws(self) -> bool:
        """Whether a line can be drawn again in place: on a terminal, in a notebook, in PyCharm."""
        if self.is_notebook():
            return True
        try:
            if self.stream is sys.__stdout__ and "PYCHARM_HOSTED" in os.environ:
                return True
            return self.stream.isatty() and os.environ.get("TERM") != "dumb"
        except (AttributeError, ValueError):  # none, not a real stream, or closed
            return False

    def is_notebook(self) -> bool:
        """Whether the text goes to a cell of Jupyter, Colab, VS Code or their like."""
        return type(self.stream).__module__.partition(".")[0] == "ipykernel"

    def width(self) -> int:
        """Columns of the terminal just now."""
        if self.is_notebook():
            return NOTEBOOK_WIDTH
        try:
            return os.get_terminal_size(self.stream.fileno()).columns or USUAL_WIDTH
        except (AttributeError, OSError, ValueError):
            return USUAL_WIDTH

    def can_show(self, text: str) -> bool:
        """Whether the stream's encoding has all characters of `text`."""
        return self.encodable(text) == text

    def redraw(self, line: str) -> None:
        """Replaces the unfinished line; what does not fit the width is cut off."""
        # A full last column makes some terminals go to the next line.
        room = self.width() - 1
        cells = min(cell_len(line), room)
        self.write("\r" + set_cell_size(line, min(max(cells, self.cells_drawn), room)))
        self.cells_drawn = cells

    def finish(self, text: str) -> None:
        """Writes whole lines in the place of the unfinished one, if there is one."""
        if self.cells_drawn and self.redraws():
            first, *others = text.split("\n")
            first = "\r" + set_cell_size(first, max(cell_len(first), self.cells_drawn))
            text = "\n".join([first, *others])
        self.write(text + "\n")
        self.cells_drawn = 0

    def leave(self) -> None:
        """Ends the unfinished line as it stands."""
        if self.cells_drawn and self.redraws():
            self.write("\n")
        self.cells_drawn = 0

    def write(self, text: str) -> None:
        stream = self.stream
        if stream is None:
            return
        try:
            stream.write(self.encodable(text))
            stream.flush()
        except (OSError, ValueError):
            return

    def encodable(self, text: str) -> str:
        """`text` with a question mark for each character that the stream cannot encode."""
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        return text.encode(encoding, "replace").decode(encoding)
