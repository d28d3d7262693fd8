"""`StreamFeed`: batches that come ready-made from a data set, a generator or any iterable."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from cornu import tree
from cornu.data.array_feed import (
    check_steps,
    check_weights,
    drawn_seed,
    generator,
    warn_out_of_data,
)
from cornu.data.arrays import is_array_like, to_array
from cornu.data.batch import class_weights_to_sample_weights, unpack_x_y_sample_weight
from cornu.data.parallel import read_in_order
from cornu.data.py_dataset import PyDataset


class StreamFeed:
    """Batches that a source gives: a `PyDataset`, a generator, or any iterable of batches.

    A batch is `x`, `(x, y)` or `(x, y, sample_weight)`. With `steps`, an epoch goes on where the
    one before it stopped; when the source ends, the epoch ends early, with a warning.

    Args:
        source: `PyDataset`, generator, torch `DataLoader`, `tf.data.Dataset`, Grain data set, or
            anything else that can be iterated over.
        shuffle: whether to read the batches of a `PyDataset` in a new order in each pass.
        class_weight: dict from class to weight, or None.
        steps: batches in an epoch; a whole pass by default.
        seed: makes the order reproducible; drawn by chance by default.

    Attributes:
        steps: batches in an epoch, None if unknown.

    >>> import numpy as np
    >>> from cornu.data import StreamFeed
    >>> feed = StreamFeed((np.full(2, i) for i in range(3)))
    >>> [x.tolist() for x, y, sample_weight in feed.batches(epoch=0)]
    [[0, 0], [1, 1], [2, 2]]
    """

    batch_size: int | None = None
    num_samples: int | None = None

    def __init__(
        self,
        source: Any,
        shuffle: bool = False,
        class_weight: dict | None = None,
        steps: int | None = None,
        seed: int | None = None,
    ):
        check_steps(steps)
        self.source = source
        self.shuffle = bool(shuffle)
        self.class_weight = class_weight
        self.seed = drawn_seed(seed)
        self._asked_steps = steps
        self._length = length_of(source)
        self.steps = steps or self._length
        if self.steps == 0:
            raise ValueError(f"There is no data: the {type(source).__name__} holds no batches.")
        self._iterator: Iterator | None = None
        self._first: list = []
        self._begun = False
        self._structure: list | None = None
        self.exhausted = False

    def peek(self) -> tuple[Any, Any, Any]:
        """A first batch `(x, y, sample_weight)` as an example; it is not lost for training.

        Raises:
            ValueError: if there is no batch.
        """
        if isinstance(self.source, PyDataset):
            return self._standardized(next(self._read([0])))
        if not self._first:
            iterator = self._iterator if self._iterator is not None else iterate(self.source)
            batch = next(iterator, self)
            if batch is self:
                raise ValueError(
                    f"There is no data: the {type(self.source).__name__} gave no batch. If it is a "
                    "generator that was read before, make a new one."
                )
            self._first = [batch]
            self._iterator = iterator
        return self._standardized(self._first[0])

    def batches(self, epoch: int, start: int = 0) -> Iterator[tuple[Any, Any, Any]]:
        """The batches `(x, y, sample_weight)` of an epoch.

        Args:
            epoch: number of the epoch.
            start: number of batches to leave out at the beginning.

        Raises:
            ValueError: if a batch has another structure than the first.
        """
        is_py_dataset = isinstance(self.source, PyDataset)
        if is_py_dataset:
            self.source.on_epoch_begin()
            raw = self._read(self._indices(epoch, start))
        else:
            # Epochs are parts of one pass only if their length is given; validation, which is
            # always epoch 0, sees the same batches each time.
            if (not self._asked_steps or epoch == 0) and not is_iterator(self.source):
                self._restart()
            raw = itertools.islice(self._continued(), start, self._asked_steps)
        found = start
        for batch in raw:
            found += 1
            yield self._standardized(batch)
        if self._asked_steps and found < self._asked_steps:
            warn_out_of_data(found, self._asked_steps)
        if is_py_dataset:
            self.source.on_epoch_end()

    def _read(self, indices: Any) -> Iterator:
        source = self.source
        return read_in_order(
            source,
            indices,
            source.workers,
            source.use_multiprocessing,
            source.max_queue_size,
        )

    def _indices(self, epoch: int, start: int) -> Any:
        if self._length is None:
            begin = epoch * (self._asked_steps or 0)
            return itertools.islice(itertools.count(begin), start, self._asked_steps)
        steps = min(self.steps, self._length)
        number, part = divmod(epoch, math.ceil(self._length / steps))
        order = np.arange(self._length)
        if self.shuffle:
            order = generator(self.seed, number).permutation(order)
        return order[part * steps : (part + 1) * steps][start:].tolist()

    def _restart(self) -> None:
        # A pass of which only the example was read is as good as new.
        if self._begun:
            self._iterator, self._first, self._begun = None, [], False

    def _continued(self) -> Iterator:
        """The raw batches from where the last epoch stopped, to the end of the pass."""
        if self._iterator is None:
            self._iterator = iterate(self.source)
        self._begun = True
        while True:
            if self._first:
                yield self._first.pop()
                continue
            batch = next(self._iterator, self)
            if batch is self:
                break
            yield batch
        # The next epoch starts a new pass; an iterator has only one.
        self._iterator = None
        self.exhausted = is_iterator(self.source)

    def _standardized(self, batch: Any) -> tuple[Any, Any, Any]:
        x, y, sample_weight = (
            tree.map_structure(_leaf, part) for part in unpack_x_y_sample_weight(batch)
        )
        if self.class_weight is not None:
            check_weights(self.class_weight, sample_weight)
            sample_weight = class_weights_to_sample_weights(y, self.class_weight)
        result = (x, y, sample_weight)
        structure = describe(result)
        if self._structure is None:
            self._structure = structure
        elif structure != self._structure:
            raise ValueError(
                f"A batch of the {type(self.source).__name__} has another structure than the first "
                f"one. First: {self._structure}. This one: {structure}. All batches must have the "
                "same parts, with the same number of axes."
            )
        return result


def _leaf(value: Any) -> np.ndarray | jax.Array | None:
    if value is None:
        return None
    if np.ndim(value) == 0 and not is_array_like(value):
        value = np.asarray(value)
    if getattr(value, "ndim", None) == 0:
        raise ValueError(
            f"A batch holds the single value {value!r}; the first axis must count the samples. If "
            "the data set gives samples, batch them first, for instance with its `batch` method."
        )
    return to_array(value, "A batch")


def describe(batch: tuple) -> list[str]:
    """Which parts a batch has, and the number of axes of each."""
    names = ("x", "y", "sample_weight")
    return [
        f"{names[path[0]]}{''.join(f'[{key!r}]' for key in path[1:])}: {leaf.ndim} axes"
        for path, leaf in tree.flatten_with_path(batch)
        if leaf is not None
    ]


def is_iterator(source: Any) -> bool:
    """Whether this can be read only once, as generators can."""
    return hasattr(source, "__next__")


def iterate(source: Any) -> Iterator:
    """A new pass over a source, or the one pass of an iterator."""
    if hasattr(source, "as_numpy_iterator"):
        return source.as_numpy_iterator()
    return iter(source)


def length_of(source: Any) -> int | None:
    """The number of batches of a pass, None if the source does not tell."""
    if isinstance(source, PyDataset):
        return source.num_batches
    if hasattr(source, "cardinality"):
        cardinality = int(source.cardinality())
        # tf.data: -1 is endless, -2 unknown.
        return cardinality if cardinality >= 0 else None
    try:
        return len(source)
    except TypeError:
        return None
