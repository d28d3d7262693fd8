"""The base class of everything that watches or steers a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

LogsMapping = Mapping[str, Any] | None


class Callback:
    """Has a method for each event of `fit`, `evaluate` and `predict`; override some in a subclass.

    The methods get `logs`, a dict of the values so far. Those of a batch are running values over
    the epoch's batches up to it. Batches and epochs are counted from 0, and a batch from 0 in each
    epoch.

    Overriding a hook of every batch has a price: short steps, which otherwise run many at a time
    in one program, then run one by one. `batch_interval` lowers it, and so does
    `compile(steps_per_execution=N)`: the hooks then come once for N batches, the one behind them
    with the number of the last.

    Attributes:
        params: dict with `verbose`, `epochs` and `steps`.
        model: The model that runs.
        batch_interval: How often the hooks of train batches are needed. None (the default): every
            batch if one of them is overridden, else never. N: at least after every N-th step of
            the epoch; 0: not at all, though they are called where batches are seen one by one.

    Example:
        >>> class StopWhenGood(keras.callbacks.Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         if logs["loss"] < 0.1:
        ...             self.model.stop_training = True
        >>> stop = StopWhenGood()
    """

    batch_interval: int | None = None
    # Whether the list calls this one after all others, as saving the whole run's state needs.
    runs_last: bool = False

    def __init__(self) -> None:
        self.params: dict[str, Any] | None = None
        self._model: Any = None
        self.callback_list: Any = None  # the list that calls this one

    def __getstate__(self) -> dict[str, Any]:
        # The list belongs to a run, and holds other callbacks, with open files and data.
        return {**self.__dict__, "callback_list": None}

    @property
    def model(self) -> Any:
        return self._model

    def set_params(self, params: dict[str, Any]) -> None:
        """Takes `verbose`, `epochs` and `steps` before the run begins."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Takes the model before the run begins."""
        self._model = model

    def get_state(self) -> dict[str, Any]:
        """What must be known to go on with this callback after the run was broken off.

        Returns:
            dict of plain values (numbers, strings, None, lists, dicts with string keys) and NumPy
            arrays. Empty where there is nothing to remember.
        """
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Takes up what `get_state` gave, after `on_train_begin` of the run that goes on."""

    def on_progress(self, step: int, logs_ready: Callable[[], LogsMapping]) -> None:
        """Called now and then, after some steps that ran in one program.

        Args:
            step: How many steps of the epoch were started.
            logs_ready: Gives the values so far, or None where the device has none ready yet. It
                never waits.
        """

    def on_batch_begin(self, batch: int, logs: LogsMapping = None) -> None:
        """Another name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        """Another name of `on_train_batch_end`."""

    def on_epoch_begin(self, epoch: int, logs: LogsMapping = None) -> None:
        """Called at the start of an epoch of `fit`."""

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        """Called at the end of an epoch of `fit`, after the validation.

        Args:
            epoch: Number of the epoch, from 0.
            logs: The epoch's values; those of the validation begin with `val_`.
        """

    def on_train_batch_begin(self, batch: int, logs: LogsMapping = None) -> None:
        """Called before a batch of `fit`."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        """Called after a batch of `fit`, with the epoch's running values."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: LogsMapping = None) -> None:
        """Called before a batch of `evaluate`, or of the validation in `fit`."""

    def on_test_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        """Called after a batch of `evaluate`, or of the validation in `fit`."""

    def on_predict_batch_begin(self, batch: int, logs: LogsMapping = None) -> None:
        """Called before a batch of `predict`."""

    def on_predict_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        """Called after a batch of `predict`; `logs["outputs"]` are its predictions."""

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        """Called once at the start of `fit`."""

    def on_train_end(self, logs: LogsMapping = None) -> None:
        """Called once at the end of `fit`, with the last epoch's values."""

    def on_train_abort(self) -> None:
        """Called in place of `on_train_end` if an error or an interrupt breaks `fit` off.

        Close here what was opened for the training; Keras has no such hook.
        """

    def on_test_begin(self, logs: LogsMapping = None) -> None:
        """Called at the start of `evaluate`, or of the validation in `fit`."""

    def on_test_end(self, logs: LogsMapping = None) -> None:
        """Called at the end of `evaluate`, or of the validation in `fit`, with its values."""

    def on_predict_begin(self, logs: LogsMapping = None) -> None:
        """Called once at the start of `predict`."""

    def on_predict_end(self, logs: LogsMapping = None) -> None:
        """Called once at the end of `predict`."""


def overrides(callback: Any, hook: str) -> bool:
    """Whether a callback has its own `hook`, by its class or set on the object itself."""
    method = getattr(callback, hook, None)
    return method is not None and getattr(method, "__func__", method) is not getattr(Callback, hook)
