"""`PyDatasetSource`: the batches of a `PyDataset`, read in the caller, in threads or processes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from cornu.data.base_feed import generator
from cornu.data.parallel import read_here, read_in_threads
from cornu.data.processes.pool import Pool
from cornu.data.py_dataset import PyDataset
from cornu.data.sources.object_state import ObjectState
from cornu.data.sources.source import Source


class PyDatasetSource(Source):
    """The batches of a `PyDataset`.

    `on_epoch_begin` and `on_epoch_end` are called in the process that trains. Worker processes hold
    copies; they get the data set as it is after `on_epoch_begin`, when its class defines one of
    these two, so what the hooks change reaches the workers.
    """

    addressed = True

    def __init__(self, value: PyDataset, shuffle: bool):
        super().__init__(value)
        self.length = value.num_batches
        self.shuffle = shuffle
        self.once = False
        self._pool: Pool | None = None
        self._state: ObjectState | None = None
        self._changes = any(
            getattr(type(value), hook) is not getattr(PyDataset, hook)
            for hook in ("on_epoch_begin", "on_epoch_end")
        )

    @property
    def own_workers(self) -> bool:
        """Whether threads or processes read it."""
        return self.value.workers > 1 or self.value.use_multiprocessing

    def open(self, number: int, start: int, count: int | None) -> Iterator:
        indices = self._indices(number, start, count)
        data = self.value
        if data.use_multiprocessing and data.workers > 0:
            if self._pool is None:
                self._pool = Pool(data, data.workers, data.max_queue_size)
            return self._pool.read(indices)
        if data.workers > 1:
            return read_in_threads(data, indices, data.workers, data.max_queue_size)
        return read_here(data, indices)

    def example(self) -> Any:
        return next(read_here(self.value, [0]))

    def on_epoch_begin(self) -> None:
        self.value.on_epoch_begin()
        if self._changes and self._pool is not None:
            self._pool.renew(self.value)

    def on_epoch_end(self) -> None:
        self.value.on_epoch_end()

    def watch(self) -> None:
        if self._state is None:
            self._state = ObjectState(self.value, left_out=vars(PyDataset()))

    def get_state(self) -> dict[str, Any]:
        return {} if self._state is None else self._state.get()

    def set_state(self, state: dict[str, Any]) -> None:
        self.watch()
        self._state.set(state)
        if self._pool is not None:
            self._pool.renew(self.value)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _indices(self, number: int, start: int, count: int | None) -> Iterable[int]:
        stop = None if count is None else start + count
        if self.length is None:
            return itertools.islice(itertools.count(), start, stop)
        order = np.arange(self.length)
        if self.shuffle:
            order = generator(self.seed, number).permutation(order)
        return order[start:stop].tolist()
