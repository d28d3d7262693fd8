"""`Loading`: the files of a block, read in threads, one for each core."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import stack

# Parts of a block for each thread.
PARTS = 4


class Loading:
    """A function of paths, and of their labels if there are some, which are handed on.

    Args:
        load: makes a sample of a path; with `shape`, it takes a path and an array to write to.
        shape: of the samples, if all have the same, which are float32 then.
    """

    def __init__(self, load: Callable, shape: tuple[int, ...] | None = None):
        self.load = load
        self.shape = shape
        self._threads = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads)

    def __call__(self, paths: np.ndarray, *labels: np.ndarray) -> Any:
        # A thread gets several files at once: handing over a small one costs more than reading it.
        size = max(len(paths) // (PARTS * self._threads), 1)
        parts = [slice(begin, begin + size) for begin in range(0, len(paths), size)]
        if self.shape is None:
            found = self._pool.map(lambda part: [self.load(path) for path in paths[part]], parts)
            samples = stack([sample for part in found for sample in part])
        else:
            # Written where they will stay: copying them together costs as much as resizing them.
            samples = np.empty((len(paths), *self.shape), "float32")
            rows = [samples[part] for part in parts]
            list(self._pool.map(self._write, [paths[part] for part in parts], rows))
        return (samples, *labels) if labels else samples

    def _write(self, paths: np.ndarray, rows: np.ndarray) -> None:
        for path, row in zip(paths, rows):
            self.load(path, row)

    def __getstate__(self) -> dict:
        return {"load": self.load, "shape": self.shape}

    def __setstate__(self, state: dict) -> None:
        self.__init__(**state)
