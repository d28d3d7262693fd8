"""What a cross-validation shows of itself: one line for each fold, with its scores."""

from __future__ import annotations

import time
from typing import Any

from cornu.model_selection.cross_validation.one_fold import Fold
from cornu.training.callback import Callback, LogsMapping
from cornu.training.display.progress import (
    SECONDS_BETWEEN_DRAWINGS,
    duration,
    format_value,
)
from cornu.training.display.terminal_output import TerminalOutput
from cornu.training.logs import as_logs


class FoldsProgress:
    """Writes a line when a fold is done; on a terminal also where the run is just now.

    Args:
        verbose: 0 for silence; 1, 2 or `"auto"` for the lines.
        total: the number of folds.

    Raises:
        ValueError: for another `verbose`.
    """

    def __init__(self, verbose: str | int, total: int):
        if verbose not in ("auto", 0, 1, 2):
            raise ValueError(
                f"verbose must be 0 (silent), 1, 2 or 'auto' (a line per fold); got {verbose!r}."
            )
        self.silent = verbose == 0
        self.total = total
        self.output = TerminalOutput()
        self.next_drawing = 0.0

    def watchers(self, number: int) -> list[Callback]:
        """Callbacks that show how far a fold is, where that can be seen."""
        if self.silent or not self.output.redraws():
            return []
        return [EpochWatcher(self, f"Fold {number}/{self.total}")]

    def epoch_of_all(self, epoch: int, epochs: int) -> None:
        """Show that all folds, which are trained together, have done so many epochs."""
        self.draw(f"{self.total} folds together - epoch {epoch}/{epochs}")

    def draw(self, line: str) -> None:
        now = time.monotonic()
        if self.silent or now < self.next_drawing or not self.output.redraws():
            return
        self.output.redraw(line)
        self.next_drawing = now + SECONDS_BETWEEN_DRAWINGS

    def done(self, fold: Fold, loaded: bool = False) -> None:
        """Write the line of a fold.

        Args:
            fold: the fold.
            loaded: whether an earlier run had done it.
        """
        if self.silent:
            return
        parts = [f"Fold {fold.number}/{self.total}", f"{fold.epochs} epochs"]
        parts.append("done before" if loaded else duration(fold.seconds))
        parts += [f"{name}: {format_value(value)}" for name, value in fold.scores.items()]
        self.output.finish(" - ".join(parts))

    def close(self) -> None:
        """End a line that was left unfinished, as by an interrupt."""
        self.output.leave()


class EpochWatcher(Callback):
    """Shows the epoch that a fold is in."""

    batch_interval = 0

    def __init__(self, progress: FoldsProgress, label: str):
        super().__init__()
        self.progress, self.label = progress, label

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        values: Any = as_logs(logs)
        shown = [f"{n}: {format_value(v)}" for n, v in values.items()] if values.is_ready() else []
        epochs = (self.params or {}).get("epochs", "?")
        self.progress.draw(" - ".join([self.label, f"epoch {epoch + 1}/{epochs}", *shown]))
