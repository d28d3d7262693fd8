"""Lets a run that was broken off go on as if it had not been."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from cornu.callbacks.model_checkpoint import checked_save_freq
from cornu.callbacks.snapshot_file import read_snapshot, write_snapshot
from cornu.engine.user_warnings import warn
from cornu.training.callback import Callback, LogsMapping
from cornu.training.run import Run

LATEST, PREVIOUS = "latest.npz", "previous.npz"


class BackupAndRestore(Callback):
    """Backs up the whole state of the training, and takes it up again when `fit` is called anew.

    The state is that of the model, the optimizer, the metrics, the random numbers (also those of
    Python's and NumPy's global generators), the order of the data, what a `PyDataset` changed about
    itself, and the other callbacks. A killed run that is started again in the same way ends with
    the same weights, bit for bit, as one that was not killed. This callback runs after all others,
    wherever it stands in the list.

    Args:
        backup_dir: The folder of the backup, for one run alone.
        save_freq: `"epoch"` for a backup at each epoch's end; a number N for one after every N-th
            batch of an epoch too.
        double_checkpoint: Whether to keep the backup before the last, for the case that the last
            one cannot be read.
        delete_checkpoint: Whether the backup is deleted when the training is finished.

    Raises:
        ValueError: If `backup_dir` is empty, `save_freq` is another, or, at the start of the
            training, the backup cannot be read.

    Example:
        >>> backup = keras.callbacks.BackupAndRestore("backup", save_freq=100)
        >>> backup.batch_interval
        100
    """

    runs_last = True

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: Literal["epoch"] | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if backup_dir is None or not os.fspath(backup_dir):
            raise ValueError("BackupAndRestore: backup_dir is empty. Name a folder for the backup.")
        self.save_freq = checked_save_freq("BackupAndRestore", save_freq)
        self.batch_interval = 0 if save_freq == "epoch" else save_freq
        self.backup_dir = Path(backup_dir)
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self.current_epoch = 0

    @property
    def latest(self) -> Path:
        return self.backup_dir / LATEST

    @property
    def previous(self) -> Path:
        return self.backup_dir / PREVIOUS

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        run = self.run()
        run.watch(self.is_due)
        snapshot = self.read()
        if snapshot is None:
            return
        run.restore(snapshot["run"])
        if self.callback_list is not None:
            self.callback_list.set_state(snapshot["callbacks"])
        if snapshot["stopped"]:
            # Another callback had ended the training: no step is left, and no epoch after a whole
            # one.
            self.model.stop_training = True
            if not run.step:
                run.epoch = (self.params or {}).get("epochs", run.epoch)

    def on_epoch_begin(self, epoch: int, logs: LogsMapping = None) -> None:
        self.current_epoch = epoch

    def on_train_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        # The number of the batch is that of a full execution; the run knows what was done.
        run = self.run()
        if self.is_due(run.step or batch + 1):
            self.write(self.current_epoch, run.step or batch + 1)

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        self.write(epoch + 1, 0)

    def is_due(self, step: int) -> bool:
        """Whether there is a backup after so many steps of an epoch."""
        if self.save_freq == "epoch":
            return False
        size = getattr(self.model, "steps_per_execution", 1)
        return step // self.save_freq > max(step - size, 0) // self.save_freq

    def run(self) -> Run:
        """The `fit` under way; in a loop of a user's own, the model alone."""
        return getattr(self.model, "_current_run", None) or Run(self.model)

    def on_train_end(self, logs: LogsMapping = None) -> None:
        if not self.delete_checkpoint:
            return
        self.latest.unlink(missing_ok=True)
        self.previous.unlink(missing_ok=True)
        if self.backup_dir.is_dir() and not os.listdir(self.backup_dir):
            self.backup_dir.rmdir()

    def write(self, epoch: int, step: int) -> None:
        snapshot: dict[str, Any] = {
            "stopped": bool(self.model.stop_training),
            "run": {**self.run().snapshot(), "epoch": epoch, "step": step},
            "callbacks": {} if self.callback_list is None else self.callback_list.get_state(),
        }
        self.backup_dir.mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint and self.latest.exists():
            os.replace(self.latest, self.previous)
        write_snapshot(self.latest, snapshot)

    def read(self) -> dict[str, Any] | None:
        if not self.latest.exists() and not self.previous.exists():
            return None
        if not self.latest.exists():
            return read_snapshot(self.previous)
        try:
            return read_snapshot(self.latest)
        except ValueError as error:
            if not self.previous.exists():
                raise
            warn(f"{error} The backup before it is used.")
            return read_snapshot(self.previous)
