"""Weights spread over several HDF5 files, with a JSON file that says where each part lies.

`model.weights.json` names, for each part of the model, the files `model_00000.weights.h5`,
`model_00001.weights.h5`, ... that hold its variables, as Keras 3 does it.
"""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections import ChainMap
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import h5py

from cornu.saving.atomic import replacing
from cornu.saving.contents import Part, Written, check_written, contents, write_part
from cornu.saving.store import H5Store, member

GIGABYTE = 1024**3
ENDING = ".weights.json"


def write_shards(model: Any, path: Path, max_shard_size: float) -> None:
    """Write `path` and the files beside it.

    Args:
        model: a built model.
        path: a name that ends in `.weights.json`.
        max_shard_size: the most that one file may hold, in units of 1024**3 bytes.

    Raises:
        ValueError: if a variable is larger than that.
    """
    # A mark in all files of one write: after a kill in between, old and new are not taken together.
    mark = uuid.uuid4().hex
    weight_map: dict[str, list[str]] = {}
    total = 0
    with contextlib.ExitStack() as finished:
        for index, shard in enumerate(_shards(model, max_shard_size * GIGABYTE)):
            name = f"{path.name.removesuffix(ENDING)}_{index:05}.weights.h5"
            temporary = finished.enter_context(replacing(path.with_name(name)))
            expected: list[Written] = []
            with h5py.File(temporary, "w") as file:
                file.attrs["mark"] = mark
                for part in shard:
                    expected += write_part(part, file)
                    total += sum(value.nbytes for value in part.variables.values())
                    if part.variables:
                        weight_map.setdefault(f"/{part.path}", []).append(name)
            with h5py.File(temporary, "r") as file:
                check_written(file, expected)
        content = {"metadata": {"total_size": total, "mark": mark}, "weight_map": weight_map}
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(content, indent=4))


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
    weight_map, mark = _read_map(path)
    with contextlib.ExitStack() as stack:
        files: dict[str, h5py.File] = {}

        def opened(name: str) -> h5py.File:
            if name not in files:
                files[name] = stack.enter_context(open_h5(path.with_name(name)))
                if files[name].attrs.get("mark", mark) != mark:
                    raise ValueError(
                        f"{name!r} and {path.name!r} were not written together: a write was "
                        "broken off. Save the weights again, or take an older copy of all files."
                    )
            return files[name]

        def find(part: str) -> MutableMapping | None:
            group_path = f"{part}/vars".lstrip("/")
            names = weight_map.get(f"/{group_path}")
            if names is None:
                return None
            return ChainMap(*(H5Store(member(opened(name), group_path)) for name in names))

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
