"""Splits of data into two or three parts that keep classes in proportion and groups together."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cornu import tree
from cornu.data.arrays import common_length, to_arrays
from cornu.engine import randomness
from cornu.engine.extras import require
from cornu.model_selection.splitters import checked_groups, class_labels


def take(structure: Any, indices: Any) -> Any:
    """The chosen samples of a nested structure of arrays; None stays None."""
    return tree.map_structure(lambda a: None if a is None else a[indices], structure)


def train_val_test_split(
    *arrays: Any,
    val_size: float | int = 0.15,
    test_size: float | int = 0.15,
    stratify: Any = None,
    groups: Any = None,
    shuffle: bool = True,
    seed: int | None = None,
) -> tuple:
    """Split data into a part to train with, one to choose by, and one to report on.

    Args:
        *arrays: x, or x and y, or more: arrays, data frames, lists of numbers, or nested
            structures of these, all of the same length.
        val_size: fraction of the samples, or their number as an int, for validation.
        test_size: likewise for the test.
        stratify: the class of each sample, `(samples,)`; each part then has its fraction of each
            class. True takes the last of `arrays`.
        groups: the group of each sample, `(samples,)`; no group is in two parts. The sizes are
            then met as far as whole groups allow.
        shuffle: whether samples are drawn; otherwise the parts follow one another: training,
            validation, test.
        seed: of the draw; from Python's generator, which `utils.set_random_seed` sets, if None.

    Returns:
        With one array: `train, val, test`. With several: a tuple of them for each part, so that
        `(x_train, y_train), (x_val, y_val), (x_test, y_test)` can be written.

    Raises:
        ValueError: if a part would be empty, a class too small, or arguments contradict.

    >>> from cornu.model_selection import train_val_test_split
    >>> x, y = np.arange(20), np.arange(20) % 2
    >>> train, val, test = train_val_test_split(
    ...     x, y, val_size=0.2, test_size=0.2, stratify=True, seed=0
    ... )
    >>> [len(part[0]) for part in (train, val, test)], np.bincount(test[1]).tolist()
    ([12, 4, 4], [2, 2])
    """
    if not arrays:
        raise ValueError("train_val_test_split needs at least one array to split.")
    arrays = tuple(to_arrays(a, f"array {i}") for i, a in enumerate(arrays, 1))
    length = common_length({f"array {i}": a for i, a in enumerate(arrays, 1)})
    if stratify is True:
        stratify = arrays[-1]
    counts = [part_count(val_size, length, "val_size"), part_count(test_size, length, "test_size")]
    if sum(counts) >= length:
        raise ValueError(
            f"val_size={val_size} and test_size={test_size} leave no samples to train with: there "
            f"are {length} in all."
        )
    rest, test = two_parts(length, counts[1], stratify, groups, shuffle, drawn(seed), left=2)
    inner = [None if a is None or a is False else np.asarray(a)[rest] for a in (stratify, groups)]
    train, val = two_parts(len(rest), counts[0], *inner, shuffle, drawn(seed))
    parts = [take(arrays, indices) for indices in (rest[train], rest[val], test)]
    return tuple(part[0] if len(arrays) == 1 else part for part in parts)


@dataclass(frozen=True)
class ValidationSplit:
    """What `fit` takes as `validation_split` where the last part of the data will not do.

    Args:
        size: fraction of the samples, or their number as an int, to validate with.
        stratify: True keeps the fractions of the classes in y; an array `(samples,)` those of other
            classes.
        groups: the group of each sample, `(samples,)`; no group is in both parts.
        shuffle: whether samples are drawn; otherwise the last ones are taken.
        seed: of the draw; from Python's generator if None.

    Raises:
        ValueError: when the data are split, if a part would be empty or a class is too small.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
    >>> model.compile("sgd", "binary_crossentropy")
    >>> split = keras.model_selection.ValidationSplit(0.2, stratify=True, seed=1)
    >>> x, y = np.zeros((50, 2)), np.arange(50) % 5 == 0
    >>> sorted(model.fit(x, y, validation_split=split, verbose=0).history)
    ['loss', 'val_loss']
    >>> (x_train, y_train, _), (x_val, y_val, _) = split((x, y, None))
    >>> y_train.sum().item(), y_val.sum().item()
    (8, 2)
    """

    size: float | int = 0.2
    stratify: Any = False
    groups: Any = None
    shuffle: bool = True
    seed: int | None = None

    def __call__(self, arrays: tuple) -> tuple[tuple, tuple]:
        """Split `(x, y, sample_weight)` into one such tuple to train with and one to validate."""
        arrays = to_arrays(arrays, "x")
        train, val = self.indices(common_length({"x": arrays}), arrays[1])
        return take(arrays, train), take(arrays, val)

    def indices(self, length: int, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Indices of the samples to train with and of those to validate with."""
        count = part_count(self.size, length, "size")
        stratify = y if self.stratify is True else self.stratify
        return two_parts(length, count, stratify, self.groups, self.shuffle, drawn(self.seed))

    def of_samples(self, chosen: np.ndarray) -> ValidationSplit:
        """The same for a selection of the samples."""
        arrays = {
            name: np.asarray(value)[chosen]
            for name, value in (("stratify", self.stratify), ("groups", self.groups))
            if value is not None and not isinstance(value, bool)
        }
        return replace(self, **arrays)


