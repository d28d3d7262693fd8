"""Files on this machine and elsewhere, under one kind of name: a path or a URL.

`s3://`, `gs://` and `hdfs://` are read through PyArrow, any other `protocol://` through fsspec, and
what has no protocol is a path of this machine.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from cornu.engine.extras import require

Paths = str | os.PathLike | Iterable[str | os.PathLike]

READ_BY_PYARROW = ("s3", "gs", "gcs", "hdfs", "viewfs")
PROTOCOL = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+)://")
WILDCARDS = re.compile(r"[*?\[]")


def is_remote(path: str) -> bool:
    """Whether a name has a protocol."""
    return PROTOCOL.match(path) is not None


def expand(paths: Paths) -> list[str]:
    """The files that are meant.

    Args:
        paths: a path or URL, a pattern with `*`, `?` or `[...]`, or a list of these.

    Returns:
        The names: a pattern's in order of name, a list's in the order given.

    Raises:
        FileNotFoundError: if a pattern fits no file.
    """
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    found: list[str] = []
    for path in paths:
        name = os.fspath(path)
        if not WILDCARDS.search(name) or (not is_remote(name) and os.path.exists(name)):
            found.append(name)
            continue
        matches = sorted(matching(name))
        if not matches:
            raise FileNotFoundError(f"No file fits the pattern {name!r}.")
        found += matches
    if not found:
        raise FileNotFoundError("There are no files: the list is empty.")
    return found


def matching(pattern: str) -> list[str]:
    """The files that fit a pattern."""
    if not is_remote(pattern):
        return [name for name in glob.glob(pattern, recursive=True) if os.path.isfile(name)]
    files, path = file_system(pattern)
    return [with_protocol(pattern, name) for name in files.glob(path) if files.isfile(name)]


def open_binary(path: str) -> BinaryIO:
    """A file, open to read bytes."""
    if not is_remote(path):
        return open(path, "rb")
    files, name = file_system(path)
    return files.open(name, "rb")


def size_in_bytes(path: str) -> int:
    """The size of a file."""
    if not is_remote(path):
        return os.path.getsize(path)
    files, name = file_system(path)
    return files.size(name)


def walk(folder: str, follow_links: bool = False) -> Iterator[tuple[str, list[str], list[str]]]:
    """The folders below `folder` and itself, with the names of folders and files in each."""
    if not is_remote(folder):
        yield from os.walk(folder, followlinks=follow_links)
        return
    files, name = file_system(folder)
    for root, folders, names in files.walk(name):
        yield with_protocol(folder, root), list(folders), list(names)


def join(folder: str, *names: str) -> str:
    """The name of what lies in a folder."""
    return (
        "/".join([folder.rstrip("/"), *names])
        if is_remote(folder)
        else os.path.join(folder, *names)
    )


def file_system(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL, and the file's name there."""
    protocol = PROTOCOL.match(url).group(1).lower()
    if protocol not in READ_BY_PYARROW:
        return require("fsspec.core", "data").url_to_fs(url)
    wrapper = require("fsspec.implementations.arrow", "data").ArrowFSWrapper
    files, path = require("pyarrow.fs", "data").FileSystem.from_uri(url)
    return wrapper(files), path


def with_protocol(url: str, name: str) -> str:
    """The name of a file as a URL like the one it was found with."""
    files, path = file_system(url)
    if PROTOCOL.match(url).group(1).lower() not in READ_BY_PYARROW:
        return files.unstrip_protocol(name)
    # The host, as in hdfs://host/path, is no part of the names in the file system.
    return url.partition("?")[0].removesuffix(path) + name
