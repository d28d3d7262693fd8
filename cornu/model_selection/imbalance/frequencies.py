"""How often each class occurs in data of any kind, and the weights and biases that follow."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import tree
from cornu.data.arrays import is_array_structure, to_arrays
from cornu.data.batch_check import BatchCheck
from cornu.data.class_targets import ClassCounts, Output
from cornu.data.class_weights import balanced
from cornu.data.feed import gives_batches
from cornu.data.sources.kinds import as_source
from cornu.initializers import Constant
from cornu.losses.imbalance import class_balanced_weights

SCHEMES = ("balanced", "square-root", "effective")


def class_counts(data: Any, *, num_classes: int | None = None, steps: int | None = None) -> Any:
    """How often each class occurs.

    Args:
        data: targets: class indices `(samples, ...)`, one-hot `(samples, ..., classes)`, or zeros
            and ones for several labels `(samples, labels)`; or a structure of these; or a source of
            batches `(x, y)`, which is read once.
        num_classes: number of classes, if some may not occur; numbers beyond it do not count.
        steps: batches to read of a source without an end.

    Returns:
        int array `(classes,)`, or `(labels, 2)` with the numbers of zeros and ones of each label;
        the structure of y for several outputs.

    Raises:
        ValueError: for NaN, for data that gives no targets, and targets that are no numbers.

    >>> from cornu.model_selection import class_counts
    >>> class_counts([0, 0, 0, 2]).tolist()
    [3, 0, 1]
    """
    counters = _counted(data, num_classes, steps)
    return tree.map_structure(lambda counter: counter.counts, counters)


def class_weights(
    data: Any,
    scheme: str = "balanced",
    *,
    beta: float = 0.999,
    num_classes: int | None = None,
    steps: int | None = None,
) -> Any:
    """Weights by class for `fit(class_weight=...)`, from targets or from a source of batches.

    Args:
        data: as for `class_counts`.
        scheme: `"balanced"` for `samples / (classes * samples of the class)`, `"square-root"` for
            the square root of that, `"effective"` for `(1 - beta) / (1 - beta^n)`, scaled to sum to
            the number of classes.
        beta: for `"effective"`.
        num_classes: number of classes that must all occur; those that do by default.
        steps: batches to read of a source without an end.

    Returns:
        dict from class to weight; a list with such a dict for each of several labels; the structure
        of y for several outputs.

    Raises:
        ValueError: for a class without samples, if `num_classes` or one-hot targets promise it.

    References:
        Cui et al., 2019, https://arxiv.org/abs/1901.05555, for `"effective"`.

    >>> from cornu.model_selection import class_weights
    >>> class_weights([0, 0, 0, 1])
    {0: 0.6666666865348816, 1: 2.0}
    """
    if scheme not in SCHEMES:
        raise ValueError(f"scheme must be one of {', '.join(SCHEMES)}; got {scheme!r}.")
    counters = _counted(data, num_classes, steps)

    def of_output(counter: ClassCounts) -> Any:
        if counter.kind == "binary":
            return [_weights(counts, scheme, beta) for counts in counter.counts]
        if num_classes is not None or counter.kind == "one-hot":
            check_filled(counter.counts, counter.output.name)
        return _weights(counter.counts, scheme, beta)

    return tree.map_structure(of_output, counters)


def initial_bias(
    data: Any,
    *,
    units: int | None = None,
    num_classes: int | None = None,
    steps: int | None = None,
) -> Constant:
    """A bias with which an untrained model predicts the fractions of the classes.

    The first epochs then need not learn that one class is rare.

    Args:
        data: as for `class_counts`, for one output.
        units: units of the last layer; if None, one for two classes told by numbers (a sigmoid),
            and one per class or label otherwise.
        num_classes: number of classes.
        steps: batches to read of a source without an end.

    Returns:
        An initializer, to be passed as `bias_initializer`: log odds for a sigmoid, logarithms of
        the shares, less their mean, for a softmax.

    Raises:
        ValueError: for a class without samples.

    >>> from cornu.model_selection import initial_bias
    >>> layer = keras.layers.Dense(1, "sigmoid", bias_initializer=initial_bias([0, 0, 0, 1]))
    >>> round(layer(keras.ops.zeros((1, 2))).item(), 4)
    0.25
    """
    counter = _counted(data, num_classes, steps)
    if not isinstance(counter, ClassCounts):
        raise ValueError("initial_bias takes the targets of one output; call it for each.")
    counts = counter.counts.astype("float64")
    if counter.kind == "binary":
        for label, of_label in enumerate(counter.counts):
            check_filled(of_label, f"label {label}")
        return Constant((np.log(counts[:, 1]) - np.log(counts[:, 0])).tolist())
    check_filled(counter.counts, counter.output.name)
    if units is None:
        units = 1 if len(counts) == 2 and counter.kind == "class indices" else len(counts)
    if units == 1 and len(counts) == 2:
        return Constant([float(np.log(counts[1]) - np.log(counts[0]))])
    if units != len(counts):
        raise ValueError(f"units={units}, but the targets are of {len(counts)} classes.")
    logarithms = np.log(counts)
    return Constant((logarithms - logarithms.mean()).tolist())


def check_filled(counts: np.ndarray, name: str) -> None:
    """Raise a ValueError if a class has no samples, or there is one class only."""
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        raise ValueError(
            f"Class {', '.join(map(str, empty))} of {name} has no samples, so nothing can be said "
            "of it. Leave it out, or add data."
        )
    if len(counts) < 2:
        raise ValueError(f"All samples of {name} are of one class.")


def _weights(counts: np.ndarray, scheme: str, beta: float) -> dict[int, float]:
    found = np.flatnonzero(counts)
    if scheme == "effective":
        weights = class_balanced_weights(counts[found], beta)
    else:
        weights = balanced(counts[found])
        weights = np.sqrt(weights) if scheme == "square-root" else weights
    return {int(c): float(w) for c, w in zip(found, weights)}


def _counted(data: Any, num_classes: int | None, steps: int | None) -> Any:
    """A `ClassCounts` for each output, in the structure of y."""
    if is_array_structure(data):
        targets = iter([to_arrays(data, "y")])
    elif gives_batches(data) and not isinstance(data, (str, bytes)):
        source = as_source(data, shuffle=False)
        check = BatchCheck(source.name)
        batches = enumerate(source.open(0, 0, steps))
        targets = (check(batch, f"Batch {i}")[1] for i, batch in batches)
    else:
        raise ValueError(
            f"Classes can be counted in targets or in a source of batches (x, y); got an object of "
            f"type {type(data).__name__}."
        )
    counters: Any = None
    for y in targets:
        if y is None:
            raise ValueError("The batches hold no targets: let the source give tuples (x, y).")
        if counters is None:
            counters = tree.map_structure(lambda _: ClassCounts(Output("y", None, num_classes)), y)
        tree.map_structure(lambda counter, part: counter.add(part), counters, y)
    if counters is None:
        raise ValueError("There is no data: the source gave no batch.")
    return counters
