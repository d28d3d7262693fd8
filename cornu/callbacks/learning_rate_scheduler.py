"""Sets the learning rate of each epoch by a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.callbacks.learning_rate import get_learning_rate, set_learning_rate
from cornu.training.callback import Callback, LogsMapping


class LearningRateScheduler(Callback):
    """Asks a function for the learning rate at the start of each epoch.

    Args:
        schedule: Takes the epoch (from 0) and the learning rate now, or the epoch alone, and gives
            the rate for the epoch as a float.
        verbose: 0 for silence, 1 for a message in each epoch.

    Raises:
        ValueError: If `schedule` is no function; at the start of an epoch, if it gives no number.

    Example:
        >>> halving = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr / 2)
        >>> halving.schedule(0, 0.5)
        0.25
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise ValueError(
                "LearningRateScheduler: schedule must be a function (epoch, rate) -> rate; got "
                f"{schedule!r} of type {type(schedule).__name__}."
            )
        self.schedule = schedule
        self.verbose = verbose
        self.takes_rate = accepts(schedule, 2)
        self.begun_epoch: int | None = None

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        self.begun_epoch = None

    def on_epoch_begin(self, epoch: int, logs: LogsMapping = None) -> None:
        if epoch == self.begun_epoch:
            return  # taken up in its middle: a rate made from the one before is made already
        self.begun_epoch = epoch
        rate = get_learning_rate(self.model)
        rate = self.schedule(epoch, rate) if self.takes_rate else self.schedule(epoch)
        if isinstance(rate, str | bool) or rate is None or np.ndim(rate) != 0:
            raise ValueError(
                f"LearningRateScheduler: schedule({epoch}, ...) must give a float, got {rate!r} "
                f"of type {type(rate).__name__}."
            )
        rate = float(np.asarray(rate))
        set_learning_rate(self.model, rate)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: learning rate set to {rate}.")

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        if logs is not None:
            logs["learning_rate"] = get_learning_rate(self.model)

    def get_state(self) -> dict[str, Any]:
        return {"begun_epoch": self.begun_epoch}

    def set_state(self, state: dict[str, Any]) -> None:
        self.begun_epoch = state["begun_epoch"]


def accepts(function: Callable, count: int) -> bool:
    """Whether a function takes `count` positional arguments; yes where it cannot be known."""
    try:
        signature = inspect.signature(function)
    except ValueError:  # some built-in functions have none
        return True
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True
