"""Saves the model step by step with Orbax, in the background while the training goes on."""

from __future__ import annotations

import math
import os
from typing import Any, Literal

import jax

from cornu.callbacks.model_checkpoint import checked_save_freq
from cornu.callbacks.monitoring import Mode, MonitorCallback
from cornu.saving.checkpoints import checkpoint_content, orbax
from cornu.training.callback import LogsMapping


class OrbaxCheckpoint(MonitorCallback):
    """Saves weights, optimizer and architecture as steps of an Orbax checkpoint.

    A step is there whole or not at all. `keras.saving.load_model(directory)` makes the model of
    the newest step; `model.load_weights(directory)` sets weights and optimizer of a model that is
    built. Both take the folder of one step too, such as `"run/12"`.
    Running values of metrics are saved, and not loaded: they start anew with each epoch.

    Needs `pip install "cornu[orbax]"`.

    Args:
        directory: The local folder of the steps, for one run alone. It is made.
        monitor: Name of the value in the logs that tells the best model.
        verbose: 0 for silence, 1 for a message when it saves.
        save_best_only: Whether to save only a model better than all before.
        mode: `"min"`, `"max"` or `"auto"`, which asks the metric of that name.
        save_freq: `"epoch"`: steps are numbered as epochs, from 0. Or a number of batches, counted
            over epochs: steps are numbered as the updates of the optimizer.
        initial_value_threshold: Only a model better than this is saved; for `save_best_only`.
        max_to_keep: How many steps are kept, the newest ones; None keeps all.
        save_on_background: Whether training goes on while a step is written. An error in writing
            is raised at the next step, or when the training ends.
        save_weights_only: Whether to save the weights without optimizer and architecture.

    Raises:
        ImportError: If Orbax is not installed.
        ValueError: If an argument is another, or, at the start of the training, if `directory`
            holds steps of the same or later numbers.

    Example:
        >>> import importlib.util
        >>> if importlib.util.find_spec("orbax"):
        ...     saver = keras.callbacks.OrbaxCheckpoint("run", max_to_keep=3)
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: Mode = "auto",
        save_freq: Literal["epoch"] | int = "epoch",
        initial_value_threshold: float | None = None,
        max_to_keep: int | None = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        orbax()
        self.directory = checked_directory(directory)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_freq = checked_save_freq("OrbaxCheckpoint", save_freq)
        self.max_to_keep = checked_count(max_to_keep)
        self.save_on_background = save_on_background
        self.save_weights_only = save_weights_only
        self.checkpointer: Any = None
        self.batches_since_saving = 0
        self.last_batch = -1
        self.total_batches = 0
        self.goes_on = False
        self.must_check = True

    @property
    def batch_interval(self) -> int:
        if self.save_freq == "epoch":
            return 0
        # Counted over epochs, the batch to save at falls elsewhere in each.
        return math.gcd(self.save_freq, (self.params or {}).get("steps") or 1)

    def is_multihost_enabled(self) -> bool:
        """Whether several processes train together; each then writes its part of the state."""
        return jax.process_count() > 1

    def is_primary_host(self) -> bool:
        """Whether this is the first of the processes."""
        return jax.process_index() == 0

    def wait_until_finished(self) -> None:
        """Waits until all steps begun are written.

        Raises:
            Exception: what went wrong in writing.
        """
        if self.checkpointer is not None:
            self.checkpointer.wait()

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        training = orbax().training
        keep = self.max_to_keep
        self.close()
        self.checkpointer = training.Checkpointer(
            self.directory,
            preservation_policy=None
            if keep is None
            else training.preservation_policies.LatestN(keep),
            save_decision_policy=training.save_decision_policies.FixedIntervalPolicy(1),
            # What a killed run left behind half written.
            cleanup_tmp_directories=True,
        )
        self.last_batch = -1
        optimizer = self.model.optimizer
        self.total_batches = int(optimizer.iterations) if optimizer is not None else 0
        self.goes_on, self.must_check = False, True

    def on_epoch_begin(self, epoch: int, logs: LogsMapping = None) -> None:
        if self.must_check:
            self.must_check = False
            self.check_steps(epoch if self.save_freq == "epoch" else self.total_batches + 1)

    def on_train_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        if self.save_freq == "epoch":
            return
        new = batch + 1 if batch <= self.last_batch else batch - self.last_batch
        self.batches_since_saving += new
        self.total_batches += new
        self.last_batch = batch
        if self.batches_since_saving >= self.save_freq:
            self.batches_since_saving = 0
            self.save(self.total_batches, logs)

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        if self.save_freq == "epoch":
            self.save(epoch, logs)

    def on_train_end(self, logs: LogsMapping = None) -> None:
        self.close()

    def on_train_abort(self) -> None:
        self.close()

    def check_steps(self, first: int) -> None:
        latest = self.checkpointer.latest
        if latest is None or latest.step < first or self.goes_on:
            return
        raise ValueError(
            f"OrbaxCheckpoint: {self.directory!r} holds step {latest.step} already, and this run "
            f"would begin with step {first}. Name another folder, delete this one, or load the "
            "model from it and go on with fit(initial_epoch=...)."
        )

    def save(self, step: int, logs: LogsMapping) -> None:
        if self.save_best_only and not self.is_best(logs):
            return
        if self.verbose:
            print(f"\nSaving step {step} to {self.directory}")
        content, order = checkpoint_content(self.model, self.save_weights_only)
        # Only a run that goes on after a break meets its own steps again.
        settings = {"overwrite": self.goes_on, "custom_metadata": order}
        if self.save_on_background:
            self.checkpointer.save_checkpointables_async(step, content, **settings)
        else:
            self.checkpointer.save_checkpointables(step, content, **settings)

    def is_best(self, logs: LogsMapping) -> bool:
        self.find_direction(logs)
        value = self.get_monitor_value(logs)
        if value is None or not self.is_improvement(value, self.best):
            return False
        self.best = value
        return True

    def close(self) -> None:
        if self.checkpointer is not None:
            checkpointer, self.checkpointer = self.checkpointer, None
            checkpointer.close()

    def get_state(self) -> dict[str, Any]:
        return {
            "best": self.best,
            "batches_since_saving": self.batches_since_saving,
            "last_batch": self.last_batch,
            "total_batches": self.total_batches,
        }

    def set_state(self, state: dict[str, Any]) -> None:
        self.best = state["best"]
        self.batches_since_saving = state["batches_since_saving"]
        self.last_batch = state["last_batch"]
        self.total_batches = state["total_batches"]
        self.goes_on = True


def checked_directory(directory: Any) -> str:
    path = os.fspath(directory)
    if not path or "://" in path:
        raise ValueError(
            f"OrbaxCheckpoint: directory must be a local folder, got {path!r}. Save to a local "
            "folder, and copy the steps."
        )
    return os.path.abspath(path)


def checked_count(count: Any) -> int | None:
    is_count = isinstance(count, int) and not isinstance(count, bool) and count > 0
    if count is not None and not is_count:
        raise ValueError(
            "OrbaxCheckpoint: max_to_keep must be a positive number of steps, or None for all; "
            f"got {count!r}."
        )
    return count
