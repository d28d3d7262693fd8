"""Weights spread over several HDF5 files, with a JSON file that says where each part lies.

`model.weights.json` names, for each part of the model, the files `model_00000.weights.h5`,
`model_00001.weights.h5`, ... that hold its variables, as Keras 3 does it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import uuid
from collections import ChainMap
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import h5py

from cornu.engine.atomic import flush, flush_folder, one_writer, read_whole, replacing
from cornu.saving.contents import Part, Written, check_written, contents, write_part
from cornu.saving.h5_writer import h5_bytes
from cornu.saving.store import H5Store, member

GIGABYTE = 1024**3
ENDING = ".weights.json"


def write_shards(model: Any, path: Path, max_shard_size: float) -> None:
    """Write `path` and the files beside it.

    The new files have names of their own. They come first, then the index takes the place of the
    old one in one step, then the old files go: a reader finds one whole version at any time.

    Args:
        model: a built model.
        path: a name that ends in `.weights.json`.
        max_shard_size: the most that one file may hold, in units of 1024**3 bytes.

    Raises:
        ValueError: if a variable is larger than that.
    """
    path = Path(os.path.realpath(path))
    with one_writer(path.parent) as alone:
        with replacing(path) as new:
            written = _NewFiles(path, new)
            for shard in _shards(model, max_shard_size * GIGABYTE):
                written.add(shard)
            written.publish()
        _delete_others(path, written, alone)


class _NewFiles:
    """The files of one write, made beside the new index and brought to their place together."""

    def __init__(self, path: Path, new: Path):
        self.path, self.new = path, new
        self.old = _old_names(path)
        # In all files of one write, so that those of another are not taken for them.
        self.mark = uuid.uuid4().hex
        self.files: list[Path] = []
        self.names: list[str] = []
        self.total = 0
        self.places: dict[str, list[int]] = {}

    def add(self, shard: list[Part]) -> None:
        """Write a file and read it back."""

        def fill(file: h5py.File) -> list[Written]:
            file.attrs["mark"], file.attrs["index"] = self.mark, self.path.name
            return [written for part in shard for written in write_part(part, file)]

        file = self.new.with_name(f"{len(self.files)}.weights.h5")
        content, expected = h5_bytes(fill)
        file.write_bytes(content)
        if self.path.exists():
            os.chmod(file, stat.S_IMODE(self.path.stat().st_mode))
        flush(file)
        with h5py.File(file, "r") as stored:
            check_written(stored, expected)
        for part in shard:
            self.total += sum(value.nbytes for value in part.variables.values())
            if part.variables:
                self.places.setdefault(f"/{part.path}", []).append(len(self.files))
        self.files.append(file)

    def publish(self) -> None:
        """Bring the files to their place and write the new index, which takes its own last."""
        stem = self.path.name.removesuffix(ENDING)
        self.names = [f"{stem}_{i:05}.weights.h5" for i in range(len(self.files))]
        if any(os.path.lexists(self.path.with_name(name)) for name in self.names):
            middle = self.mark[:8]
            self.names = [f"{stem}_{middle}_{i:05}.weights.h5" for i in range(len(self.files))]
        for file, name in zip(self.files, self.names):
            os.rename(file, self.path.with_name(name))
        flush_folder(self.path.parent)
        weight_map = {part: [self.names[i] for i in where] for part, where in self.places.items()}
        metadata = {"total_size": self.total, "mark": self.mark}
        content = {"metadata": metadata, "weight_map": weight_map}
        self.new.write_text(json.dumps(content, indent=4), encoding="utf-8")


def _old_names(path: Path) -> set[str]:
    try:
        weight_map, _ = _read_map(path)
    except (OSError, ValueError):
        return set()
    return {name for names in weight_map.values() for name in names}


def _delete_others(path: Path, written: _NewFiles, alone: bool) -> None:
    """Delete the files of the index that was replaced, and those that killed writers left."""
    stem = re.escape(path.name.removesuffix(ENDING))
    ours = re.compile(rf"{stem}_([0-9a-f]{{8}}_)?\d{{5}}\.weights\.h5")
    for name in os.listdir(path.parent):
        if not ours.fullmatch(name) or name in written.names:
            continue
        file = path.with_name(name)
        if name in written.old or (alone and _is_of(file, path.name)):
            file.unlink(missing_ok=True)


def _is_of(file: Path, index: str) -> bool:
    try:
        with h5py.File(file, "r") as stored:
            return "mark" in stored.attrs and stored.attrs.get("index") == index
    except OSError:
        return False


@contextlib.contextmanager
def opened_shards(
    path: Path, open_h5: Callable[[Path], h5py.File]
) -> Iterator[Callable[[str], MutableMapping | None]]:
    """A function from the path of a part of the model to its variables; None where there are none.

    Args:
        path: the `.weights.json` file.
        open_h5: opens one of the files beside it.

    Raises:
        ValueError: if the file is not one that names shards, or a shard is not of the same write.
    """
    with contextlib.ExitStack() as stack:

        def opened() -> tuple[dict[str, list[str]], dict[str, h5py.File]]:
            # Opened files stay readable when a writer deletes them.
            stack.pop_all().close()
            weight_map, mark = _read_map(path)
            names = dict.fromkeys(name for names in weight_map.values() for name in names)
            files = {name: stack.enter_context(open_h5(path.with_name(name))) for name in names}
            for name, file in files.items():
                if file.attrs.get("mark", mark) != mark:
                    raise ValueError(
                        f"{name!r} and {path.name!r} were not written together. Save the weights "
                        "again, or take an older copy of all files."
                    )
            return weight_map, files

        weight_map, files = read_whole(path, opened)

        def find(part: str) -> MutableMapping | None:
            group_path = f"{part}/vars".lstrip("/")
            names = weight_map.get(f"/{group_path}")
            if names is None:
                return None
            return ChainMap(*(H5Store(member(files[name], group_path)) for name in names))

        yield find


def _shards(model: Any, most: float) -> Iterator[list[Part]]:
    """The contents of each file."""
    shard: list[Part] = []
    filled = 0
    for part in contents(model):
        shard.append(part._replace(variables={}))
        for name, value in part.variables.items():
            if value.nbytes > most:
                raise ValueError(
                    f"A variable of {part.title or part.path!r} has {value.nbytes / GIGABYTE:.3g} "
                    f"GB, more than max_shard_size={most / GIGABYTE:.3g}. Raise max_shard_size."
                )
            if filled and filled + value.nbytes > most:
                yield shard
                shard, filled = [part._replace(variables={})], 0
            shard[-1].variables[name] = value
            filled += value.nbytes
    yield shard


def _read_map(path: Path) -> tuple[dict[str, list[str]], str | None]:
    try:
        content = json.loads(path.read_bytes())
        weight_map, mark = content["weight_map"], content.get("metadata", {}).get("mark")
        named = {key: [v] if isinstance(v, str) else list(v) for key, v in weight_map.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"{path.name!r} does not say where weights are: {error!r}. It should hold a JSON "
            "object with a 'weight_map'."
        ) from error
    for names in named.values():
        for name in names:
            if not isinstance(name, str) or os.path.basename(name) != name or "\\" in name:
                raise ValueError(
                    f"The file is refused: {path.name!r} names {name!r}, which is not a file "
                    "beside it."
                )
    return named, mark
