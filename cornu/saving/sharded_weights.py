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
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py

from cornu.engine import limits
from cornu.engine.atomic import flush, flush_folder, one_writer, read_whole, replacing
from cornu.engine.errors import LoadError
from cornu.engine.formats import strict_json
from cornu.saving.contents import Part, Written, check_written, contents, write_part
from cornu.saving.h5_reader import Group, StoredVariables, opened
from cornu.saving.h5_writer import h5_bytes

GIGABYTE = 1024**3
ENDING = ".weights.json"
# The mark of a first file that holds nothing, as all that is there has other names.
EMPTY = "empty"


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
    stem = path.name.removesuffix(ENDING)
    ours = re.compile(rf"{re.escape(stem)}_([0-9a-f]{{8}}_)?\d{{5}}\.weights\.h5")
    first = f"{stem}_{0:05}.weights.h5"
    for name in {first, *os.listdir(path.parent)} - set(written.names):
        file = path.with_name(name)
        if not ours.fullmatch(name):
            continue
        mark = _mark_of(file, path.name)
        if name == first and mark != EMPTY and (mark or name in written.old or not file.exists()):
            _write_empty(file, path)
        elif name != first and (name in written.old or (mark and alone)):
            file.unlink(missing_ok=True)


def _mark_of(file: Path, index: str) -> str | None:
    """The mark of the write for this index that the file is of; None for other files."""
    try:
        with h5py.File(file, "r") as stored:
            return stored.attrs.get("mark") if stored.attrs.get("index") == index else None
    except OSError:
        return None


def _write_empty(file: Path, path: Path) -> None:
    """Put a file at the name that Keras opens before it looks up the others in the index."""

    def fill(stored: h5py.File) -> None:
        stored.attrs["mark"], stored.attrs["index"] = EMPTY, path.name

    with replacing(file) as new:
        new.write_bytes(h5_bytes(fill)[0])
    os.chmod(file, stat.S_IMODE(path.stat().st_mode))


@contextlib.contextmanager
def opened_shards(path: Path) -> Iterator[Callable[[str], Mapping | None]]:
    """A function from the path of a part of the model to its variables; None where there are none.

    Args:
        path: the `.weights.json` file.

    Raises:
        LoadError: if the file is not one that names shards, or a shard is not of the same write.
    """
    # The files lie beside the index, not beside a link to it.
    path = Path(os.path.realpath(path))
    with contextlib.ExitStack() as stack:

        def open_all() -> tuple[dict[str, list[str]], dict[str, Group]]:
            # Opened files stay readable when a writer deletes them.
            stack.pop_all().close()
            weight_map, mark = _read_map(path)
            names = dict.fromkeys(name for names in weight_map.values() for name in names)
            files = {
                name: stack.enter_context(_opened_shard(path.with_name(name))) for name in names
            }
            for name, file in files.items():
                if file.attribute("mark") not in (None, mark):
                    raise LoadError(
                        f"{name!r} and {path.name!r} were not written together",
                        advice="save the weights again, or take an older copy of all files",
                    )
            return weight_map, files

        weight_map, files = read_whole(path, open_all)

        def find(part: str) -> Mapping | None:
            group_path = f"{part}/vars".lstrip("/")
            names = weight_map.get(f"/{group_path}")
            if names is None:
                return None
            groups = [(files[name].group(group_path), name) for name in names]
            for group, name in groups:
                if group is None:
                    raise LoadError(
                        "the index names a part that the shard does not hold",
                        place=f"{name}: {group_path}",
                    )
            return StoredVariables(*(group for group, _ in groups))

        yield find


@contextlib.contextmanager
def _opened_shard(path: Path) -> Iterator[Group]:
    if path.is_symlink():
        raise LoadError(
            "a shard is a link, which could lead to any file",
            place=path.name,
            advice="if you trust it, put the file itself there",
        )
    budget = limits.active()
    if path.exists() and budget is not None:
        budget.hold(path.stat().st_size)
    with opened(path) as file:
        yield file


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
    content = strict_json.parse(path.read_bytes(), path.name)
    weight_map = content.get("weight_map") if isinstance(content, dict) else None
    metadata = content.get("metadata", {}) if isinstance(content, dict) else None
    if not (isinstance(weight_map, dict) and isinstance(metadata, dict)):
        raise LoadError(
            "it does not say where weights are", expected="a JSON object with a 'weight_map'"
        )
    named = {key: [v] if isinstance(v, str) else v for key, v in weight_map.items()}
    for key, names in named.items():
        if not isinstance(names, list) or not all(map(_is_beside, names)):
            raise LoadError(
                "it is refused: it names what is not a file beside it",
                place=f"weight_map: {key}",
                found=repr(names),
            )
    return named, metadata.get("mark")


def _is_beside(name: Any) -> bool:
    return (
        isinstance(name, str)
        and name not in ("", ".", "..")
        and os.path.basename(name) == name
        and not set("\\:\0") & set(name)
    )
