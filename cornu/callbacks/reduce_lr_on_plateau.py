"""Lowers the learning rate when a value gets no better."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.callbacks.learning_rate import get_learning_rate, set_learning_rate
from cornu.callbacks.monitoring import Mode, MonitorCallback, check_count
from cornu.training.callback import LogsMapping


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by a factor when a value has not improved for some epochs.

    Args:
        monitor: Name of the value in the logs.
        factor: What the learning rate is multiplied by, below 1.
        patience: Epochs without improvement after which the rate is lowered.
        verbose: 0 for silence, 1 for a message when it acts.
        mode: `"min"`, `"max"` or `"auto"`, which asks the metric of that name.
        min_delta: A change smaller than this is no improvement.
        cooldown: Epochs after a change in which nothing is counted.
        min_lr: The rate does not fall below this.

    Raises:
        ValueError: If `factor` is 1 or more.

    Example:
        >>> slower = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2)
        >>> slower.factor
        0.5
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: Mode = "auto",
        min_delta: float = 0.0001,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        if not isinstance(factor, int | float | np.number) or factor >= 1.0:
            raise ValueError(
                f"ReduceLROnPlateau: factor must be below 1 to lower the rate, got {factor!r}."
            )
        if kwargs:
            raise TypeError(f"ReduceLROnPlateau has no arguments {sorted(kwargs)}.")
        check_count(self, "patience", patience)
        check_count(self, "cooldown", cooldown)
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        logs = {} if logs is None else logs
        rate = get_learning_rate(self.model)
        logs["learning_rate"] = rate
        self.find_direction(logs)
        value = self.get_monitor_value(logs)
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(value, self.best):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and rate > self.min_lr:
                self.lower(epoch, rate)

    def lower(self, epoch: int, rate: float) -> None:
        new_rate = max(rate * self.factor, self.min_lr)
        set_learning_rate(self.model, new_rate)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: learning rate lowered to {new_rate}.")
        self.cooldown_counter = self.cooldown
        self.wait = 0

    def in_cooldown(self) -> bool:
        """Whether the last change was less than `cooldown` epochs ago."""
        return self.cooldown_counter > 0

    def get_state(self) -> dict[str, Any]:
        return {
            "best": self.best,
            "cooldown_counter": self.cooldown_counter,
            "wait": self.wait,
        }

    def set_state(self, state: dict[str, Any]) -> None:
        self.best = state["best"]
        self.cooldown_counter = state["cooldown_counter"]
        self.wait = state["wait"]
