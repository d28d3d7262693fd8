"""`ClassWeights`: from the class weights that a user passes to the weights of samples."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu import tree
from cornu.data.class_targets import ClassCounts, Kind, Output, class_indices, kind_of
from cornu.engine.user_warnings import warn


class ClassWeights:
    """Weights by class, for one output or several.

    Args:
        given: a dict from class index to weight, where classes not in it weigh 1; `"balanced"`
            for `samples / (classes * samples of the class)`; for targets that are several labels, a
            dict from label to the weight of its ones, or a list with a dict `{0: ..., 1: ...}` for
            each label; for several outputs, a dict from the output's name to one of these, or a
            list of them, with None for an output without weights.
        outputs: what is known of the model's outputs, in order.

    Raises:
        ValueError: for weights that are no numbers from 0, and for other forms.

    >>> from cornu.data.class_weights import ClassWeights
    >>> ClassWeights({1: 5.0})(np.array([0, 1])).tolist()
    [1.0, 5.0]
    >>> ClassWeights("balanced").fitted(np.array([0, 0, 1]))(np.array([0, 1])).tolist()
    [0.75, 1.5]
    """

    def __init__(self, given: Any, outputs: list[Output] | None = None):
        if not isinstance(given, (dict, list, tuple)) and given != "balanced":
            raise ValueError(
                "class_weight must be a dict from class to weight, 'balanced', or for several "
                f"outputs a dict by name or a list of these; got {given!r:.80}."
            )
        self.given = given
        self.outputs = outputs or []
        self._weights: list[_OutputWeights] | None = None

    @property
    def needs_counts(self) -> bool:
        """Whether the weights follow from the targets, so that they must be counted first."""
        return "balanced" in _values(self.given)

    def fitted(self, y: Any) -> ClassWeights:
        """These weights, balanced ones computed from all the targets there are.

        Raises:
            ValueError: for NaN in the targets.
        """
        return self.fitted_to_batches([y])

    def fitted_to_batches(self, targets: Iterable[Any]) -> ClassWeights:
        """The same from the targets of batches."""
        for y in targets if self.needs_counts else ():
            for weights, leaf in zip(self._for(y), _leaves(y)):
                weights.count(leaf)
        return self

    def __call__(self, y: Any) -> Any:
        """The weights of samples.

        Args:
            y: targets, an array or a structure with one array per output.

        Returns:
            float32 array `(samples, ...)`: a weight for each sample, pixel, step or label; for
            several outputs the structure of y, with None for those without weights.

        Raises:
            ValueError: if y is missing, or does not fit the weights.
        """
        found = [weights(leaf) for weights, leaf in zip(self._for(y), _leaves(y))]
        return tree.pack_sequence_as(y, found) if tree.is_nested(y) else found[0]

    def _for(self, y: Any) -> list[_OutputWeights]:
        if self._weights is None:
            names = _names(y, self.outputs)
            known = {output.name: output for output in self.outputs}
            if len(self.outputs) == len(names):
                known = dict(zip(names, self.outputs))
            self._weights = [
                _OutputWeights(given, known.get(name, Output(name)))
                for name, given in zip(names, _per_output(self.given, names))
            ]
        return self._weights


class _OutputWeights:
    """The weights of one output's classes."""

    def __init__(self, given: Any, output: Output):
        self.given, self.output = given, output
        self.kind: Kind | None = "binary" if isinstance(given, (list, tuple)) else None
        self.counts = ClassCounts(output, self.kind)
        self._table: np.ndarray | None = None
        if isinstance(given, dict):
            self.weights = _checked(given, output)
        elif isinstance(given, (list, tuple)):
            if not all(one is None or isinstance(one, dict) for one in given):
                numbers = ", ".join(f"{i}: {weight}" for i, weight in enumerate(given))
                raise ValueError(
                    f"class_weight={given!r:.80} is a list, which gives a dict for each of several "
                    f"labels. For weights of classes pass a dict: {{{numbers:.80}}}."
                )
            self.labels = [_checked(one or {}, Output(output.name, None, 2)) for one in given]

    def count(self, y: Any) -> None:
        if self.given == "balanced":
            self.counts.add(y)

    def __call__(self, y: Any) -> np.ndarray | None:
        if self.given is None:
            return None
        y = np.asarray(y)
        self.kind = self.kind or self.counts.kind or kind_of(y, self.output.kind)
        indices = class_indices(y, self.kind, self.output.name)
        if self._table is None:
            self._warn_of_no_classes(y)
            self._table = self._label_table(y) if self.kind == "binary" else self._class_table(y)
        if self.kind == "binary":
            return np.where(indices > 0, self._table[:, 1], self._table[:, 0])
        last = len(self._table) - 1
        return self._table[np.where((indices >= 0) & (indices < last), indices, last)]

    def _warn_of_no_classes(self, y: np.ndarray) -> None:
        """Say that numbers were rounded, unless the loss or their range speaks of classes."""
        fractions = (
            y[np.round(y) != y] if y.dtype.kind == "f" and self.kind == "class indices" else y[:0]
        )
        if not fractions.size or (self.output.kind is not None and y.min() >= 0 and y.max() <= 1):
            return
        number = fractions.flat[0]
        warn(
            f"class_weight weighs classes, but the targets of {self.output.name!r} are no class "
            f"indices: {number} counts as class {round(number)}. Weigh numbers by sample_weight."
        )

    def _class_table(self, y: np.ndarray) -> np.ndarray:
        """The weight of each class; the last entry is for all others."""
        if self.given == "balanced":
            self.weights = dict(enumerate(balanced(self.counts.counts)))
        elif self.kind == "one-hot":
            self.weights = _checked(self.given, Output(self.output.name, None, y.shape[-1]))
        table = np.ones(max(self.weights, default=0) + 2, "float32")
        for number, weight in self.weights.items():
            table[number] = weight
        return table

    def _label_table(self, y: np.ndarray) -> np.ndarray:
        """The weights `(labels, 2)` of the zeros and ones of each label."""
        labels = y.shape[-1]
        if self.given == "balanced":
            return balanced(self.counts.counts)
        table = np.ones((labels, 2), "float32")
        if isinstance(self.given, dict):
            for label, weight in _checked(
                self.given, Output(self.output.name, None, labels)
            ).items():
                table[label, 1] = weight
            return table
        if len(self.labels) != labels:
            raise ValueError(
                f"class_weight is a list of {len(self.labels)} entries, one for each label, but "
                f"{self.output.name!r} has targets of shape {y.shape}, that is {labels} labels."
            )
        for label, weights in enumerate(self.labels):
            for number, weight in weights.items():
                table[label, number] = weight
        return table


