"""Folds begin one by one, against the clock, and go on all together where that promises time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jax

from cornu.model_selection.cross_validation.lanes import Unsuitable
from cornu.training.callback import Callback, LogsMapping

# An epoch is timed at least so many times, and for so long, since other work may disturb it.
FEWEST_LAPS = 2
ENOUGH_SECONDS = 0.2
# A run with less left than another program costs to compile gains nothing. That is about twice what
# the first epoch took too long for its own program, and some seconds where that was found on disk.
WORTH_COMPILATIONS = 2.0
WORTH_SECONDS = 3.0

clock = time.perf_counter


class Laps:
    """Times of epochs, of which the smallest counts: what is above it was other work."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._last = 0.0

    def begin(self) -> None:
        """An epoch begins here."""
        self._last = clock()

    def end(self) -> None:
        """An epoch ends here, and the next one begins."""
        now = clock()
        self.seconds.append(now - self._last)
        self._last = now

    @property
    def enough(self) -> bool:
        """Whether they can be believed."""
        return len(self.seconds) >= FEWEST_LAPS and sum(self.seconds) >= ENOUGH_SECONDS

    @property
    def best(self) -> float:
        """Seconds of an epoch."""
        return min(self.seconds)


class Promising(Exception):
    """Ends a fold that is trained alone: so much is left that all together are worth a trial."""


class Stopwatch(Callback):
    """Times the epochs of folds trained one by one, and breaks off where others promise more.

    The first epoch of all is not timed, since it compiles. The watch looks no more once it decided.

    Args:
        folds: number of folds.
        epochs: number of epochs of each.
        check: raises `Unsuitable` for a model that cannot be trained together with others. It is
            called once much time is left, as it takes some itself.

    Attributes:
        laps: the times of epochs of one fold.
        decided: whether it looks no more.
        reason: why the folds go on one by one.
    """

    batch_interval = 0

    def __init__(self, folds: int, epochs: int, check: Callable[[Any], None]):
        super().__init__()
        self.folds, self.epochs, self.check = folds, epochs, check
        self.laps = Laps()
        self.fold_seconds: list[float] = []
        self.first: float | None = None
        self.decided = False
        self.reason = ""

    def on_epoch_begin(self, epoch: int, logs: LogsMapping = None) -> None:
        if not self.decided and epoch == 0:
            self.laps.begin()

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        if self.decided:
            return
        jax.block_until_ready([v._value for v in self.model.trainable_variables])
        self.laps.end()
        if self.first is None:
            self.first = self.laps.seconds.pop()
        if self.laps.enough:
            self._decide(epoch + 1)

    def fold_done(self, seconds: float) -> None:
        """Note that a fold was trained and tested in so many seconds."""
        self.folds -= 1
        self.fold_seconds.append(seconds)

    def left(self, epochs_done: int) -> float:
        """Seconds that all folds would still take one by one."""
        epoch = self.laps.best
        # Those of the first fold hold the compilation.
        whole = min(self.fold_seconds[1:], default=0.0)
        return self.folds * max(whole, self.epochs * epoch) - epochs_done * epoch

    def _decide(self, epochs_done: int) -> None:
        self.decided = True
        left = self.left(epochs_done)
        compiling = self.first - self.laps.best
        if self.folds < 2 or left < max(WORTH_SECONDS, WORTH_COMPILATIONS * compiling):
            self.reason = f"One by one, {max(left, 0):.1f} s were left: too little to gain from."
            return
        try:
            self.check(self.model)
        except Unsuitable as error:
            self.reason = str(error)
            return
        raise Promising(f"One by one, {left:.1f} s are left.")
