"""`BalancedStream`: batches of a stream in which the classes have other shares than before."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu import tree
from cornu.data.base_feed import check_batch_size, drawn_seed, generator
from cornu.data.batch_check import BatchCheck
from cornu.data.class_targets import class_indices, kind_of
from cornu.data.sources.kinds import as_source
from cornu.model_selection.imbalance.strategies import wanted_counts


class BalancedStream:
    """Batches for `fit` from a source that cannot be read in any order.

    The source is read once when this is made, to count the classes. In each epoch, samples of rare
    classes are then given several times, or some of those of common classes left out, and mixed in
    a buffer. Numbers per class are met exactly. Orders depend on `seed` and the epoch only, if the
    source's do.

    Args:
        source: batches `(x, y)` or `(x, y, sample_weight)`: a data set, a `PyDataset`, or another
            iterable with an end that can be read again.
        batch_size: samples in a batch; that of the source's first batch if None.
        strategy: `"over"`, `"under"`, `"square-root"`, or a dict from class to number of samples,
            as for `BalancedBatches`.
        class_of: function from a batch's y to the class of each sample, `(samples,)`, where y is
            not class indices or one-hot.
        buffer_size: samples that are held to mix them.
        seed: of the orders; from Python's generator if None.

    Attributes:
        num_batches: number of batches in an epoch.
        counts: samples of each class in an epoch, a dict.

    Raises:
        ValueError: for a source that can be read only once, an unknown strategy, and NaN in the
            targets.

    >>> from cornu.data import Dataset
    >>> from cornu.model_selection import BalancedStream
    >>> y = np.array([0] * 90 + [1] * 10)
    >>> source = Dataset.from_tensor_slices((np.arange(100), y)).batch(20)
    >>> stream = BalancedStream(source, strategy="under", seed=0)
    >>> stream.counts, [y.tolist().count(1) for _, y in stream]
    ({0: 10, 1: 10}, [10])
    """

    def __init__(
        self,
        source: Any,
        batch_size: int | None = None,
        *,
        strategy: Any = "over",
        class_of: Callable | None = None,
        buffer_size: int = 1024,
        seed: int | None = None,
    ):
        check_batch_size(batch_size)
        self._source = as_source(source, False)
        if self._source.once:
            raise ValueError(
                f"BalancedStream reads its source more than once, but the {self._source.name} "
                "gives one pass only. Pass a data set, such as "
                "`cornu.data.Dataset.from_generator(function)`."
            )
        self.seed = drawn_seed(seed)
        self.buffer_size = max(int(buffer_size), 1)
        self._class_of = class_of
        self._kind: Any = None
        found: dict[int, int] = {}
        for _, labels in self._batches(0):
            batch_size = batch_size or len(labels)
            for name, count in zip(*np.unique(labels, return_counts=True)):
                found[name.item()] = found.get(name.item(), 0) + int(count)
        if not found:
            raise ValueError(f"There is no data: the {self._source.name} gave no batch.")
        self.batch_size = batch_size
        names = sorted(found)
        self._before = found
        wanted = wanted_counts(strategy, np.array([found[n] for n in names]), np.array(names))
        self.counts = dict(zip(names, wanted.tolist()))
        self.num_batches = math.ceil(sum(self.counts.values()) / batch_size)

    def __len__(self) -> int:
        return self.num_batches

    def __iter__(self) -> Iterator[tuple]:
        return self.iterate(0)

    def iterate(self, epoch: int, start: int = 0) -> Iterator[tuple]:
        """The batches of an epoch.

        Args:
            epoch: number of the epoch.
            start: number of batches to leave out; their samples are read, but not put together.
        """
        group: list = []
        number = 0
        for row in self._mixed(epoch):
            group.append(row)
            if len(group) == self.batch_size:
                if number >= start:
                    yield _stacked(group)
                number, group = number + 1, []
        if group and number >= start:
            yield _stacked(group)

    def _mixed(self, epoch: int) -> Iterator[tuple[tuple, int]]:
        """Pairs of a batch and the number of a sample in it, in a random order."""
        rng = generator(self.seed, epoch)
        buffer: list = []
        for row in self._repeated(epoch, rng):
            if len(buffer) < self.buffer_size:
                buffer.append(row)
                continue
            place = rng.integers(self.buffer_size)
            yield buffer[place]
            buffer[place] = row
        for place in rng.permutation(len(buffer)):
            yield buffer[place]

    def _repeated(self, epoch: int, rng: np.random.Generator) -> Iterator[tuple[tuple, int]]:
        # The sample j of a class with n samples, of which m are wanted, comes as often as a
        # multiple of n lies between j * m and (j + 1) * m, shifted by chance: m times in all.
        seen = dict.fromkeys(self._before, 0)
        shift = {name: int(rng.integers(count)) for name, count in self._before.items()}
        for batch, labels in self._batches(epoch):
            for row, label in enumerate(labels.tolist()):
                count = self._before.get(label)
                if count is None:
                    raise ValueError(
                        f"The {self._source.name} gave class {label} in epoch {epoch + 1}, which "
                        "was not there when its classes were counted."
                    )
                before = seen[label] * self.counts[label] + shift[label]
                seen[label] += 1
                times = (before + self.counts[label]) // count - before // count
                for _ in range(times):
                    yield batch, row

    def _batches(self, epoch: int) -> Iterator[tuple[tuple, np.ndarray]]:
        """The source's batches, and the class of each sample."""
        check = BatchCheck(self._source.name)
        for number, batch in enumerate(self._source.open(epoch, 0, None)):
            batch = check(batch, f"Batch {number} of epoch {epoch + 1}")
            yield batch, self._labels(batch[1])

    def _labels(self, y: Any) -> np.ndarray:
        if self._class_of is not None:
            return np.asarray(self._class_of(y)).reshape(-1)
        if y is None or tree.is_nested(y):
            raise ValueError(
                "BalancedStream needs one array of targets in each batch. Pass class_of, a "
                "function from y to the class of each sample."
            )
        y = np.asarray(y)
        self._kind = self._kind or kind_of(y)
        labels = class_indices(y, self._kind, "y")
        if labels.ndim != 1 or self._kind == "binary":
            raise ValueError(
                f"BalancedStream needs one class for each sample, but y has shape {y.shape}. Pass "
                "class_of, a function from y to the class of each sample."
            )
        return labels


def _stacked(rows: list[tuple[tuple, int]]) -> tuple:
    """A batch of single samples of other batches."""
    samples = [_sample(batch, row) for batch, row in rows]
    return tree.map_structure(lambda *values: np.stack(values), *samples)


def _sample(batch: tuple, row: int) -> tuple:
    present = tuple(part for part in batch if part is not None)
    return tree.map_structure(lambda a: a[row], present)
