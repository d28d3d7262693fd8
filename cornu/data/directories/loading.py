"""`Loading`: the files of a block, read in threads, one for each core."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import stack


class Loading:
    """A function of paths, and of their labels if there are some, which are handed on.

    Args:
        load: makes a sample of a path; with `shape`, it takes a path and an array to write to.
        shape: of the samples, if all have the same, which are float32 then.
    """

    def __init__(self, load: Callable, shape: tuple[int, ...] | None = None):
        self.load = load
        self.shape = shape
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1)

    def __call__(self, paths: np.ndarray, *labels: np.ndarray) -> Any:
        if self.shape is None:
            samples = stack(list(self._pool.map(self.load, paths)))
        else:
            # Written where they will stay: copying them together costs as much as resizing them.
            samples = np.empty((len(paths), *self.shape), "float32")
            for _ in self._pool.map(self.load, paths, samples):
                pass
        return (samples, *labels) if labels else samples

    def __getstate__(self) -> dict:
        return {"load": self.load, "shape": self.shape}

    def __setstate__(self, state: dict) -> None:
        self.__init__(**state)
