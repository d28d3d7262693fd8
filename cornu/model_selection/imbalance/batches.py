"""`BalancedBatches`: batches of arrays in which the classes have other shares than in the data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu import tree
from cornu.data.arrays import common_length, to_arrays
from cornu.data.base_feed import check_batch_size, drawn_seed, generator
from cornu.data.columns import Column
from cornu.model_selection.imbalance.resampling import resampled
from cornu.model_selection.imbalance.strategies import wanted_counts
from cornu.model_selection.splitters import class_labels


class BalancedBatches:
    """Batches for `fit` in which rare classes are repeated, or common ones left out.

    Samples are chosen by their numbers and copied when their batch is made. A class's samples come
    in a random order, none a second time before all others came, over the epochs too; each class is
    spread evenly over the batches. Orders depend on `seed` and the epoch only, so that a run that
    was broken off goes on exactly.

    Args:
        x: inputs: arrays, columns, or nested structures of these, `(samples, ...)`.
        y: targets, likewise.
        batch_size: samples in a batch.
        strategy: `"over"` for as many samples of each class in an epoch as of the largest,
            `"under"` for as many as of the smallest, `"square-root"` for shares as the roots of the
            counts; a dict from class to number of samples; or an object with `fit_resample`, such
            as those of imbalanced-learn, which is run once.
        classes: the class of each sample, `(samples,)`, where y does not tell: several outputs,
            labels, pixels.
        sample_weight: one weight per sample.
        reweight: whether samples weigh what undoes the new shares: batches are balanced, the mean
            loss is that of the data.
        seed: of the orders; from Python's generator if None.

    Attributes:
        num_batches: number of batches in an epoch.
        counts: samples of each class in an epoch, a dict.

    Raises:
        ValueError: for an unknown strategy, other lengths, and NaN in the targets.

    >>> from cornu.model_selection import BalancedBatches
    >>> y = np.array([0] * 90 + [1] * 10)
    >>> batches = BalancedBatches(np.arange(100), y, batch_size=20, strategy="under", seed=0)
    >>> batches.counts, batches.num_batches, [y.tolist().count(1) for _, y in batches]
    ({0: 10, 1: 10}, 1, [10])
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        batch_size: int = 32,
        *,
        strategy: Any = "over",
        classes: Any = None,
        sample_weight: Any = None,
        reweight: bool = False,
        seed: int | None = None,
    ):
        check_batch_size(batch_size)
        parts = {"x": x, "y": y, "sample_weight": sample_weight}
        parts = {name: to_arrays(part, name) for name, part in parts.items()}
        length = common_length(parts)
        self.seed = drawn_seed(seed)
        self.batch_size = batch_size
        labels = checked_classes(parts["y"] if classes is None else classes, length)
        self._parts = (parts["x"], parts["y"], parts["sample_weight"])
        self._chosen: np.ndarray | None = None
        before = dict(zip(*np.unique(labels, return_counts=True)))
        ready = hasattr(strategy, "fit_resample")
        if ready:
            found = resampled(strategy, *self._parts, labels, self.seed)
            self._parts, labels, self._chosen = found
        places = labels if self._chosen is None else labels[self._chosen]
        names, counts = np.unique(places, return_counts=True)
        wanted = counts if ready else wanted_counts(strategy, counts, names)
        self._members = [np.flatnonzero(places == name) for name in names]
        self._wanted = wanted
        self.counts = {name.item(): int(number) for name, number in zip(names, wanted)}
        self.num_batches = math.ceil(wanted.sum() / batch_size)
        self._weights = None
        if reweight:
            # Scaled so that the mean weight in an epoch is 1.
            shares = np.array([before[name] for name in names]) / length
            by_class = dict(zip(names, shares * wanted.sum() / np.maximum(wanted, 1)))
            self._weights = np.array([by_class.get(label, 0) for label in labels], "float32")

    def __len__(self) -> int:
        return self.num_batches

    def __iter__(self) -> Iterator[tuple]:
        return self.iterate(0)

    def indices(self, epoch: int) -> np.ndarray:
        """The numbers of the samples of an epoch, in order, as an int array."""
        chosen, places = [], []
        for number, (members, wanted) in enumerate(zip(self._members, self._wanted)):
            chosen.append(members[self._ranks(number, len(members), int(wanted), epoch)])
            rng = generator(self.seed, 2**62 + epoch * len(self._members) + number)
            places.append((np.arange(wanted) + rng.random(int(wanted))) / max(wanted, 1))
        found = np.concatenate(chosen)[np.argsort(np.concatenate(places), kind="stable")]
        return found if self._chosen is None else self._chosen[found]

    def _ranks(self, number: int, members: int, wanted: int, epoch: int) -> np.ndarray:
        """The next of an endless sequence of orders of a class's samples."""
        begin, stop = epoch * wanted, (epoch + 1) * wanted
        first, last = begin // members, -(-stop // members)
        orders = [
            generator(self.seed + number, turn).permutation(members) for turn in range(first, last)
        ]
        if not orders:
            return np.zeros(0, "int64")
        return np.concatenate(orders)[begin - first * members : stop - first * members]

    def iterate(self, epoch: int, start: int = 0) -> Iterator[tuple]:
        """The batches `(x, y)` or `(x, y, sample_weight)` of an epoch.

        Args:
            epoch: number of the epoch.
            start: number of batches to leave out.
        """
        order = self.indices(epoch)
        for begin in range(start * self.batch_size, len(order), self.batch_size):
            chosen = order[begin : begin + self.batch_size]
            x, y, weights = (_rows(part, chosen) for part in self._parts)
            if self._weights is not None:
                factors = self._weights[chosen]
                weights = factors if weights is None else weights * factors
            yield (x, y) if weights is None else (x, y, weights)


def checked_classes(classes: Any, length: int) -> np.ndarray:
    """The class of each sample, `(samples,)`.

    Raises:
        ValueError: for NaN, another length, and targets that do not tell one class.
    """
    if classes is not None and not isinstance(classes, (dict, list, tuple)):
        values = np.asarray(classes)
        if values.dtype.kind == "f" and np.isnan(values).any():
            rows = np.flatnonzero(np.isnan(values).reshape(len(values), -1).any(axis=1))
            raise ValueError(
                f"The targets are NaN in {len(rows)} of {len(values)} samples, the first is sample "
                f"{rows[0]}: these are of no class. Leave them out."
            )
        classes = values
    elif isinstance(classes, list) and not any(np.ndim(item) for item in classes):
        classes = np.asarray(classes)
    labels = class_labels(classes, "A balanced batch (pass `classes`, one for each sample)")
    if len(labels) != length:
        raise ValueError(f"classes has {len(labels)} entries for {length} samples.")
    return labels


def _rows(structure: Any, chosen: np.ndarray) -> Any:
    def rows(leaf: Any) -> Any:
        if leaf is None:
            return None
        return leaf.rows(chosen) if isinstance(leaf, Column) else leaf[chosen]

    return tree.map_structure(rows, structure)
