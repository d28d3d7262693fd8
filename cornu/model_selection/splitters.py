"""From a number, a name or a scikit-learn splitter to checked pairs of index arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from cornu.data.class_targets import without_class_axis
from cornu.engine.extras import require


class Kind(NamedTuple):
    """A way to split that has a name."""

    splitter: str
    arguments: Callable[[str | None], dict]
    shuffles: bool = True
    grouped: bool = False


def number(name: str, default: int) -> Callable[[str | None], dict]:
    return lambda text: {name: default if text is None else int(text)}


def share(text: str | None) -> dict:
    return {"n_splits": 1, "test_size": 0.2 if text is None else float(text)}


def times(text: str | None) -> dict:
    folds, repeats = (5, 10) if text is None else map(int, text.split("x"))
    return {"n_splits": folds, "n_repeats": repeats}


KINDS = {
    "hold-out": Kind("ShuffleSplit", share),
    "stratified-hold-out": Kind("StratifiedShuffleSplit", share),
    "group-hold-out": Kind("GroupShuffleSplit", share, grouped=True),
    "k-fold": Kind("KFold", number("n_splits", 5)),
    "stratified": Kind("StratifiedKFold", number("n_splits", 5)),
    "group": Kind("GroupKFold", number("n_splits", 5), shuffles=False, grouped=True),
    "stratified-group": Kind("StratifiedGroupKFold", number("n_splits", 5), grouped=True),
    "repeated": Kind("RepeatedKFold", times),
    "repeated-stratified": Kind("RepeatedStratifiedKFold", times),
    "time-series": Kind("TimeSeriesSplit", number("n_splits", 5), shuffles=False),
    "leave-one-out": Kind("LeaveOneOut", lambda text: {}, shuffles=False),
    "leave-p-out": Kind("LeavePOut", number("p", 2), shuffles=False),
    "leave-one-group-out": Kind("LeaveOneGroupOut", lambda text: {}, shuffles=False, grouped=True),
    "leave-p-groups-out": Kind(
        "LeavePGroupsOut", number("n_groups", 2), shuffles=False, grouped=True
    ),
}


def make_splitter(cv: int | str, *, seed: int | None = None, grouped: bool = False) -> Any:
    """The scikit-learn splitter behind a number or a name.

    Args:
        cv: a number k for k folds (of groups, if `grouped`), or one of the names, some with a value
            behind a colon: `"hold-out:0.2"`, `"stratified-hold-out:0.2"`, `"group-hold-out:0.2"`
            (the fraction of the test part), `"k-fold:5"`, `"stratified:5"`, `"group:5"`,
            `"stratified-group:5"`, `"time-series:5"` (the number of folds), `"repeated:5x10"`,
            `"repeated-stratified:5x10"` (folds and repeats), `"leave-one-out"`, `"leave-p-out:2"`,
            `"leave-one-group-out"`, `"leave-p-groups-out:2"`. The values shown are the defaults.
        seed: of the order in which samples are dealt out, for those ways that shuffle.
        grouped: whether the samples have groups.

    Returns:
        An object with `split(x, y, groups)`.

    Raises:
        ValueError: for an unknown name, a nonsense value, or groups that the way would not heed.

    >>> from cornu.model_selection import make_splitter
    >>> make_splitter("repeated:5x2", seed=1)
    RepeatedKFold(n_repeats=2, n_splits=5, random_state=1)
    """
    if isinstance(cv, (int, np.integer)) and not isinstance(cv, bool):
        cv = f"{'group' if grouped else 'k-fold'}:{cv}"
    name, _, value = cv.partition(":")
    if name not in KINDS:
        raise ValueError(
            f"cv={cv!r} is no known way to split. Pass a number of folds, one of "
            f"{', '.join(map(repr, KINDS))}, a scikit-learn splitter, or pairs of index arrays."
        )
    kind = KINDS[name]
    if grouped != kind.grouped:
        raise ValueError(
            f"cv={cv!r} needs `groups`, one for each sample."
            if kind.grouped
            else f"cv={cv!r} would not keep groups together, but `groups` were passed. Use one of "
            f"{', '.join(repr(n) for n, k in KINDS.items() if k.grouped)}."
        )
    try:
        arguments = kind.arguments(value or None)
    except ValueError as error:
        raise ValueError(
            f"cv={cv!r}: {value!r} is no value for {name!r}. Examples: 'k-fold:5', "
            "'hold-out:0.2', 'repeated:5x10', 'leave-p-out:2'."
        ) from error
    selection = require("sklearn.model_selection", "select")
    if kind.shuffles:
        arguments["random_state"] = None if seed is None else seed % 2**32
        if kind.splitter in ("KFold", "StratifiedKFold", "StratifiedGroupKFold"):
            arguments["shuffle"] = True
    try:
        return getattr(selection, kind.splitter)(**arguments)
    except ValueError as error:
        raise ValueError(f"cv={cv!r}: {error}") from error


def split_indices(
    cv: Any, length: int, y: Any = None, groups: Any = None, *, seed: int | None = None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The folds as pairs of index arrays `(train, test)`, checked.

    Args:
        cv: as for `make_splitter`; or any object with `split(x, y, groups)`; or an iterable of
            pairs of index arrays or boolean masks.
        length: number of samples.
        y: targets, for ways that keep the fractions of the classes: class indices or names
            `(samples,)` or `(samples, 1)`, or one-hot `(samples, classes)`.
        groups: one for each sample; a group is never in both parts.
        seed: see `make_splitter`.

    Raises:
        ValueError: for more folds than samples, groups or members of a class; and for pairs that
            share a sample, are empty, or point outside the data.

    >>> from cornu.model_selection import split_indices
    >>> [(train.tolist(), test.tolist()) for train, test in split_indices("time-series:2", 6)]
    [([0, 1], [2, 3]), ([0, 1, 2, 3], [4, 5])]
    """
    groups = checked_groups(groups, length)
    if isinstance(cv, (int, np.integer, str)) and not isinstance(cv, bool):
        cv = make_splitter(cv, seed=seed, grouped=groups is not None)
    if hasattr(cv, "split"):
        pairs = pairs_of_splitter(cv, length, y, groups)
    elif isinstance(cv, Iterable):
        pairs = list(cv)
    else:
        raise ValueError(
            f"cv={cv!r} is of type {type(cv).__name__}. Pass a number of folds, a name such as "
            "'stratified', a scikit-learn splitter, or pairs of index arrays."
        )
    if not pairs:
        raise ValueError("cv gives no fold at all.")
    return [checked_pair(pair, length, i) for i, pair in enumerate(pairs, 1)]


