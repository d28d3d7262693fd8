"""What the callbacks share that watch one value for getting better."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from cornu.engine.user_warnings import warn
from cornu.training.callback import Callback, LogsMapping

Mode = Literal["auto", "min", "max"]
BETTER_IF_HIGHER = ("acc", "accuracy", "auc", "precision", "recall", "f1", "fmeasure", "iou", "r2")
BETTER_IF_LOWER = ("loss", "error", "mse", "mae", "mape", "msle")


class MonitorCallback(Callback):
    """Base of callbacks that compare a value with the best so far.

    Args:
        monitor: Name of the value in the logs, such as `"val_loss"`.
        mode: `"min"` if lower is better, `"max"` if higher is; `"auto"` asks the model's metric of
            that name, and goes by the name itself where there is none.
        initial_value_threshold: Only a value better than this counts; None for no bound.
        min_delta: A change smaller than this is no improvement.

    >>> keras.callbacks.EarlyStopping(monitor="val_loss").monitor
    'val_loss'
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: Mode = "auto",
        initial_value_threshold: float | None = None,
        min_delta: float = 0,
    ) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warn(
                f"{type(self).__name__}: mode must be 'auto', 'min' or 'max', got {mode!r}; "
                "'auto' is used."
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = initial_value_threshold
        self.min_delta = abs(min_delta)
        self.monitor_op: Any = None
        self.missing_was_told = False

    def find_direction(self, logs: LogsMapping = None) -> None:
        """Settles whether lower or higher is better, which needs the compiled model."""
        if self.monitor_op is not None:
            return
        mode = self.mode
        if mode == "auto":
            mode = direction_of(self.monitor, self.model)
        if mode is None:
            is_missing = logs and self.monitor not in logs
            missing = f" It is not there: available are {', '.join(logs)}." if is_missing else ""
            raise ValueError(
                f"{type(self).__name__} cannot tell whether a higher or a lower "
                f"{self.monitor!r} is better. Pass mode='max' or mode='min'.{missing}"
            )
        self.monitor_op = np.less if mode == "min" else np.greater
        if mode == "min":
            self.min_delta = -self.min_delta

    def get_monitor_value(self, logs: LogsMapping) -> Any:
        """The monitored value, or None and a warning, once, if the logs do not have it."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None and not self.missing_was_told:
            self.missing_was_told = True
            hint = " Pass validation data to fit." if self.monitor.startswith("val_") else ""
            warn(
                f"{type(self).__name__} monitors {self.monitor!r}, which is not there. Available "
                f"are: {', '.join(logs) or 'no values'}.{hint}"
            )
        return value

    def is_improvement(self, value: float, reference: float | None) -> bool:
        """Whether `value` is better than `reference` by more than `min_delta`."""
        return reference is None or bool(self.monitor_op(value - self.min_delta, reference))

    _is_improvement = is_improvement
    _set_monitor_op = find_direction


def check_count(callback: Any, name: str, value: Any) -> None:
    """Refuse what is no number of epochs.

    Raises:
        ValueError: naming the callback, the argument and what came.
    """
    if not isinstance(value, int | float | np.number) or not value >= 0:
        raise ValueError(
            f"{type(callback).__name__}: {name} must be a number of epochs, 0 or more; got "
            f"{value!r} of type {type(value).__name__}."
        )


def direction_of(monitor: str, model: Any) -> Literal["min", "max"] | None:
    name = monitor.removeprefix("val_")
    if name == "loss":
        return "min"
    for metric in all_metrics(getattr(model, "metrics", None) or []):
        if getattr(metric, "name", None) == name and getattr(metric, "_direction", None):
            return "max" if metric._direction == "up" else "min"
    last_word = name.rsplit("_", 1)[-1].rstrip("0123456789") or name
    whole_word = name.rsplit("_", 1)[-1]
    if last_word in BETTER_IF_HIGHER or whole_word in BETTER_IF_HIGHER:
        return "max"
    return "min" if last_word in BETTER_IF_LOWER else None


def all_metrics(metrics: Any) -> Iterator[Any]:
    for metric in metrics:
        yield metric
        yield from all_metrics(getattr(metric, "metrics", None) or [])
