"""Writes each epoch's values as a line of a table."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu.engine.atomic import write_text
from cornu.training.callback import Callback, LogsMapping


class CSVLogger(Callback):
    """Writes a CSV file: a line of names, then one line per epoch, flushed at once.

    Args:
        filename: The file.
        separator: What stands between the values.
        append: Whether to go on with a file that exists instead of starting it anew.

    Example:
        >>> table = keras.callbacks.CSVLogger("history.csv", append=True)
        >>> table.sep
        ','
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.csv_file: Any = None
        self.keys: list[str] | None = None
        self.start = 0

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        self.keys = None
        # What the file holds already goes when the first line is written: only then it is known
        # whether this run takes up another one.
        self.open()
        self.start = self.csv_file.seek(0, os.SEEK_END) if self.append else 0

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        logs = dict(logs or {})
        lines = io.StringIO()
        writer = csv.writer(lines, delimiter=self.sep, lineterminator="\n")
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(name.startswith("val_") for name in self.keys):
                # A later epoch may bring validation values, as `validation_freq` has it.
                self.keys += [f"val_{name}" for name in self.keys]
            if not self.start:
                writer.writerow(["epoch", *self.keys])
        writer.writerow([epoch, *(cell(logs.get(name, "NA")) for name in self.keys)])
        self.write(lines.getvalue())

    def open(self) -> None:
        self.csv_file = open(self.filename, "a+", newline="", encoding="utf-8")  # noqa: SIM115

    def write(self, lines: str) -> None:
        """Add lines at once, so that a kill leaves whole lines; the first ones replace the file."""
        if self.start == 0:
            self.csv_file.close()
            write_text(self.filename, lines)
            self.open()
        else:
            if self.start is not None:
                self.csv_file.truncate(self.start)
            self.csv_file.write(lines)
            self.csv_file.flush()
        self.start = None

    def on_train_end(self, logs: LogsMapping = None) -> None:
        self.csv_file.close()
        self.csv_file = None

    def on_train_abort(self) -> None:
        if self.csv_file is not None:
            self.on_train_end()

    def get_state(self) -> dict[str, Any]:
        if self.csv_file is None:
            return {}
        position = self.csv_file.tell() if self.start is None else self.start
        return {"position": position, "keys": self.keys}

    def set_state(self, state: dict[str, Any]) -> None:
        # Lines that a killed run wrote after its last backup are written again.
        self.start = min(state["position"], self.csv_file.seek(0, os.SEEK_END))
        self.keys = state["keys"]


def cell(value: Any) -> Any:
    if isinstance(value, str) or np.ndim(value) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"' if isinstance(value, Iterable) else value
