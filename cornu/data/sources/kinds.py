"""The kinds of sources that are not plain iterables, and which is which."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import Any

from cornu.data.py_dataset import PyDataset
from cornu.data.read_ahead import END
from cornu.data.sources.py_dataset_source import PyDatasetSource
from cornu.data.sources.source import Source


def as_source(value: Any, shuffle: bool) -> Source:
    """The source for what a user passed.

    Args:
        value: `PyDataset`, data set of `cornu.data`, of Grain, tf.data or Hugging Face, torch
            `DataLoader`, generator, or another iterable.
        shuffle: whether to read a `PyDataset` in a new order in each pass.
    """
    if isinstance(value, PyDataset):
        return PyDatasetSource(value, shuffle)
    if hasattr(value, "iterate") and hasattr(value, "num_batches"):
        return RestartableSource(value)
    if hasattr(value, "as_numpy_iterator"):
        return TensorFlowSource(value)
    if is_map_dataset(value):
        return MapDatasetSource(value)
    if type(value).__module__ == "datasets.iterable_dataset" and hasattr(value, "with_format"):
        return HuggingFaceStream(value)
    return Source(value)


class RestartableSource(Source):
    """A data set that can begin any epoch at any batch: `iterate(epoch, start)`."""

    has_seed = True
    skips = True

    def __init__(self, value: Any):
        super().__init__(value)
        self.length = value.num_batches
        # Where an epoch of unknown length ends is known only to who reads it from its start.
        self.addressed = self.length is not None
        self.once = False

    @property
    def seed(self) -> int:
        """The data set's own seed."""
        return self.value.seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self.value.seed = seed

    def open(self, number: int, start: int, count: int | None) -> Iterator:
        return itertools.islice(self.value.iterate(number, start), count)

    def example(self) -> Any:
        return next(self.value.iterate(0, 0), END)


class TensorFlowSource(Source):
    """A `tf.data.Dataset`."""

    def __init__(self, value: Any):
        super().__init__(value)
        self.once = False
        cardinality = int(value.cardinality())
        # -1 is endless, -2 unknown.
        self.length = cardinality if cardinality >= 0 else None

    def iterate(self) -> Iterator:
        return self.value.as_numpy_iterator()


def is_map_dataset(value: Any) -> bool:
    """Whether this is a `grain.MapDataset`."""
    module = sys.modules.get("grain")
    return module is not None and isinstance(value, module.MapDataset)


class MapDatasetSource(Source):
    """A `grain.MapDataset` of batches: it is read from any place without reading what is before."""

    skips = True

    def iterate(self) -> Iterator:
        return self.open(0, 0, None)

    def open(self, number: int, start: int, count: int | None) -> Iterator:
        # Grain's default of 16 threads is slow on few cores; the feed reads ahead by itself.
        options = sys.modules["grain"].ReadOptions(num_threads=0, prefetch_buffer_size=0)
        iterator = iter(self.value.to_iter_dataset(options))
        if start:
            iterator.set_state({"next_index": start})
        return itertools.islice(iterator, count)


class HuggingFaceStream(Source):
    """A `datasets.IterableDataset` of batches, which gives dicts of columns."""

    def iterate(self) -> Iterator:
        return iter(self.value.with_format("numpy"))
