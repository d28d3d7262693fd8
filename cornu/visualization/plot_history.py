"""Curves of loss and metrics over the epochs."""

from __future__ import annotations

from typing import Any

from cornu.engine.extras import require


def plot_history(history: Any, path: Any = None) -> Any:
    """Draw what `fit` returned: one panel per measure, training and validation in it.

    Args:
        history: a `History`, or its dict from name to list of values.
        path: file to write (`.png`, `.svg`, `.pdf`); not written if None.

    Returns:
        The matplotlib figure.

    Raises:
        ValueError: if there is nothing to draw.

    >>> from cornu.visualization import plot_history
    >>> figure = plot_history({"loss": [2.0, 1.0], "val_loss": [2.1, 1.5]})
    >>> len(figure.axes)
    1
    """
    values = getattr(history, "history", history)
    names = [name for name in values if not name.startswith("val_")]
    if not names:
        raise ValueError("The history is empty. Train the model with `fit` first.")
    figure_class = require("matplotlib.figure", extra="plot").Figure
    figure = figure_class(figsize=(5 * len(names), 4), layout="constrained")
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names):
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            if key in values:
                axes.plot(range(1, len(values[key]) + 1), values[key], marker=".", label=label)
        axes.set(title=name, xlabel="epoch")
        axes.grid(alpha=0.3)
        axes.legend()
    if path is not None:
        figure.savefig(path, dpi=120)
    return figure
