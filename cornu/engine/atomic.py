"""Writing files so that whoever reads, also after a kill, finds the old content or the new one.

What is new is written into a workplace, a hidden folder beside the file, and takes the file's place
in one step at the end. The writer holds a lock on the workplace, which ends with its process: so
the next writer in that folder knows the workplaces of dead ones and clears them away.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import stat
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows has no such locks; workplaces of killed writers stay there.
    fcntl = None

PREFIX, SUFFIX = ".cornu-", ".tmp"
# In a workplace: what is new, and, once that is whole, the name of the folder it shall replace.
CONTENT, MARK = "content", "replaces"
# Many writers tell the format by the suffix, so the new file has it too, unless it is long.
LONGEST_SUFFIX = 20
KEPT = "What stood there before is still there."


@contextlib.contextmanager
def replacing(target: str | os.PathLike, folder: bool = False) -> Iterator[Path]:
    """A new path, whose content takes the place of `target` when the block ends without an error.

    A link stays a link: the file it leads to is replaced. The mode of what is replaced is kept.

    Args:
        target: the final path.
        folder: whether a folder is written, not a file.

    Raises:
        OSError: naming `target`, if it cannot be written. What was there is still there.
    """
    shown, target = Path(target), Path(os.path.realpath(target))
    _check_place(shown, target, folder)
    try:
        with _workplace(target.parent) as place:
            suffix = target.suffix if len(target.suffix) <= LONGEST_SUFFIX else ""
            new = place / f"{CONTENT}{suffix}"
            yield new
            _keep_mode(new, target)
            flush(new)
            if folder:
                _replace_folder(place, new, target)
            else:
                os.replace(new, target)
            flush_folder(target.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        if error.filename is not None and PREFIX not in str(error.filename):
            reason += f": {str(error.filename)!r}"
        text = f"{str(shown)!r} was not written: {reason}. {KEPT}{_advice(error.errno)}"
        raise (OSError(error.errno, text) if error.errno else OSError(text)) from error


def write_bytes(target: str | os.PathLike, content: Any) -> None:
    """Replace a file by these bytes, whole or not at all."""
    with replacing(target) as new:
        new.write_bytes(content)


def write_text(target: str | os.PathLike, text: str) -> None:
    """Replace a file by this text in UTF-8, whole or not at all."""
    write_bytes(target, text.encode())


def write_figure(figure: Any, target: Any, **settings: Any) -> None:
    """Write a figure of matplotlib to a path, whole or not at all, or to an open file."""
    if hasattr(target, "write"):
        figure.savefig(target, **settings)
        return
    target = Path(target)
    with replacing(target if target.suffix else f"{target}.png") as new:
        figure.savefig(new, **settings)


def recover(target: str | os.PathLike) -> None:
    """Finish the replacement of a folder that a kill broke off between its two steps.

    Only systems that cannot exchange two folders in one step need the two. For readers that find
    nothing at `target`.
    """
    target = Path(target)
    for place in _workplaces(target.parent):
        if _mark_of(place) == target.name:
            with _locked(place, wait=True):
                _finish(place, target)


def read_whole(path: str | os.PathLike, read: Callable[[], Any], seconds: float = 10.0) -> Any:
    """What `read` gives, from one version of a folder, or of an index and the files it names.

    Args:
        path: the folder or index, which a writer may replace while `read` is at it.
        read: reads everything; it is called again where something was replaced meanwhile.
        seconds: how long to try again.
    """
    end = time.monotonic() + seconds
    while True:
        before = _identity(path)
        try:
            result = read()
        except (OSError, ValueError):
            if _identity(path) == before or time.monotonic() > end:
                raise
            continue
        if _identity(path) == before or time.monotonic() > end:
            return result


@contextlib.contextmanager
def one_writer(folder: Path) -> Iterator[bool]:
    """Waits until no other writer is in this block for the same folder; whether that is sure."""
    with _locked(folder, wait=True) as sure:
        yield sure


def _check_place(shown: Path, target: Path, folder: bool) -> None:
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"There is no folder {str(target.parent)!r} to write {target.name!r} into. Make it "
            "first, with `os.makedirs(folder, exist_ok=True)`."
        )
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        text = f"{str(shown)!r} cannot be written: {error.strerror}. Choose another name."
        raise OSError(error.errno, text) from error
    if folder and not stat.S_ISDIR(mode):
        raise NotADirectoryError(
            f"A folder is to be written at {str(shown)!r}, but there is a file. Delete it, or "
            "choose another name."
        )
    if not folder and stat.S_ISDIR(mode):
        raise IsADirectoryError(
            f"A file is to be written at {str(shown)!r}, but there is a folder. Delete it, or "
            "choose another name."
        )
    if not folder and not stat.S_ISREG(mode):
        raise OSError(f"{str(shown)!r} is no file but a device or pipe; choose a file's name.")


def _advice(number: int | None) -> str:
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return " Free some space, or write elsewhere."
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return " Check the rights of its folder, in which a new file is made first."
    return ""


# --- workplaces ---------------------------------------------------------------------------------


@contextlib.contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    _clear_dead(parent)
    while True:
        place = parent / f"{PREFIX}{uuid.uuid4().hex}{SUFFIX}"
        place.mkdir()
        with _locked(place) as locked:
            # A writer that came between has taken it for a dead one's.
            if locked is None or not place.is_dir():
                continue
            try:
                yield place
            finally:
                _clear(place)
            return


def _workplaces(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    with os.scandir(parent) as entries:
        names = [e.name for e in entries if e.name.startswith(PREFIX) and e.name.endswith(SUFFIX)]
    return [parent / name for name in names]


def _clear_dead(parent: Path) -> None:
    for place in _workplaces(parent):
        with _locked(place) as locked:
            if locked:
                _clear(place)


def _clear(place: Path) -> None:
    replaced = _mark_of(place)
    if replaced is not None:
        _finish(place, place.with_name(replaced))
    shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path, wait: bool = False) -> Iterator[bool | None]:
    """True with the lock; None where another process has it; False where there are no locks."""
    if fcntl is None:
        yield False
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield None
        return
    try:
        yield _lock(handle, wait)
    finally:
        os.close(handle)


def _lock(handle: int, wait: bool) -> bool | None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return None
    except OSError:  # Some network file systems have no locks.
        return False
    return True


# --- folders ------------------------------------------------------------------------------------


def _replace_folder(place: Path, new: Path, target: Path) -> None:
    if not target.exists():
        os.rename(new, target)
    elif not _exchange(new, target):
        (place / "mark").write_text(target.name, encoding="utf-8")
        flush(place / "mark")
        # Whole or not there, as it is the name that the next one gives what is new.
        os.rename(place / "mark", place / MARK)
        flush_folder(place)
        os.rename(target, place / "old")
        os.rename(new, target)
        (place / MARK).unlink()


def _mark_of(place: Path) -> str | None:
    try:
        name = (place / MARK).read_text(encoding="utf-8")
    except OSError:
        return None
    return name if os.path.basename(name) == name else None


def _finish(place: Path, target: Path) -> None:
    if target.exists():
        return
    for new in [*place.glob(f"{CONTENT}*"), place / "old"]:
        if new.exists():
            os.rename(new, target)
            return


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two paths in one step; False where the system cannot."""
    library = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    names = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        return library.renamex_np(*names, RENAME_SWAP) == 0
    if not hasattr(library, "renameat2"):
        return False
    return library.renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0


AT_FDCWD, RENAME_EXCHANGE = -100, 2  # of Linux
RENAME_SWAP = 2  # of macOS


# --- bytes and modes ------------------------------------------------------------------------------


def _identity(path: str | os.PathLike) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def _keep_mode(new: Path, target: Path) -> None:
    """Give what is new the mode of what it replaces, file by file in a folder."""
    pairs = [(new, target)]
    if new.is_dir():
        pairs += [(path, target / path.relative_to(new)) for path in new.rglob("*")]
    for path, old in pairs:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.chmod(path, stat.S_IMODE(old.stat().st_mode))


def flush(path: Path) -> None:
    """Have the disk keep the bytes of a file, or of all files of a folder."""
    if path.is_dir():
        for inner in path.iterdir():
            flush(inner)
        flush_folder(path)
        return
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(folder: Path) -> None:
    """Have the disk keep the names in a folder."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
