"""Predictions for arrays in large parts, for streams batch by batch, with what belongs to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from cornu import tree
from cornu.data import ArrayFeed, make_feed, unpack_x_y_sample_weight
from cornu.training.ending import closing_all
from cornu.training.outputs import output_names, per_output

# Outputs of arrays are predicted, and looked at, so many bytes at a time.
MOST_BYTES = 2**26


class OutputPart(NamedTuple):
    """What some samples have to do with one output.

    Attributes:
        y: targets `(samples, ...)`.
        weight: float64 weights `(samples, ...)`, or None.
        outputs: predictions `(samples, ...)`.
    """

    y: np.ndarray
    weight: np.ndarray | None
    outputs: np.ndarray


def predicted_parts(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps: int | None = None,
) -> Iterator[tuple[Any, list[str], dict[str, OutputPart]]]:
    """Parts of the data, one after another.

    Each is a triple of inputs, the names of all outputs, and an `OutputPart` for each output that
    has targets, by name.

    Args:
        model: a model.
        x: inputs; or a tuple `(x, y)` or `(x, y, sample_weight)`; or a source of such batches.
        y: targets, for arrays; for several outputs in a list or a dict.
        sample_weight: weights, for arrays; likewise, or one array for all outputs.
        batch_size: samples per batch, for arrays.
        steps: number of batches to read; all by default.

    Raises:
        ValueError: for no data, no targets, and outputs that are not finite.
    """
    if isinstance(x, tuple) and y is None:
        x, y, sample_weight = unpack_x_y_sample_weight(x)
    feed = make_feed(x, y, sample_weight, batch_size, shuffle=False, steps=steps)
    begin = 0
    with closing_all(feed):
        for x_part, y_part, weights, outputs in _parts(model, feed, batch_size, steps):
            if y_part is None:
                raise ValueError(
                    "A report needs targets, and the data has none. Pass (x, y), or a source whose "
                    "batches are tuples (x, y)."
                )
            names = names_of_outputs(model, outputs)
            found = _by_output(names, y_part, weights, outputs)
            for part in found.values():
                check_finite(part.outputs, begin)
            yield x_part, names, found
            begin += len(next(iter(found.values())).outputs)
    if not begin:
        raise ValueError("A report needs at least one sample, and the data is empty.")


def names_of_outputs(model: Any, outputs: Any) -> list[str]:
    """A name for each output of a model, no two alike."""
    names = output_names(outputs, getattr(model, "output_names", None))
    if len(set(names)) == len(names):
        return names
    return [f"{name}_{i}" for i, name in enumerate(names)]


def _parts(model: Any, feed: Any, batch_size: int | None, steps: int | None) -> Iterator[tuple]:
    if not isinstance(feed, ArrayFeed) or steps is not None:
        for batch in feed.batches(0):
            yield (*batch, model.predict_on_batch(batch[0]))
        return
    begin, size = 0, feed.batch_size
    while begin < feed.num_samples:
        part = rows_between(feed.arrays, begin, begin + size)
        outputs = model.predict(part[0], batch_size=batch_size, verbose=0)
        yield (*part, outputs)
        begin += size
        # The first batch tells how many of them make a part.
        bytes_ = sum(np.asarray(leaf).nbytes for leaf in tree.flatten(outputs))
        size = max(1, MOST_BYTES * size // max(bytes_, 1) // feed.batch_size) * feed.batch_size


def _by_output(names: list[str], y: Any, weights: Any, outputs: Any) -> dict[str, OutputPart]:
    leaves = tree.flatten(outputs)
    targets = per_output(y, names, "y", one_for_all=False)
    weights = per_output(weights, names, "sample_weight")
    found = {}
    for name, target, weight, output in zip(names, targets, weights, leaves):
        if target is None:
            continue
        if tree.is_nested(target) and len(tree.flatten(target)) != 1:
            raise ValueError(
                f"y holds {len(tree.flatten(target))} arrays of targets for output {name!r}; pass "
                "one array for each output."
            )
        target, output = np.asarray(tree.flatten(target)[0]), np.asarray(output)
        if len(target) != len(output):
            raise ValueError(f"There are {len(target)} targets for {len(output)} outputs.")
        if weight is not None:
            weight = np.asarray(weight, "float64")
            if len(weight) != len(output):
                raise ValueError(f"There are {len(weight)} weights for {len(output)} outputs.")
        found[name] = OutputPart(target, weight, output)
    if not found:
        raise ValueError(f"A report needs targets, and y has none for the outputs {names}.")
    return found


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


def shape_of(array: np.ndarray) -> str:
    """The shape of data that come in parts, in words."""
    return f"({', '.join(['samples', *map(str, array.shape[1:])])})".replace(
        "(samples)", "(samples,)"
    )


def weights_of(samples: int, weight: np.ndarray | None) -> np.ndarray:
    """One weight for each sample, `(samples,)`; 1 if None.

    Raises:
        ValueError: if there is more than one weight for a sample.
    """
    if weight is None:
        return np.ones(samples)
    if weight.size != samples:
        raise ValueError(
            f"sample_weight has shape {weight.shape} for {samples} samples: one weight each."
        )
    return weight.reshape(samples)


def rows_between(arrays: Any, begin: int, end: int) -> Any:
    """Samples of a structure of arrays, in which some may be None."""
    return tree.map_structure(lambda a: None if a is None else a[begin:end], arrays)


def rows_of(x: Any, where: np.ndarray) -> list[Any]:
    """Copies of the chosen samples of a structure of inputs, without the first axis."""

    def row(i: int) -> Any:
        return tree.map_structure(lambda a: None if a is None else np.array(a[i]), x)

    return [row(int(i)) for i in where]


def feature_names_of(x: Any) -> list[str] | None:
    """The names of a data frame's columns, if x is one."""
    if isinstance(x, tuple):
        x = x[0] if x else None
    columns = getattr(x, "columns", None)
    return None if columns is None or callable(columns) else [str(name) for name in columns]
