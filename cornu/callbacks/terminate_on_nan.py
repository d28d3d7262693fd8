"""Ends a run whose loss is no number any more."""

from __future__ import annotations

import math
from collections.abc import Callable

from cornu.training.callback import Callback, LogsMapping
from cornu.training.logs import Logs


class TerminateOnNaN(Callback):
    """Stops the training when the loss is NaN or infinite.

    The running loss of an epoch stays NaN once it is, so it is looked at when the device has it
    ready and at the end of the epoch, and the training never waits for it. It ends a few batches
    after the one that did it.

    Args:
        raise_error: Whether to raise instead of ending the training quietly.

    Raises:
        RuntimeError: If the loss is NaN or infinite and `raise_error` is set.

    Example:
        >>> guard = keras.callbacks.TerminateOnNaN()
        >>> guard.on_batch_end(0, {"loss": 0.5})
    """

    batch_interval = 0

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        if not isinstance(logs, Logs) or logs.is_ready():
            self.check(logs, f"batch {batch}")

    def on_progress(self, step: int, logs_ready: Callable[[], LogsMapping]) -> None:
        self.check(logs_ready(), f"a batch up to {step - 1}")

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        self.check(logs, f"epoch {epoch}")

    def check(self, logs: LogsMapping, where: str) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss) or self.model.stop_training:
            return
        message = f"The loss is {float(loss)} at {where}: training ends."
        if self.raise_error:
            raise RuntimeError(message + " Try a lower learning rate, or look at the data.")
        print(message)
        self.model.stop_training = True
