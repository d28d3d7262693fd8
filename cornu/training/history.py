"""The record of a run: what `fit` returns, and its curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.engine.atomic import write_figure
from cornu.engine.extras import require
from cornu.training.callback import Callback, LogsMapping
from cornu.training.logs import Logs, as_logs


class History(Callback):
    """Keeps each epoch's values; `fit` adds one by itself and returns it.

    Attributes:
        epoch: The numbers of the epochs, from 0.
        history: dict from name to the list of its values, one for each epoch.

    Example:
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

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_history": dict(self.history)}

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

    def plot(self, to_file: Any = None) -> Any:
        """Draw the curves of this run, as `keras.visualization.plot_history` does.

        Args:
            to_file: path of a `.png`, `.svg` or `.pdf` file to write; not written if None.

        Returns:
            The matplotlib figure; its panels are in `figure.axes`.
        """
        return plot_history(self, to_file)

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        self.epoch.append(epoch)
        # Values that callbacks added, such as the learning rate, stay behind the others.
        self._waiting.append(logs if isinstance(logs, Logs) else as_logs(logs))
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


def plot_history(history: Any, to_file: Any = None) -> Any:
    """Draw what `fit` returned: one panel per measure, training and validation in it.

    Args:
        history: a `History`, or its dict from name to list of values. To compare runs, a dict from
            the name of a run to its `History` (or to such a dict): one color per run, training
            dotted where there is validation.
        to_file: path of a `.png`, `.svg` or `.pdf` file to write; not written if None.

    Returns:
        The matplotlib figure; its panels are in `figure.axes`.

    Raises:
        ValueError: if there is nothing to draw.

    >>> from cornu.visualization import plot_history
    >>> figure = plot_history({"loss": [2.0, 1.0], "val_loss": [2.1, 1.5]})
    >>> len(figure.axes)
    1
    >>> runs = {"small": {"loss": [2.0, 1.0]}, "large": {"loss": [2.0, 0.5]}}
    >>> [text.get_text() for text in plot_history(runs).axes[0].get_legend().get_texts()]
    ['small', 'large']
    """
    runs = _runs(history)
    names = list(dict.fromkeys(name.removeprefix("val_") for run in runs.values() for name in run))
    if not names:
        raise ValueError("The history is empty. Train the model with `fit` first.")
    columns = min(len(names), 3)
    rows = -(-len(names) // columns)
    figure_class = require("matplotlib.figure", extra="plot").Figure
    figure = figure_class(figsize=(5 * columns, 4 * rows), layout="constrained")
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes, name in zip(panels, names):
        for i, (run, values) in enumerate(runs.items()):
            _draw_run(axes, name, values, run, f"C{i}" if run else None)
        axes.set(title=name.replace("_", " "), xlabel="epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    for axes in panels[len(names) :]:
        axes.remove()
    if to_file is not None:
        write_figure(figure, to_file, dpi=120)
    return figure


def _runs(history: Any) -> dict[str, dict[str, list]]:
    """Values of each run by the run's name, which is empty for a single run."""
    values = getattr(history, "history", history)
    if not isinstance(values, Mapping):
        raise ValueError(
            "plot_history draws the History that `fit` returns, its dict, or a dict from name to "
            f"History; got {type(history).__name__}."
        )
    inner = {name: getattr(value, "history", value) for name, value in values.items()}
    if inner and all(isinstance(value, Mapping) for value in inner.values()):
        return inner
    return {"": inner}


def _draw_run(axes: Any, name: str, values: dict[str, list], run: str, color: str | None) -> None:
    """The curves of one measure of one run: validation stands out where runs are compared."""
    validation = f"val_{name}"
    curves = [(name, "training", ":" if run else "-"), (validation, "validation", "-")]
    for key, kind, style in curves:
        if key not in values:
            continue
        alone = validation not in values
        label = kind if not run else run if alone or key == validation else None
        epochs = range(1, len(values[key]) + 1)
        marker = "." if len(epochs) <= 30 else None
        axes.plot(
            epochs, values[key], "-" if alone else style, color=color, marker=marker, label=label
        )
