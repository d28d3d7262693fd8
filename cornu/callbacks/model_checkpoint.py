"""Saves the model, or its weights, as the training goes on."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cornu.callbacks.monitoring import Mode, MonitorCallback
from cornu.engine.user_warnings import warn
from cornu.training.callback import LogsMapping


class ModelCheckpoint(MonitorCallback):
    """Saves the model after each epoch or after every so many batches.

    Args:
        filepath: The file: `.keras` (or `.h5`) for whole models, `.weights.h5` for weights. It may
            hold `{epoch}`, `{batch}` (both counted from 1) and names of the logs, with formats:
            `"models/{epoch:02d}-{val_loss:.2f}.keras"`. Folders are made.
        monitor: Name of the value in the logs that tells the best model.
        verbose: 0 for silence, 1 for a message when it acts.
        save_best_only: Whether to save only a model better than all before.
        save_weights_only: Whether to save the weights without the model.
        mode: `"min"`, `"max"` or `"auto"`, which asks the metric of that name.
        save_freq: `"epoch"`, or a number of batches, counted over epochs.
        initial_value_threshold: Only a model better than this is saved; for `save_best_only`.

    Raises:
        ValueError: If the file's ending or `save_freq` is another.

    Example:
        >>> best = keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)
        >>> best.save_freq
        'epoch'
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: Mode = "auto",
        save_freq: Literal["epoch"] | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = checked_save_freq("ModelCheckpoint", save_freq)
        self.check_ending()
        self.current_epoch = 0
        self.batches_since_saving = 0
        self.last_batch = -1

    @property
    def batch_interval(self) -> int:
        if self.save_freq == "epoch":
            return 0
        # Counted over epochs, the batch to save at falls elsewhere in each.
        return math.gcd(self.save_freq, (self.params or {}).get("steps") or 1)

    def check_ending(self) -> None:
        endings = (".weights.h5",) if self.save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise ValueError(
                f"ModelCheckpoint: filepath must end in {' or '.join(endings)} with "
                f"save_weights_only={self.save_weights_only}, got {self.filepath!r}."
            )

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        self.last_batch = -1

    def on_epoch_begin(self, epoch: int, logs: LogsMapping = None) -> None:
        self.current_epoch = epoch

    def on_train_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        if self.save_freq == "epoch":
            return
        new_epoch = batch <= self.last_batch
        self.batches_since_saving += batch + 1 if new_epoch else batch - self.last_batch
        self.last_batch = batch
        if self.batches_since_saving >= self.save_freq:
            self.batches_since_saving = 0
            self.save(self.current_epoch, batch, logs or {})

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        if self.save_freq == "epoch":
            self.save(epoch, None, logs or {})

    def save(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        if self.save_best_only and not self.is_best(epoch, logs):
            return
        path = self.path(epoch, batch, logs)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: saving to {path}")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)

    def is_best(self, epoch: int, logs: dict[str, Any]) -> bool:
        self.find_direction(logs)
        value = self.get_monitor_value(logs)
        if value is None:
            return True  # nothing says that it is not
        if np.ndim(value):
            warn(
                f"ModelCheckpoint saves each time: {self.monitor!r} has shape {np.shape(value)}, "
                "and only single numbers can be compared."
            )
            return True
        if not self.is_improvement(value, self.best):
            if self.verbose:
                print(f"\nEpoch {epoch + 1}: {self.monitor} is not better than {self.best:.5f}")
            return False
        if self.verbose:
            before = "none before" if self.best is None else f"{self.best:.5f} before"
            print(f"\nEpoch {epoch + 1}: {self.monitor} is better: {value:.5f}, {before}")
        self.best = value
        return True

    def path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> str:
        names = {"epoch": epoch + 1, **logs}
        if batch is not None:
            names["batch"] = batch + 1
        try:
            return self.filepath.format(**names)
        except KeyError as error:
            raise KeyError(
                f"ModelCheckpoint: {self.filepath!r} names {error.args[0]!r}, which is not there. "
                f"Available are: {', '.join(names)}."
            ) from error

    def get_state(self) -> dict[str, Any]:
        return {
            "best": self.best,
            "batches_since_saving": self.batches_since_saving,
            "last_batch": self.last_batch,
        }

    def set_state(self, state: dict[str, Any]) -> None:
        self.best = state["best"]
        self.batches_since_saving = state["batches_since_saving"]
        self.last_batch = state["last_batch"]


def checked_save_freq(where: str, save_freq: Any) -> Literal["epoch"] | int:
    is_count = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
    if save_freq != "epoch" and not is_count:
        raise ValueError(
            f"{where}: save_freq must be 'epoch' or a positive number of batches, got "
            f"{save_freq!r}."
        )
    return save_freq
