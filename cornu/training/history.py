"""The record of a run: what `fit` returns."""

from __future__ import annotations

from typing import Any

from cornu.training.callback import Callback, LogsMapping
from cornu.training.logs import as_logs


class History(Callback):
    """Keeps each epoch's values; `fit` adds one by itself and returns it.

    Attributes:
        epoch: The numbers of the epochs, from 0.
        history: dict from name to the list of its values, one for each epoch.

    Example:
        >>> import cornu as keras
        >>> history = keras.callbacks.History()
        >>> history.on_train_begin()
        >>> history.on_epoch_end(0, {"loss": 0.5})
        >>> history.on_epoch_end(1, {"loss": 0.25})
        >>> history.history
        {'loss': [0.5, 0.25]}
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch: list[int] = []
        self._history: dict[str, list] = {}
        self._waiting: list = []  # not looked at yet, so that an epoch's end waits for nothing

    @property
    def history(self) -> dict[str, list]:
        for logs in self._waiting:
            for name, value in logs.items():
                self._history.setdefault(name, []).append(value)
        self._waiting.clear()
        return self._history

    @history.setter
    def history(self, values: dict[str, list]) -> None:
        self._waiting.clear()
        self._history = values

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        self.epoch.append(epoch)
        self._waiting.append(as_logs(logs))
        if self.model is not None:
            self.model.history = self

    def get_state(self) -> dict[str, Any]:
        return {
            "epoch": list(self.epoch),
            "history": {name: list(values) for name, values in self.history.items()},
        }

    def set_state(self, state: dict[str, Any]) -> None:
        self.epoch = list(state["epoch"])
        self.history = {name: list(values) for name, values in state["history"].items()}
