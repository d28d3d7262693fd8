"""Callbacks for each fold: copies of those the user passed, which write to places of their own."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cornu.training.callback_list import as_list, check_callback

FILE_ATTRIBUTES = ("filepath", "filename")
FOLDER_ATTRIBUTES = ("log_dir", "backup_dir")


def callbacks_of_fold(callbacks: Any, fold: int) -> list:
    """New callbacks for a fold.

    Args:
        callbacks: a callback or several, which are copied, or a function from the number of the
            fold, from 1, to a list of new ones.
        fold: the number of the fold.

    Returns:
        A list. Where a copy writes to a file or folder, `{fold}` in its path is the number of the
        fold; a path without it gets a folder `fold_1`, `fold_2`, ... of its own.
    """
    if is_factory(callbacks):
        made = as_list(callbacks(fold))
        for callback in made:
            check_callback(callback)
        return made
    copies = []
    for callback in as_list(callbacks):
        check_callback(callback)
        copies.append(redirected(clone(callback), fold))
    return copies


def is_factory(callbacks: Any) -> bool:
    return callable(callbacks) and not isinstance(callbacks, (Iterable, type))


def clone(callback: Any) -> Any:
    """A copy that shares nothing with the callback, and does not bring its last model along."""
    memo = {
        id(owner): None
        for owner in (getattr(callback, "_model", None), getattr(callback, "callback_list", None))
    }
    return copy.deepcopy(callback, memo)


def redirected(callback: Any, fold: int) -> Any:
    for name in (*FILE_ATTRIBUTES, *FOLDER_ATTRIBUTES):
        path = vars(callback).get(name)
        if not isinstance(path, (str, Path)) or not str(path):
            continue
        if "{fold}" in str(path):
            new = str(path).replace("{fold}", str(fold))
        elif name in FILE_ATTRIBUTES:
            new = str(Path(path).parent / f"fold_{fold}" / Path(path).name)
        else:
            new = str(Path(path) / f"fold_{fold}")
        if name in FILE_ATTRIBUTES:
            Path(new).parent.mkdir(parents=True, exist_ok=True)
        setattr(callback, name, type(path)(new))
    return callback


def check_monitors(callbacks: list, has_validation: bool) -> None:
    """Raise a ValueError if a callback watches a validation that does not take place."""
    for callback in callbacks:
        monitor = getattr(callback, "monitor", None)
        if isinstance(monitor, str) and monitor.startswith("val_") and not has_validation:
            raise ValueError(
                f"{type(callback).__name__} monitors {monitor!r}, but the folds are trained "
                "without validation. Pass validation_split=0.1 to set a part of their training "
                "data aside for it. validation_data='test' would use the test part: its scores "
                "would then be too good, since the training was steered by it."
            )
