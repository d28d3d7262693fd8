"""Batch hooks by executions: one pair of calls for `steps_per_execution` batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Executions:
    """Calls the hooks before and after each execution, whatever number of steps ran at once.

    Args:
        size: steps in an execution; the last of an epoch may be smaller.
        steps: steps in an epoch, None if unknown.
        before: called with the number of an execution's first step.
        after: called with the number that its last step has in a full execution, as in Keras, and
            the results since the last call.
    """

    def __init__(
        self,
        size: int,
        steps: int | None,
        before: Callable[[int], Any],
        after: Callable[[int, list], Any],
    ):
        self.size, self.steps, self._before, self._after = size, steps, before, after
        self._done: int | None = None
        self._results: list = []

    def begin(self, step: int) -> None:
        """A step is about to run."""
        if self._done is None:
            self._done = step
            self._before(step)

    def end(self, done: int, result: Any) -> None:
        """So many steps of the epoch were run."""
        self._done = done
        self._results.append(result)
        if done % self.size == 0 or done == self.steps:
            self.close()

    def close(self) -> None:
        """The epoch is over: call the hook of an execution that is not full."""
        if self._done is not None:
            results, self._results = self._results, []
            last = -(-self._done // self.size) * self.size - 1
            self._done = None
            self._after(last, results)

    def interval(self, asked: int | None) -> int | None:
        """How many steps may run between two calls, if callbacks ask for every `asked` steps."""
        return asked if not asked or asked % self.size == 0 else self.size
