"""Stops a run that gets no better."""

from __future__ import annotations

from typing import Any

from cornu.callbacks.monitoring import Mode, MonitorCallback, check_count
from cornu.training.callback import LogsMapping


class EarlyStopping(MonitorCallback):
    """Ends the training when a value has not improved for some epochs.

    Args:
        monitor: Name of the value in the logs.
        min_delta: A change smaller than this is no improvement.
        patience: Epochs without improvement after which training stops.
        verbose: 0 for silence, 1 for a message when it acts.
        mode: `"min"`, `"max"` or `"auto"`, which asks the metric of that name.
        baseline: Training also stops where the value has not become better than this for
            `patience` epochs.
        restore_best_weights: Whether the model gets back, at the end of the training, the weights
            of its best epoch.
        start_from_epoch: Epochs before this one are not looked at.

    Raises:
        ValueError: If `patience` is no number from 0; at the end of the first epoch, if `"auto"`
            cannot tell the direction.

    Example:
        >>> stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
        >>> stop.monitor
        'val_loss'
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: Mode = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        check_count(self, "patience", patience)
        check_count(self, "start_from_epoch", start_from_epoch)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.forget()

    def forget(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best: float | None = None
        self.best_weights: list | None = None
        self.best_epoch = 0

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        self.forget()

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        self.find_direction(logs)
        value = self.get_monitor_value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            # So that there are weights to go back to, even where every value is NaN.
            self.remember_weights(epoch)
        self.wait += 1
        if self.is_improvement(value, self.best):
            self.best = value
            if self.restore_best_weights:
                self.remember_weights(epoch)
            self.best_epoch = epoch
            if self.baseline is None or self.is_improvement(value, self.baseline):
                self.wait = 0
            return
        # Never in the first epoch: a run of none would surprise.
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: LogsMapping = None) -> None:
        if self.verbose and self.stopped_epoch:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping, no better {self.monitor}.")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                print(f"Weights are those of the best epoch again: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def remember_weights(self, epoch: int) -> None:
        self.best_weights = self.model.get_weights()
        self.best_epoch = epoch

    def get_state(self) -> dict[str, Any]:
        names = ("wait", "stopped_epoch", "best", "best_weights", "best_epoch")
        return {name: getattr(self, name) for name in names}

    def set_state(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
