"""What a run shows of itself: a live line where one can be drawn again, whole lines anywhere else.

Drawing never waits for the device: values are asked for at most five times a second, those of the
latest step that is done are shown, and where none is, the bar moves on without them. Numbers have
fixed digits, so that the lines of all epochs stand under each other.
"""

from __future__ import annotations

import itertools
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Literal, TextIO

import numpy as np
from rich.cells import cell_len

from cornu.engine.config import is_interactive_logging_enabled
from cornu.training.display.terminal_output import TerminalOutput

SECONDS_BETWEEN_DRAWINGS = 0.2
# A log gets a line within an epoch only where the epoch is long.
SECONDS_BETWEEN_LOG_LINES = 15.0
WIDEST_BAR = 30
NARROWEST_BAR = 5
# Cells of a time such as "850us" or "1h02m".
DURATION_CELLS = 5
INDENT = "    "
# Steps whose values may be on their way: more than the loop dispatches ahead.
STEPS_LOOKED_BACK = 32


class ProgressDisplay:
    """Shows the progress of a training run, or of a single pass over data.

    On a terminal and in a notebook one line is drawn again in place, fitted to the width; when the
    epoch ends, the epoch's line takes its place, broken between values where it is too long.
    Elsewhere (a file, a pipe, the log of a CI run) there is one line per epoch, no control
    character, and within long epochs a line now and then.

    Args:
        verbose: 0 shows nothing, 1 or `"auto"` a live line, 2 a line per epoch everywhere; "auto"
            is 2 where `config.disable_interactive_logging` was called.
        epochs: The number of epochs, or None for a single pass (evaluate, predict), whose line
            starts with `label` alone.
        steps: Steps per epoch, or None if unknown; then the first epoch tells.
        stream: Where to write; None means what `sys.stdout` is at the moment of writing.
        label: The first word of the line.
        unit: What a step is called.
        clock: Gives the time in seconds.

    Raises:
        ValueError: If `verbose` is none of the four.

    Example:
        >>> from cornu.training.display.progress import ProgressDisplay
        >>> display = ProgressDisplay(verbose=2, epochs=3, steps=10, clock=lambda: 0.0)
        >>> display.epoch_begin(0)
        >>> display.update(10, lambda: None)
        >>> display.epoch_end({"loss": 0.25, "val_loss": 0.5})
        Epoch 1/3 - 10 steps -   0us -   0us/step - loss: 0.2500 - val_loss: 0.5000
    """

    def __init__(
        self,
        verbose: Literal["auto", 0, 1, 2],
        epochs: int | None,
        steps: int | None,
        stream: TextIO | None = None,
        label: str = "Epoch",
        *,
        unit: str = "step",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if verbose not in ("auto", 0, 1, 2):
            raise ValueError(
                "verbose must be 'auto', 0 (silent), 1 (a bar) or 2 (a line per epoch), got "
                f"{verbose!r}."
            )
        automatic = 1 if is_interactive_logging_enabled() else 2
        self.verbose = automatic if verbose == "auto" else int(verbose)
        self.epochs = epochs
        self.steps = steps or None
        self.label = label
        self.unit = unit
        self.clock = clock
        self.output = TerminalOutput(stream)
        self.next_drawing = -math.inf
        self.ended_epochs = 0
        self.widths: dict[str, int] = {}  # cells of each value in the epochs' lines so far
        self.start_epoch(0)

    def epoch_begin(self, epoch: int = 0) -> None:
        """Starts an epoch, numbered from zero as callbacks get it."""
        self.output.leave()
        self.start_epoch(epoch)
        self.draw_if_due(self.begin_time, nothing_ready)

    def update(self, step: int, logs_ready: Callable[[], Mapping[str, Any] | None]) -> None:
        """Tells that `step` steps of this epoch are done, and draws if it is time to.

        Args:
            step: How many steps of the epoch are done.
            logs_ready: Gives the values so far by name, or None where none are ready yet. It is
                called only when the line is drawn, and must not wait.
        """
        now = self.clock()
        self.step = step
        self.step_time = now
        self.recent.append(logs_ready)
        if now < self.wake_time:
            return
        if not self.first_step:
            self.first_step, self.first_step_time = step, now
        self.wake_time = self.draw_if_due(now, self.newest_values)

    def steps_end(self, logs: Mapping[str, Any]) -> None:
        """Tells that the epoch's steps are over and something else, a validation, begins.

        Waits for the values of the last step: steps are dispatched long before they are done.
        """
        if self.verbose and self.steps_end_time is None:
            self.values = logs
            self.shown_values()
            self.steps_end_time = self.wake_time = self.clock()

    def validated(self, step: int) -> None:
        """Tells that `step` steps of the validation at the epoch's end are done."""
        now = self.clock()
        if now >= self.wake_time:
            self.wake_time = self.draw_if_due(now, nothing_ready, f"validation {step}")

    def epoch_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Writes the epoch's line with all values: metrics first, then those of the validation."""
        self.values = logs or {}
        if self.steps is None and self.step:
            self.steps = self.step
        if self.verbose == 0:
            return
        values = self.shown_values(self.widths)  # waits for the device, so the clock comes after it
        now = self.clock()
        self.step_time = now if self.steps_end_time is None else self.steps_end_time
        parts = [
            *([self.heading()] if self.heading() else []),
            f"{self.step} {self.unit}s",
            self.time(now - self.begin_time),
            *self.pace(),
            *values,
        ]
        width = self.output.width() if self.output.redraws() else None
        self.output.finish(broken_between(parts, width))
        self.ended_epochs += 1

    def close(self) -> None:
        """Ends a line that was left unfinished, as by an interrupt."""
        self.output.leave()

    def start_epoch(self, epoch: int) -> None:
        self.epoch = epoch
        self.values: Mapping[str, Any] = {}
        self.recent: deque = deque(maxlen=STEPS_LOOKED_BACK)
        self.step = 0
        self.begin_time = self.step_time = self.first_step_time = self.clock()
        self.steps_end_time: float | None = None
        self.first_step = 0  # the first update: what came before it holds the compilation
        self.wake_time = -math.inf  # until then, `update` has nothing to do but to count
        self.next_log_line = self.begin_time + SECONDS_BETWEEN_LOG_LINES

    def draw_if_due(
        self, now: float, logs_ready: Callable[[], Mapping[str, Any] | None], doing: str = ""
    ) -> float:
        """Draws the line unless it was drawn just now; returns when to ask again."""
        if self.verbose != 1:
            return math.inf
        live = self.output.redraws()
        due = self.next_drawing if live else max(self.next_drawing, self.next_log_line)
        if now >= due:
            self.values = logs_ready() or self.values
            progress = [doing] if doing else [*self.time_left(), *self.pace()]
            parts = [self.counter(), *progress, *self.shown_values()]
            if live:
                self.output.redraw(self.line_with_bar(parts))
            else:
                self.output.finish(" - ".join([self.heading(), *parts]))
            self.next_drawing = now + SECONDS_BETWEEN_DRAWINGS
            self.next_log_line = now + SECONDS_BETWEEN_LOG_LINES
            due = self.next_drawing if live else self.next_log_line
        return due

    def newest_values(self) -> Mapping[str, Any] | None:
        """The values of the latest step whose values are ready."""
        return next((values for ready in reversed(self.recent) if (values := ready())), None)

    def line_with_bar(self, parts: list[str]) -> str:
        """The live line: all parts that fit, and a bar in the room that is left."""
        room = self.output.width() - 1 - cell_len(self.heading()) - 1
        if self.length_is_known():
            room -= NARROWEST_BAR + 1
        shown = parts[:1]
        for part in parts[1:]:
            if cell_len(" - ".join([*shown, part])) > room:
                break
            shown.append(part)
        text = " - ".join(shown)
        cells = min(room - cell_len(text) + NARROWEST_BAR, WIDEST_BAR)
        if not self.length_is_known() or cells < NARROWEST_BAR:
            return f"{self.heading()} {text}".lstrip()
        done = cells * self.step // self.steps
        full, empty = "━─" if self.output.can_show("━─") else "#."
        return f"{self.heading()} {full * done}{empty * (cells - done)} {text}".lstrip()

    def heading(self) -> str:
        if self.epochs is None:
            return self.label
        return f"{self.label} {self.epoch + 1:>{len(str(self.epochs))}}/{self.epochs}"

    def counter(self) -> str:
        return f"{self.step}/{self.steps if self.length_is_known() else '?'}"

    def length_is_known(self) -> bool:
        return self.steps is not None and self.step <= self.steps

    def seconds_per_step(self) -> float | None:
        later_steps = self.step - self.first_step
        if later_steps > 0 and self.first_step and not self.ended_epochs:
            return (self.step_time - self.first_step_time) / later_steps
        return (self.step_time - self.begin_time) / self.step if self.step else None

    def pace(self) -> list[str]:
        seconds = self.seconds_per_step()
        return [] if seconds is None else [f"{self.time(seconds)}/{self.unit}"]

    def time(self, seconds: float) -> str:
        """A time, as wide as those of other epochs."""
        several = self.epochs is not None and self.epochs > 1
        return duration(seconds).rjust(DURATION_CELLS) if several else duration(seconds)

    def time_left(self) -> list[str]:
        """How long the epoch still takes, or has taken where its length is unknown."""
        seconds = self.seconds_per_step()
        if seconds is None:
            return []
        if not self.length_is_known():
            return [duration(self.step_time - self.begin_time)]
        return [f"{duration(math.ceil(seconds * (self.steps - self.step)))} left"]

    def shown_values(self, widths: dict[str, int] | None = None) -> list[str]:
        """Names and values, those of the validation last.

        Args:
            widths: cells of each value in the lines before, by name; values are set as wide.
        """
        names = sorted(self.values, key=lambda name: name.startswith("val_"))
        # A matrix is no part of a line.
        texts = {
            name: format_value(self.values[name])
            for name in names
            if getattr(self.values[name], "ndim", 0) < 2
        }
        for name, text in texts.items() if widths is not None else ():
            widths[name] = max(widths.get(name, 0), len(text))
            texts[name] = text.rjust(widths[name])
        return [f"{name}: {text}" for name, text in texts.items()]


def broken_between(parts: list[str], width: int | None) -> str:
    """Parts in one line, or in several that are no wider than `width` where they can be.

    Where one line does not hold all, the values of the validation begin a line of their own.

    Example:
        >>> from cornu.training.display.progress import broken_between
        >>> print(broken_between(["Epoch 1/2", "loss: 0.2500", "val_loss: 0.5000"], 30))
        Epoch 1/2 - loss: 0.2500
            val_loss: 0.5000
    """
    whole = " - ".join(parts)
    if width is None or cell_len(whole) < width:
        return whole
    lines = [parts[0]]
    for before, part in itertools.pairwise(parts):
        longer = f"{lines[-1]} - {part}"
        validation = part.startswith("val_") and not before.startswith("val_")
        if validation or cell_len(longer) >= width:
            lines.append(INDENT + part)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def nothing_ready() -> None:
    """The values before the first step: none."""


def format_value(value: Any) -> str:
    """A metric's value with fixed digits: four decimals, or a power of ten with four.

    Example:
        >>> from cornu.training.display.progress import format_value
        >>> [format_value(x) for x in (0.912345, 1e-5, 1.0, 12345.6, 3)]
        ['0.9123', '1.0000e-05', '1.0000', '12345.6000', '3']
    """
    array = np.asarray(value)
    if array.dtype.kind in "OSU":
        return str(value)
    if array.ndim:
        shown = np.array2string(
            array.ravel(), formatter={"all": format_value}, threshold=6, edgeitems=2
        )
        return " ".join(shown.split())
    if array.dtype.kind in "biu":
        return str(array.item())
    number = float(array)
    if number == 0 or 1e-3 <= abs(number) < 1e7 or not math.isfinite(number):
        return f"{number:.4f}"
    return f"{number:.4e}"


def duration(seconds: float) -> str:
    """A time as people say it: 850us, 2.6ms, 1.2s, 3m05s, 1h02m.

    Example:
        >>> from cornu.training.display.progress import duration
        >>> [duration(x) for x in (0.00085, 0.0026, 1.234, 35.0, 185.0, 3725.0)]
        ['850us', '2.6ms', '1.2s', '35s', '3m05s', '1h02m']
    """
    if seconds < 60:
        if seconds >= 1:
            amount, unit = seconds, "s"
        elif seconds >= 1e-3:
            amount, unit = seconds * 1e3, "ms"
        else:
            amount, unit = seconds * 1e6, "us"
        return f"{amount:.2g}{unit}" if amount < 10 else f"{amount:.0f}{unit}"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s"
    return f"{minutes // 60}h{minutes % 60:02d}m"