def part_count(size: float | int, length: int, name: str) -> int:
    """The number of samples of a part; its share is rounded up, as scikit-learn does."""
    is_share = isinstance(size, (float, np.floating))
    count = math.ceil(size * length) if is_share else int(size)
    if not 0 < count < length or (is_share and not 0 < size < 1):
        raise ValueError(
            f"{name}={size!r} must be a share between 0 and 1, or a number of samples from 1 to "
            f"{length - 1}, since there are {length}."
        )
    return count


def two_parts(
    length: int,
    count: int,
    stratify: Any,
    groups: Any,
    shuffle: bool,
    seed: int,
    left: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Sorted indices of all but about `count` samples (of `left` groups at least), and of these."""
    stratify = None if stratify is False else stratify
    groups = checked_groups(groups, length)
    if groups is not None:
        if stratify is not None or not shuffle:
            raise ValueError(
                "groups can neither be stratified nor kept in order: pass one of `groups`, "
                "`stratify` and `shuffle=False`."
            )
        return group_parts(groups, count, seed, left)
    if stratify is not None:
        if not shuffle:
            raise ValueError("`stratify` draws the samples, so it cannot go with shuffle=False.")
        return stratified_parts(class_labels(stratify, "stratify"), length, count, seed)
    order = np.arange(length)
    if shuffle:
        order = np.random.default_rng(seed).permutation(length)
    return np.sort(order[: length - count]), np.sort(order[length - count :])


def stratified_parts(labels: np.ndarray, length: int, count: int, seed: int) -> tuple:
    if len(labels) != length:
        raise ValueError(f"stratify has {len(labels)} entries for {length} samples.")
    classes, members = np.unique(labels, return_counts=True)
    if members.min() < 2 or count < len(classes) or length - count < len(classes):
        rarest = int(np.argmin(members))
        raise ValueError(
            f"Each of the {len(classes)} classes must be in both parts of {length - count} and "
            f"{count} samples; class {classes[rarest]!s} has {members[rarest]} members. Merge rare "
            "classes, choose another size, or do not stratify."
        )
    selection = require("sklearn.model_selection", "select")
    splitter = selection.StratifiedShuffleSplit(1, test_size=count, random_state=seed % 2**32)
    train, test = next(splitter.split(np.zeros((length, 1)), labels))
    return np.sort(train), np.sort(test)


def group_parts(groups: np.ndarray, count: int, seed: int, left: int) -> tuple:
    """Whole groups for the second part, in random order, while they bring it nearer its size."""
    names, members = np.unique(groups, return_counts=True)
    if len(names) <= left:
        raise ValueError(
            f"The samples are of {len(names)} groups; {left + 1} parts need as many at least."
        )
    chosen, size = [], 0
    for group in np.random.default_rng(seed).permutation(len(names)):
        if len(chosen) == len(names) - left:
            break
        if not chosen or abs(size + members[group] - count) < abs(size - count):
            chosen.append(group)
            size += members[group]
    second = np.isin(groups, names[chosen])
    return np.flatnonzero(~second), np.flatnonzero(second)


def drawn(seed: int | None) -> int:
    return randomness.draw_seed() if seed is None else int(seed)
