"""`Progbar`: the progress display for loops of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cornu.training.display.progress import ProgressDisplay


class Progbar:
    """Shows how far a loop is, with means of the values it is given.

    Args:
        target: number of steps, None if unknown.
        width: accepted for compatibility; the bar fits the terminal.
        verbose: 0 shows nothing, 1 a bar on a terminal and a line at the end elsewhere, 2 a line
            at the end.
        interval: accepted for compatibility; the line is drawn five times a second at most.
        stateful_metrics: names of values that are shown as they are, not as means.
        stateless_metrics: names of values that are shown as means; then all others are not.
        unit_name: what a step is called.

    >>> progress = keras.utils.Progbar(2, verbose=0)
    >>> progress.update(1, [("loss", 1.0)])
    >>> progress.add(1, [("loss", 2.0)])
    >>> progress.means()
    {'loss': 1.5}
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        self.target = target
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.display = ProgressDisplay(verbose, None, target, label="", unit=unit_name)
        self.current = 0
        self.finished = False
        self.sums: dict[str, tuple[float, float]] = {}  # sum and weight of each value
        self.latest: dict[str, Any] = {}

    def update(
        self, current: int, values: Iterable | None = None, finalize: bool | None = None
    ) -> None:
        """Show that `current` steps are done.

        Args:
            current: number of steps done.
            values: pairs of name and value; a mean counts each for the steps since the last call.
            finalize: whether this is the end; by default once `target` is reached.
        """
        if self.current == 0 and not self.latest and not self.sums:
            self.display.epoch_begin()
        weight = max(current - self.current, 1) if current else 1
        for name, value in values or ():
            self.latest[name] = value
            if self._is_mean(name):
                total, count = self.sums.get(name, (0.0, 0.0))
                self.sums[name] = total + float(value) * weight, count + weight
        self.current = current
        self.display.update(current, self.means)
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        if finalize and not self.finished:
            self.finished = True
            self.display.epoch_end(self.means())

    def add(self, n: int, values: Iterable | None = None) -> None:
        """Show that `n` more steps are done.

        Args:
            n: number of steps since the last call.
            values: pairs of name and value.
        """
        self.update(self.current + n, values)

    def means(self) -> dict[str, Any]:
        """The values as they are shown, by name."""
        return {
            name: self.sums[name][0] / self.sums[name][1] if name in self.sums else value
            for name, value in self.latest.items()
        }

    def _is_mean(self, name: str) -> bool:
        if self.stateless_metrics is not None:
            return name in self.stateless_metrics
        return name not in self.stateful_metrics
