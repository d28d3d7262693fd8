"""What a run shows of itself: a bar on a terminal, one line per epoch anywhere else.

Drawing never waits for the device: values are asked for at most five times a second, those of the
latest step that is done are shown, and where none is, the bar moves on without them.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Literal, TextIO

import numpy as np
from rich.cells import cell_len

from cornu.engine.config import is_interactive_logging_enabled
from cornu.training.terminal_output import TerminalOutput

SECONDS_BETWEEN_DRAWINGS = 0.2
WIDEST_BAR = 30
NARROWEST_BAR = 5
# Steps whose values may be on their way: more than the loop dispatches ahead.
STEPS_LOOKED_BACK = 32


class ProgressDisplay:
    """Shows the progress of a training run, or of a single pass over data.

    On a terminal one line is drawn again in place, fitted to the terminal's width; it stays as the
    epoch's line when the epoch ends. Elsewhere (a file, a pipe, a notebook) there is one line per
    epoch and no control character.

    Args:
        verbose: 0 shows nothing, 1 or `"auto"` a bar where the output is a terminal and a line per
            epoch where it is not, 2 a line per epoch everywhere; "auto" is 2 where
            `config.disable_interactive_logging` was called.
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
        >>> from cornu.training.progress import ProgressDisplay
        >>> display = ProgressDisplay(verbose=2, epochs=3, steps=10, clock=lambda: 0.0)
        >>> display.epoch_begin(0)
        >>> display.update(10, lambda: None)
        >>> display.epoch_end({"loss": 0.25, "val_loss": 0.5})
        Epoch 1/3 - 10 steps - 0us - 0us/step - loss: 0.25 - val_loss: 0.5
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
            self.steps_end_time = self.clock()

    def epoch_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Writes the epoch's line with all values: metrics first, then those of the validation."""
        self.values = logs or {}
        if self.steps is None and self.step:
            self.steps = self.step
        if self.verbose == 0:
            return
        values = self.shown_values()  # waits for the device, so the clock comes after it
        now = self.clock()
        self.step_time = now if self.steps_end_time is None else self.steps_end_time
        parts = [duration(now - self.begin_time), *self.pace(), *values]
        if self.shows_bar():
            self.output.finish(self.line_with_bar([self.counter(), *parts]))
        else:
            heading = [self.heading()] if self.heading() else []
            self.output.finish(" - ".join([*heading, f"{self.step} {self.unit}s", *parts]))
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

    def draw_if_due(self, now: float, logs_ready: Callable[[], Mapping[str, Any] | None]) -> float:
        """Draws the line unless it was drawn just now; returns when to ask again."""
        if not self.shows_bar():
            return math.inf
        if now >= self.next_drawing:
            self.values = logs_ready() or self.values
            time_so_far = [*self.time_left(), *self.pace()]
            parts = [self.counter(), *time_so_far, *self.shown_values()]
            self.output.redraw(self.line_with_bar(parts))
            self.next_drawing = now + SECONDS_BETWEEN_DRAWINGS
        return self.next_drawing

    def newest_values(self) -> Mapping[str, Any] | None:
        """The values of the latest step whose values are ready."""
        return next((values for ready in reversed(self.recent) if (values := ready())), None)

    def shows_bar(self) -> bool:
        return self.verbose == 1 and self.output.is_terminal()

    def line_with_bar(self, parts: list[str]) -> str:
        text = " - ".join(parts)
        room = self.output.width() - 3 - cell_len(self.heading()) - cell_len(text)
        if not self.length_is_known() or room < NARROWEST_BAR:
            return f"{self.heading()} {text}".lstrip()
        cells = min(room, WIDEST_BAR)
        done = cells * self.step // self.steps
        full, empty = "━─" if self.output.can_show("━─") else "#."
        return f"{self.heading()} {full * done}{empty * (cells - done)} {text}".lstrip()

    def heading(self) -> str:
        return self.label if self.epochs is None else f"{self.label} {self.epoch + 1}/{self.epochs}"

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
        return [] if seconds is None else [f"{duration(seconds)}/{self.unit}"]

    def time_left(self) -> list[str]:
        """How long the epoch still takes, or has taken where its length is unknown."""
        seconds = self.seconds_per_step()
        if seconds is None:
            return []
        if not self.length_is_known():
            return [duration(self.step_time - self.begin_time)]
        return [f"{duration(math.ceil(seconds * (self.steps - self.step)))} left"]

    def shown_values(self) -> list[str]:
        names = sorted(self.values, key=lambda name: name.startswith("val_"))
        # A matrix is no part of a line.
        names = [name for name in names if getattr(self.values[name], "ndim", 0) < 2]
        return [f"{name}: {format_value(self.values[name])}" for name in names]


def nothing_ready() -> None:
    """The values before the first step: none."""


def format_value(value: Any) -> str:
    """A metric's value as people read it: four digits that count.

    Example:
        >>> from cornu.training.progress import format_value
        >>> [format_value(x) for x in (0.912345, 1e-5, 1.0, 12345.6, 3)]
        ['0.9123', '1e-05', '1.0', '12346', '3']
    """
    array = np.asarray(value)
    if array.dtype.kind in "OSU":
        return str(value)
    if array.ndim:
        return np.array2string(
            array.ravel(), formatter={"all": format_value}, threshold=6, edgeitems=2
        )
    if array.dtype.kind in "biu":
        return str(array.item())
    number = float(array)
    if 1000 <= abs(number) < 1e7:
        return f"{number:.0f}"
    text = f"{number:.4g}"
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def duration(seconds: float) -> str:
    """A time as people say it: 850us, 2.6ms, 1.2s, 3m05s, 1h02m.

    Example:
        >>> from cornu.training.progress import duration
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
