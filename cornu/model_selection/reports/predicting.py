"""Predictions for arrays at once, for streams batch by batch, with the inputs that go with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu import tree
from cornu.core.host_stage import strings_as_arrays
from cornu.data import ArrayFeed, make_feed, unpack_x_y_sample_weight
from cornu.training.ending import closing_all


def predicted_parts(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps: int | None = None,
) -> Iterator[tuple[Any, np.ndarray, np.ndarray | None, np.ndarray]]:
    """Parts `(x, y, sample_weight, outputs)` of the data, one after another.

    Args:
        model: a built model with one output.
        x: inputs; or a tuple `(x, y)` or `(x, y, sample_weight)`; or a source of such batches.
        y: targets, for arrays.
        sample_weight: weights, for arrays.
        batch_size: samples per batch, for arrays.
        steps: number of batches to read; all by default.

    Raises:
        ValueError: for no data, no targets, outputs that are not finite, or several outputs.
    """
    if isinstance(x, tuple) and y is None:
        x, y, sample_weight = unpack_x_y_sample_weight(x)
    feed = make_feed(strings_as_arrays(x), y, sample_weight, batch_size, shuffle=False, steps=steps)
    begin = 0
    with closing_all(feed):
        for x_part, y_part, weights, outputs in _parts(model, feed, batch_size, steps):
            if y_part is None:
                raise ValueError(
                    "A report needs targets, and the data has none. Pass (x, y), or a source whose "
                    "batches are tuples (x, y)."
                )
            outputs = _one_array(outputs, "The model has", "outputs")
            check_finite(outputs, begin)
            y_part = _one_array(y_part, "The data has", "targets")
            if len(y_part) != len(outputs):
                raise ValueError(f"There are {len(y_part)} targets for {len(outputs)} outputs.")
            if weights is not None:
                weights = np.asarray(weights, "float64").reshape(len(outputs))
            yield x_part, y_part, weights, outputs
            begin += len(outputs)
    if not begin:
        raise ValueError("A report needs at least one sample, and the data is empty.")


def _parts(model: Any, feed: Any, batch_size: int | None, steps: int | None) -> Iterator[tuple]:
    if isinstance(feed, ArrayFeed) and steps is None:
        yield (*feed.arrays, model.predict(feed.arrays[0], batch_size=batch_size, verbose=0))
        return
    for batch in feed.batches(0):
        yield (*batch, model.predict_on_batch(batch[0]))


def _one_array(structure: Any, who: str, what: str) -> np.ndarray:
    leaves = tree.flatten(structure)
    if len(leaves) != 1:
        raise ValueError(
            f"{who} {len(leaves)} {what}; a report is about one. Make a model of the output in "
            "question, `Model(model.inputs, model.outputs[0])`, and pass its targets."
        )
    return np.asarray(leaves[0])


def check_finite(outputs: np.ndarray, begin: int = 0) -> None:
    """Refuse outputs that hold NaN or infinity.

    Args:
        outputs: `(samples, ...)`.
        begin: number of the first of these samples, for the message.
    """
    bad = ~np.isfinite(outputs).reshape(len(outputs), -1).all(axis=1)
    if bad.any():
        raise ValueError(
            f"The model's predictions for {bad.sum()} of {len(bad)} samples are not finite (NaN or "
            f"infinity), first for sample {begin + int(np.argmax(bad))}. Look for such values in "
            "its weights and in the inputs; a smaller learning rate or `clipnorm` may help."
        )


def rows_of(x: Any, where: np.ndarray) -> list[Any]:
    """The chosen samples of a structure of inputs, each a structure without the first axis."""

    def row(i: int) -> Any:
        return tree.map_structure(lambda a: None if a is None else np.asarray(a[i]), x)

    return [row(int(i)) for i in where]


def feature_names_of(x: Any) -> list[str] | None:
    """The names of a data frame's columns, if x is one."""
    if isinstance(x, tuple):
        x = x[0] if x else None
    columns = getattr(x, "columns", None)
    return None if columns is None or callable(columns) else [str(name) for name in columns]
