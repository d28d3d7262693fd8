"""Writing so that a reader, or the next run after a kill, sees the old file or the new one."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(target: str | Path) -> Iterator[Path]:
    """A new path beside `target`, which takes its place when the block ends without an error.

    Args:
        target: the final path; what is written under the given path may be a file or a folder.

    Raises:
        FileNotFoundError: if the folder that shall hold it is not there.
    """
    target = Path(target)
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"There is no folder {str(target.parent)!r} to write {target.name!r} into. Make it "
            "first, with `os.makedirs(folder, exist_ok=True)`."
        )
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    try:
        yield temporary
        _flush(temporary)
        if temporary.is_dir() and target.is_dir():
            # A folder cannot be replaced in one step; the old one is moved away first.
            old = target.with_name(f".{target.name}.{uuid.uuid4().hex}.old")
            os.rename(target, old)
            os.rename(temporary, target)
            shutil.rmtree(old)
        else:
            os.replace(temporary, target)
        _flush_folder(target.parent)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    for file in files:
        with open(file, "rb+") as handle:
            os.fsync(handle.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def may_write(path: str | Path, overwrite: bool) -> bool:
    """Whether to write there: asks the user if the file exists and `overwrite` is False."""
    if overwrite or not Path(path).exists():
        return True
    answer = ""
    while answer not in ("y", "n"):
        answer = input(f"{path} exists already. Overwrite it? [y/n] ").strip().lower()
    return answer == "y"