def pairs_of_splitter(splitter: Any, length: int, y: Any, groups: Any) -> list:
    folds = getattr(splitter, "n_splits", None)
    labels = None
    if "Stratified" in type(splitter).__name__:
        labels = class_labels(y, type(splitter).__name__)
        check_members(labels, folds, groups)
    elif y is not None and np.ndim(y) == 1 and len(y) == length:
        labels = np.asarray(y)
    if isinstance(folds, int) and groups is None and folds > length:
        raise ValueError(
            f"cv asks for {folds} folds, but there are {length} samples. Ask for at most {length}."
        )
    if isinstance(folds, int) and groups is not None and "Group" in type(splitter).__name__:
        found = len(np.unique(groups))
        if folds > found and "Shuffle" not in type(splitter).__name__:
            raise ValueError(
                f"cv asks for {folds} folds, but there are {found} groups. Ask for at most {found}."
            )
    return list(splitter.split(np.zeros((length, 1)), labels, groups))


def class_labels(y: Any, where: str) -> np.ndarray:
    """The class of each sample, `(samples,)`.

    Raises:
        ValueError: if y is missing, holds several arrays or several classes for one sample.
    """
    if y is None or isinstance(y, (dict, list, tuple)):
        raise ValueError(
            f"{where} needs one array of classes, but y is "
            f"{'missing' if y is None else 'a structure of several arrays'}. Pass as `cv` the "
            "pairs that a splitter gives for the classes you mean: "
            "`cv=StratifiedKFold(5).split(classes, classes)`."
        )
    y = without_class_axis(np.asarray(y), one_hot=False)
    if y.ndim == 2 and y.dtype.kind != "U" and np.all(np.sum(y, axis=-1) == 1):
        y = np.argmax(y, axis=-1)
    if y.ndim != 1 or (y.dtype.kind == "f" and np.any(y != np.round(y))):
        raise ValueError(
            f"{where} needs one class for each sample, but y of shape {y.shape} and dtype "
            f"{y.dtype} holds something else. Use 'k-fold', or make classes of the values."
        )
    return y.astype("int64") if y.dtype.kind == "f" else y


def check_members(labels: np.ndarray, folds: int | None, groups: Any) -> None:
    """Raise a ValueError if a class has too few members to be in every part."""
    classes, counts = np.unique(labels, return_counts=True)
    fewest = int(np.argmin(counts))
    needed = max(folds or 2, 2) if groups is None else 1
    if counts[fewest] < needed:
        raise ValueError(
            f"Class {classes[fewest]!s} has {counts[fewest]} members, fewer than the {needed} "
            "parts it is dealt out to. Ask for fewer folds, merge rare classes, or use 'k-fold'."
        )


def checked_groups(groups: Any, length: int) -> np.ndarray | None:
    """The groups as an array.

    Raises:
        ValueError: if there is not one for each sample.
    """
    if groups is None:
        return None
    groups = np.asarray(groups)
    if groups.shape != (length,):
        raise ValueError(
            f"groups must hold one entry for each of the {length} samples; got shape "
            f"{groups.shape}."
        )
    return groups


def checked_pair(pair: Any, length: int, fold: int) -> tuple[np.ndarray, np.ndarray]:
    """Training and test indices as integer arrays."""
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ValueError(f"cv: fold {fold} is no pair (training indices, test indices): {pair!r}.")
    train, test = (as_indices(part, length) for part in pair)
    for name, part in (("training", train), ("test", test)):
        if not len(part):
            raise ValueError(f"cv: the {name} part of fold {fold} is empty.")
        if part.min() < 0 or part.max() >= length:
            raise ValueError(
                f"cv: the {name} part of fold {fold} points to sample "
                f"{part.min() if part.min() < 0 else part.max()}; there are {length} samples."
            )
    shared = np.intersect1d(train, test)
    if len(shared):
        raise ValueError(
            f"cv: fold {fold} has {len(shared)} samples in both parts (sample {shared[0]} is one), "
            "so its score would say nothing about new data."
        )
    return train, test


def as_indices(part: Any, length: int) -> np.ndarray:
    part = np.asarray(part)
    if part.dtype == bool and part.shape == (length,):
        return np.flatnonzero(part)
    if part.ndim != 1 or (part.size and part.dtype.kind not in "iu"):
        raise ValueError(
            f"cv: indices must be a list of whole numbers or a mask of {length} booleans; got an "
            f"array of shape {part.shape} and dtype {part.dtype}."
        )
    return part.astype("int64")
