"""`read_tar`: shards of samples in tar files, in the layout of WebDataset.

The files of a sample lie side by side and share a name up to the first dot: `0001.jpg`, `0001.cls`.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from cornu.data.pipeline.blocks import Block, stack
from cornu.data.pipeline.dataset import Dataset
from cornu.data.readers.file_stream import FileStream
from cornu.data.readers.files import Paths, open_binary

SAMPLES_IN_BLOCK = 64


def read_tar(files: Paths, parts: Sequence[str], shuffle_files: bool = False) -> Dataset:
    """The samples of tar files, read as a stream.

    By their extension, files are decoded: `cls`, `id`, `index` and `count` to int64, `txt` and
    `text` to strings, `npy` to arrays, `json` to what it holds, if that is numbers or strings. All
    else comes as bytes: for images, map `cornu.preprocessing.image.decode_image` over it, with
    `num_parallel_calls`.

    Args:
        files: path or URL, pattern such as `"shards/*.tar"`, or list of these; also compressed.
        parts: extensions of the files that make a sample, `("jpg", "cls")` for `(x, y)`.
        shuffle_files: whether each epoch reads the files in an order of its own.

    Returns:
        Data set of samples: tuples of the parts, or the part, if it is one.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: when reading, for damaged files and samples that lack a part.

    >>> import io, tarfile, tempfile
    >>> from cornu.data import read_tar
    >>> with tempfile.NamedTemporaryFile(suffix=".tar") as file:
    ...     with tarfile.open(file.name, "w") as archive:
    ...         for name, content in (("1.txt", b"good"), ("1.cls", b"1")):
    ...             info = tarfile.TarInfo(name)
    ...             info.size = len(content)
    ...             archive.addfile(info, io.BytesIO(content))
    ...     print(list(read_tar(file.name, ("txt", "cls"))))
    [('good', np.int64(1))]
    """
    wanted = tuple(part.lower().lstrip(".") for part in parts)
    if isinstance(parts, str) or not wanted:
        raise ValueError(f"parts must be a sequence of extensions, ('jpg', 'cls'); got {parts!r}.")

    def read_file(path: str) -> Iterator[Block]:
        waiting = []
        for key, found in groups(path):
            missing = [part for part in wanted if part not in found]
            if missing:
                raise ValueError(
                    f"{path}: sample {key!r} has no part {missing[0]!r}; it has {sorted(found)}."
                )
            values = [decoded(found[part], part, f"{path}: {key}.{part}") for part in wanted]
            waiting.append(tuple(values) if len(values) > 1 else values[0])
            if len(waiting) == SAMPLES_IN_BLOCK:
                yield stack(waiting)
                waiting = []
        if waiting:
            yield stack(waiting)

    return Dataset(FileStream(files, read_file, shuffle_files))


def groups(path: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The samples of an archive: what their files have in common, and extension to content."""
    key, found = None, {}
    with open_binary(path) as file:
        for name, content in members(file, path):
            folder, _, last = name.rpartition("/")
            stem, _, extension = last.partition(".")
            this = f"{folder}/{stem}" if folder else stem
            if this != key and found:
                yield key, found
                found = {}
            key = this
            found[extension.lower()] = content
    if found:
        yield key, found


def members(file: BinaryIO, path: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of an archive."""
    place = "its beginning"
    try:
        with tarfile.open(fileobj=file, mode="r|*") as archive:
            for info in archive:
                if info.isfile():
                    content = archive.extractfile(info).read()
                    if len(content) < info.size:
                        raise tarfile.ReadError("unexpected end of data")
                    yield info.name, content
                    place = info.name
                    archive.members = []  # else every header stays in memory
    except (tarfile.TarError, EOFError) as error:
        raise ValueError(f"{path} is damaged or cut off after {place}: {error}.") from error


def decoded(content: bytes, extension: str, where: str) -> Any:
    """What a file holds, by its extension; the bytes if that says nothing."""
    decode = DECODERS.get(extension.rpartition(".")[2])
    if decode is None:
        return content
    try:
        return decode(content)
    except ValueError as error:
        raise ValueError(f"{where} cannot be decoded: {error}.") from error


def array_of(content: bytes) -> np.ndarray:
    return np.load(io.BytesIO(content), allow_pickle=False)


DECODERS: dict[str, Callable[[bytes], Any]] = {
    **dict.fromkeys(("cls", "id", "index", "count"), lambda content: np.int64(content)),
    **dict.fromkeys(("txt", "text"), bytes.decode),
    "npy": array_of,
    "json": json.loads,
}
