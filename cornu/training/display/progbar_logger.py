"""The callback that shows a run's progress."""

from __future__ import annotations

from collections.abc import Callable

from cornu.training.callback import Callback, LogsMapping
from cornu.training.display.progress import ProgressDisplay
from cornu.training.logs import as_logs


class ProgbarLogger(Callback):
    """Shows a live line on a terminal or in a notebook, and whole lines elsewhere, by `verbose`.

    It never waits for the device while steps run, and asks for no calls after each batch.

    Example:
        >>> progress = keras.callbacks.ProgbarLogger()
        >>> progress.set_params({"verbose": 0, "epochs": 2, "steps": 10})
        >>> progress.on_train_begin()
    """

    batch_interval = 0

    def __init__(self) -> None:
        super().__init__()
        self.display: ProgressDisplay | None = None
        self.is_training = False
        self.is_validating = False
        self.last_logs: LogsMapping = None

    def open_display(self, label: str, epochs: int | None) -> None:
        params = self.params or {}
        self.display = ProgressDisplay(
            params.get("verbose", 1), epochs, params.get("steps"), label=label
        )

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        self.is_training = True
        self.open_display("Epoch", (self.params or {}).get("epochs", 1))

    def on_epoch_begin(self, epoch: int, logs: LogsMapping = None) -> None:
        if self.display is None:
            self.on_train_begin()
        self.display.epoch_begin(epoch)

    def on_progress(self, step: int, logs_ready: Callable[[], LogsMapping]) -> None:
        if self.display is None:
            return
        if self.is_validating:
            self.display.validated(step)
        else:
            self.display.update(step, logs_ready)

    def on_train_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        self.last_logs = logs
        self.show_batch(batch, logs)

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        self.display.epoch_end(logs)

    def on_train_end(self, logs: LogsMapping = None) -> None:
        self.is_training = False
        self.close_display()

    def on_train_abort(self) -> None:
        self.is_training = self.is_validating = False
        self.close_display()

    def on_test_begin(self, logs: LogsMapping = None) -> None:
        self.is_validating = self.is_training
        if self.is_training:
            self.display.steps_end(as_logs(self.last_logs))
        else:
            self.open_display("Evaluate", None)
            self.display.epoch_begin()

    def on_test_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        self.show_batch(batch, logs)

    def on_test_end(self, logs: LogsMapping = None) -> None:
        if not self.is_training:
            self.display.epoch_end(logs)
            self.close_display()
        self.is_validating = False

    def on_predict_begin(self, logs: LogsMapping = None) -> None:
        self.open_display("Predict", None)
        self.display.epoch_begin()

    def on_predict_end(self, logs: LogsMapping = None) -> None:
        self.display.epoch_end({})
        self.close_display()

    def show_batch(self, batch: int, logs: LogsMapping) -> None:
        values = as_logs(logs)
        self.on_progress(batch + 1, lambda: values if values.is_ready() else None)

    def close_display(self) -> None:
        if self.display is not None:
            self.display.close()
            self.display = None
