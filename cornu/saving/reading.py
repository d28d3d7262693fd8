"""The frame around reading one file: its budget, and one kind of error for whatever is wrong."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from cornu.engine.errors import DAMAGE, LoadError
from cornu.engine.limits import Budget, Limits, spending


@contextlib.contextmanager
def reading(file: Any, limits: Limits | None = None, held: int | None = None) -> Iterator[Budget]:
    """Read one file: all of its claims are spent from one budget.

    Args:
        file: its path, or what errors call it.
        limits: how much it may take; None for the usual limits.
        held: the bytes that are really there; the size of the file or folder by default.

    Raises:
        LoadError: in place of any error that a damaged or foreign file causes; the first error,
            such as one of a user's own layer, is its `__cause__`.
    """
    held = size_of(file) if held is None else held
    try:
        with spending(Budget(limits, file, held)) as budget:
            yield budget
    except LoadError as error:
        if error.file is None:
            error.file = file
        raise
    except DAMAGE as error:
        raise LoadError(
            "it is damaged, or was made for something else",
            file=file,
            found=f"{type(error).__name__}: {error}",
            advice="save it again, or load a copy",
        ) from error


def size_of(path: Any) -> int:
    """Bytes in a file, or in the files of a folder; links are not followed within it."""
    if not os.path.isdir(path):
        return os.path.getsize(path)
    return sum(
        os.lstat(os.path.join(folder, name)).st_size
        for folder, _, names in os.walk(path)
        for name in names
    )


def as_path(value: Any, what: str, example: str) -> str:
    """A path that a user gave, as text.

    Args:
        value: what was given.
        what: how the error begins: "Weights are loaded from".
        example: a path that would do.

    Raises:
        TypeError: if it is no path.
    """
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(
            f"{what} a path, a text such as {example!r}; got {value!r} of type "
            f"{type(value).__name__}."
        )
    return os.fsdecode(value)
