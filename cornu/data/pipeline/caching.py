"""Elements kept after the first time they were made, in memory or in files.

What is kept is what the stages before give in epoch 0, so an interrupted run that starts again with
an empty cache goes on with the same elements.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import Block, leaves, map_leaves, take
from cornu.data.pipeline.stage import Indexed, Run, Stage, dropped
from cornu.engine.atomic import replacing, write_text

STRUCTURE = "structure.json"


class CachedIndexed(Indexed):
    """Samples in arrays, each filled in when it is first asked for."""

    parent: Indexed

    def __init__(self, parent: Indexed, path: str | os.PathLike | None):
        super().__init__(parent)
        self.path = None if path is None else Path(path)
        self._arrays: Block | None = None
        self._filled: np.ndarray | None = None
        self._lock = threading.Lock()

    def get(self, run: Run, indices: np.ndarray) -> Block:
        """The samples at these indices."""
        with self._lock:
            if self._arrays is None:
                self._open()
            known = np.zeros(len(indices), bool) if self._filled is None else self._filled[indices]
            missing = np.unique(indices[~known])
            if missing.size:
                self._fill(missing, self.parent.get(run.of_cache(), missing))
            return copied(take(self._arrays, indices))

    def _open(self) -> None:
        """Take up the files of an earlier run, if there are any."""
        if self.path is None or not (self.path / STRUCTURE).exists():
            return
        structure = json.loads((self.path / STRUCTURE).read_text())
        self._filled = opened(self.path / "filled.npy", (int(self.length),), np.dtype(bool))
        numbers = itertools.count()
        files = (np.load(self.path / f"{number}.npy", mmap_mode="r+") for number in numbers)
        self._arrays = rebuilt(structure, files)

    def _fill(self, where: np.ndarray, block: Block) -> None:
        if self._arrays is None:
            self._arrays, self._filled = self._storage(block)
        for kept, new in zip(leaves(self._arrays), leaves(block)):
            if kept.dtype != new.dtype or kept.shape[1:] != new.shape[1:]:
                raise ValueError(
                    "Samples to be cached must all have one shape and dtype; got "
                    f"{new.dtype}{list(new.shape[1:])} after {kept.dtype}{list(kept.shape[1:])}. "
                    "Make them equal with `map`, or cache the batches."
                )
            kept[where] = new
        self._filled[where] = True

    def _storage(self, example: Block) -> tuple[Block, np.ndarray]:
        count = int(self.length)
        if self.path is None:
            empty = map_leaves(lambda a: np.empty((count, *a.shape[1:]), a.dtype), example)
            return empty, np.zeros(count, bool)
        refuse_objects(example, self.path)
        self.path.mkdir(parents=True, exist_ok=True)
        numbers = itertools.count()
        arrays = map_leaves(
            lambda a: opened(self.path / f"{next(numbers)}.npy", (count, *a.shape[1:]), a.dtype),
            example,
        )
        filled = opened(self.path / "filled.npy", (count,), np.dtype(bool))
        write_text(self.path / STRUCTURE, json.dumps(described(example)))
        return arrays, filled

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_arrays": None, "_filled": None, "_lock": None}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state, _lock=threading.Lock())


def opened(path: Path, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array in a file, of zeros if the file is new.

    Raises:
        ValueError: if the file holds an array of another shape or dtype.
    """
    if not path.exists():
        with replacing(path) as new:
            np.lib.format.open_memmap(new, "w+", dtype, shape).flush()
    array = np.load(path, mmap_mode="r+")
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(
            f"The cache file {path} holds {array.dtype}{list(array.shape)}, but the data set now "
            f"gives {dtype}{list(shape)}. Delete the folder {path.parent} or cache elsewhere."
        )
    return array


class Cached(Stage):
    """The blocks of a stream or of batches, kept once a first pass was read to its end."""

    parent: Stage

    def __init__(self, parent: Stage, path: str | os.PathLike | None):
        super().__init__(parent)
        self.path = None if path is None else Path(path)
        self._blocks: list[Block] | None = None

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements: kept ones if the first pass is over, else those of the parent."""
        if self._blocks is not None:
            return map(copied, dropped(self, iter(self._blocks), start))
        if self.path is not None and self.path.exists():
            return dropped(self, self._from_files(), start)
        return dropped(self, self._first_pass(run, size), start)

    def _first_pass(self, run: Run, size: int) -> Iterator[Block]:
        blocks = self.parent.read(run.of_cache(), 0, size)
        if self.path is not None:
            yield from self._into_files(blocks)
            return
        kept = []
        for block in blocks:
            kept.append(block)
            yield copied(block)
        self._blocks = kept

    def _into_files(self, blocks: Iterator[Block]) -> Iterator[Block]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.path, folder=True) as new:
            new.mkdir()
            for number, block in enumerate(blocks):
                refuse_objects(block, self.path)
                (new / STRUCTURE).write_text(json.dumps(described(block)))
                np.savez(new / f"{number:08d}.npz", *leaves(block))
                yield block

    def _from_files(self) -> Iterator[Block]:
        for path in sorted(self.path.glob("*.npz")):
            with np.load(path, allow_pickle=False) as archive:
                arrays = [archive[name] for name in archive.files]
            yield rebuilt(json.loads((self.path / STRUCTURE).read_text()), iter(arrays))

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_blocks": None}


def copied(block: Block) -> Block:
    """A copy, so that what is done to it does not show in the cache."""
    return map_leaves(np.array, block)


def refuse_objects(block: Block, path: Path) -> None:
    """Raise a ValueError for what cannot be cached in a file."""
    if any(leaf.dtype == object for leaf in leaves(block)):
        raise ValueError(
            f"Strings and samples of different shapes cannot be cached in files ({path}). Cache in "
            "memory, `cache()`, or after the `map` that makes numbers of them."
        )


def described(structure: Any) -> Any:
    """A structure as JSON, without its leaves."""
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {"dict": [[key, described(value)] for key, value in structure.items()]}
    if isinstance(structure, tuple):
        return {"tuple": [described(part) for part in structure]}
    return "array"


def rebuilt(description: Any, arrays: Iterator[np.ndarray]) -> Any:
    """The structure that was described, with these leaves."""
    if description is None:
        return None
    if description == "array":
        return next(arrays)
    if "dict" in description:
        return {key: rebuilt(value, arrays) for key, value in description["dict"]}
    return tuple(rebuilt(part, arrays) for part in description["tuple"])