def balanced(counts: np.ndarray) -> np.ndarray:
    """`samples / (classes * samples of the class)` along the last axis; 1 for empty classes."""
    classes = np.sum(counts > 0, axis=-1, keepdims=True)
    total = np.sum(counts, axis=-1, keepdims=True)
    filled = np.where(counts > 0, counts, 1)
    return np.where(counts > 0, total / (classes * filled), 1).astype("float32")


def as_class_weights(given: Any) -> ClassWeights | None:
    """What a user or a model passed, as `ClassWeights`; None stays None."""
    return given if given is None or isinstance(given, ClassWeights) else ClassWeights(given)


def _checked(given: dict, output: Output) -> dict[int, float]:
    found = {}
    for key, weight in given.items():
        try:
            number = operator.index(int(key) if int(key) == key else key)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"class_weight has the key {key!r}, but classes are given by their indices: "
                "{0: 1.0, 1: 5.0}. For several outputs, pass a dict from the output's name to such "
                "a dict."
            ) from error
        if number < 0 or (output.classes is not None and number >= output.classes):
            known = "" if output.classes is None else f" to {output.classes - 1}"
            raise ValueError(
                f"class_weight has a weight for class {number} of {output.name!r}, whose classes "
                f"are counted from 0{known}."
            )
        if not np.isscalar(weight) or not 0 <= weight < np.inf:
            raise ValueError(
                f"class_weight gives class {number} of {output.name!r} the weight {weight!r}; it "
                "must be a number from 0."
            )
        found[number] = float(weight)
    return found


def _per_output(given: Any, names: list[str]) -> list[Any]:
    by_name = isinstance(given, dict) and given and all(isinstance(k, str) for k in given)
    if by_name:
        unknown = [key for key in given if key not in names]
        if unknown:
            raise ValueError(f"class_weight has entries for {unknown}, but y has {names}.")
        return [given.get(name) for name in names]
    if given == "balanced":
        return [given] * len(names)
    if len(names) == 1:
        return [given]
    if isinstance(given, (list, tuple)) and len(given) == len(names):
        return list(given)
    raise ValueError(
        f"class_weight must say which of the {len(names)} outputs {names} it is for: pass a dict "
        "from the output's name to a dict from class to weight, or a list of these; "
        f"got {given!r:.80}."
    )


def _names(y: Any, outputs: list[Output]) -> list[str]:
    leaves = _leaves(y)
    if not leaves or any(leaf is None for leaf in leaves):
        raise ValueError("class_weight needs targets y, which tell the class of each sample.")
    if isinstance(y, dict):
        return ["/".join(map(str, path)) for path, _ in tree.flatten_with_path(y)]
    if len(outputs) == len(leaves):
        return [output.name for output in outputs]
    return ["y"] if len(leaves) == 1 else [f"output_{i}" for i in range(len(leaves))]


def _leaves(y: Any) -> list[Any]:
    return tree.flatten(y)


def _values(given: Any) -> list[Any]:
    """All parts of nested weights that are no structures, as a list."""
    if isinstance(given, dict):
        given = list(given.values())
    if isinstance(given, (list, tuple)):
        return [value for one in given for value in _values(one)]
    return [given]
