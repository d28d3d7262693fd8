"""One callback that calls many, and knows which of them need what."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from typing import Any

from cornu.training.callback import Callback, LogsMapping, overrides
from cornu.training.display.progbar_logger import ProgbarLogger
from cornu.training.history import History
from cornu.training.logs import as_logs

TRAIN_BATCH_HOOKS = (
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_batch_begin",
    "on_batch_end",
)
TEST_BATCH_HOOKS = ("on_test_batch_begin", "on_test_batch_end")
PREDICT_BATCH_HOOKS = ("on_predict_batch_begin", "on_predict_batch_end")


class CallbackList(Callback):
    """Calls each hook of several callbacks, in their order.

    Args:
        callbacks: A callback, or several. Those with `runs_last` move behind all others.
        add_history: Whether to add a `History` if there is none.
        add_progbar: Whether to add a `ProgbarLogger` if there is none.
        model: The model that runs, given to all.
        **params: `verbose`, `epochs` and `steps`, given to all.

    Raises:
        TypeError: If something is not a callback, or a class instead of an object of it.

    Example:
        >>> callbacks = keras.callbacks.CallbackList([], add_history=True, epochs=1)
        >>> callbacks.on_train_begin()
        >>> callbacks.on_epoch_end(0, {"loss": 0.5})
        >>> callbacks.callbacks[0].history
        {'loss': [0.5]}
    """

    def __init__(
        self,
        callbacks: Callback | Iterable[Callback] | None = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks: list[Callback] = []
        for callback in as_list(callbacks):
            check_callback(callback)
            self.callbacks.append(callback)
        if add_history and self.history is None:
            self.callbacks.append(History())
        if add_progbar and not any(isinstance(c, ProgbarLogger) for c in self.callbacks):
            self.callbacks.append(ProgbarLogger())
        self.settle_order()
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    @property
    def history(self) -> History | None:
        """The first `History` of the list."""
        return next((c for c in self.callbacks if isinstance(c, History)), None)

    def append(self, callback: Callback) -> None:
        """Adds a callback at the end, before those that run last."""
        check_callback(callback)
        self.callbacks.append(callback)
        self.settle_order()

    def settle_order(self) -> None:
        self.callbacks.sort(key=lambda callback: bool(getattr(callback, "runs_last", False)))
        for callback in self.callbacks:
            if isinstance(callback, Callback):
                callback.callback_list = self

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        if self.history is not None:
            model.history = self.history
        for callback in self.callbacks:
            callback.set_model(model)

    def batch_interval(self) -> int | None:
        """How many train steps may run between two calls of the batch hooks; None: any number."""
        needed = [interval for c in self.callbacks if (interval := interval_of(c))]
        return math.gcd(*needed) if needed else None

    def needs_test_batches(self) -> bool:
        """Whether a callback watches each batch of an evaluation."""
        return any(needs_hooks(callback, TEST_BATCH_HOOKS) for callback in self.callbacks)

    def needs_predict_batches(self) -> bool:
        """Whether a callback watches each batch of a prediction."""
        return any(needs_hooks(callback, PREDICT_BATCH_HOOKS) for callback in self.callbacks)

    def get_state(self) -> dict[str, Any]:
        """The states of all callbacks, each under its class and its number among its like."""
        states = {name: c.get_state() for name, c in self.named() if hasattr(c, "get_state")}
        return {name: state for name, state in states.items() if state}

    def set_state(self, state: dict[str, Any]) -> None:
        """Gives each callback the state it had; one that was not there before keeps its own."""
        for name, callback in self.named():
            if name in state:
                callback.set_state(state[name])

    def named(self) -> list[tuple[str, Callback]]:
        counts: dict[str, int] = {}
        pairs = []
        for callback in self.callbacks:
            name = type(callback).__name__
            counts[name] = counts.get(name, -1) + 1
            pairs.append((f"{name}/{counts[name]}", callback))
        return pairs

    def on_progress(self, step: int, logs_ready: Callable[[], LogsMapping]) -> None:
        for callback in self.callbacks:
            if overrides(callback, "on_progress"):
                callback.on_progress(step, logs_ready)

    def on_batch_begin(self, batch: int, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_batch_begin(batch, logs=logs)

    def on_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_batch_end(batch, logs=logs)

    def on_epoch_begin(self, epoch: int, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, logs=logs)

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs=logs)

    def on_train_batch_begin(self, batch: int, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_train_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_train_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_test_batch_begin(batch, logs=logs)

    def on_test_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_test_batch_end(batch, logs=logs)

    def on_predict_batch_begin(self, batch: int, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_predict_batch_begin(batch, logs=logs)

    def on_predict_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        # Not as Logs: predictions stay what they are.
        logs = logs or {}
        for callback in self.callbacks:
            callback.on_predict_batch_end(batch, logs=logs)

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_train_begin(logs)

    def on_train_end(self, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_train_end(logs)

    def on_train_abort(self) -> None:
        for callback in self.callbacks:
            # Callbacks that other packages build on Keras do not know this hook.
            if hasattr(callback, "on_train_abort"):
                callback.on_train_abort()

    def on_test_begin(self, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_test_begin(logs)

    def on_test_end(self, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_test_end(logs)

    def on_predict_begin(self, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_predict_begin(logs)

    def on_predict_end(self, logs: LogsMapping = None) -> None:
        logs = as_logs(logs)
        for callback in self.callbacks:
            callback.on_predict_end(logs)


def as_list(callbacks: Any) -> list:
    if callbacks is None:
        return []
    # A class is callable and may be iterable: left for the check to name.
    if inspect.isclass(callbacks) or isinstance(callbacks, str | dict):
        return [callbacks]
    if not isinstance(callbacks, Iterable):
        return [callbacks]
    return list(callbacks)


def check_callback(callback: Any) -> None:
    if inspect.isclass(callback):
        raise TypeError(
            f"callbacks: got the class {callback.__name__} where a callback object was expected. "
            f"Write {callback.__name__}(...) with its arguments."
        )
    # Not only our own base class: callbacks that other packages build on Keras work as well.
    if not callable(getattr(callback, "on_epoch_end", None)):
        raise TypeError(
            f"callbacks: got {callback!r} of type {type(callback).__name__}, expected objects of "
            "subclasses of Callback. For a plain function use "
            "LambdaCallback(on_epoch_end=lambda epoch, logs: ...)."
        )


def interval_of(callback: Any) -> int:
    """The callback's `batch_interval` as a number: 0 where it needs no batch hooks."""
    if isinstance(callback, CallbackList):
        return callback.batch_interval() or 0
    interval = getattr(callback, "batch_interval", None)
    if interval is not None:
        return interval
    return int(any(overrides(callback, hook) for hook in TRAIN_BATCH_HOOKS))


def needs_hooks(callback: Any, hooks: tuple[str, ...]) -> bool:
    if isinstance(callback, CallbackList):
        return any(needs_hooks(inner, hooks) for inner in callback.callbacks)
    return getattr(callback, "batch_interval", None) != 0 and any(
        overrides(callback, hook) for hook in hooks
    )
