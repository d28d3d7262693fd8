"""`SampleFeed` and `ArrayFeed`: batches of samples that are chosen by their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu import tree
from cornu.data.arrays import common_length, to_arrays
from cornu.data.base_feed import (
    Feed,
    check_batch_size,
    check_weights,
    drawn_seed,
    generator,
    warn_out_of_data,
)
from cornu.data.class_weights import ClassWeights, as_class_weights

DEFAULT_BATCH_SIZE = 32


class SampleFeed(Feed):
    """Batches of samples in an order of their own for each epoch; a base of feeds.

    The arguments are those of `ArrayFeed`. A subclass says how it gets at the samples.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int | None = None,
        shuffle: bool | str = True,
        class_weight: Any = None,
        steps: int | None = None,
        seed: int | None = None,
    ):
        parts = {"x": x, "y": y, "sample_weight": sample_weight}
        parts = {name: to_arrays(part, name) for name, part in parts.items()}
        count = common_length(parts)
        check_batch_size(batch_size)
        if not isinstance(shuffle, (bool, np.bool_)) and shuffle != "batch":
            raise ValueError(f"shuffle must be True, False or 'batch'; got {shuffle!r}.")
        self.num_samples = count
        self.batch_size = DEFAULT_BATCH_SIZE if batch_size is None else int(batch_size)
        self._batches_in_pass = math.ceil(self.num_samples / self.batch_size)
        super().__init__(self._batches_in_pass, steps)
        self.shuffle = shuffle
        self.seed = drawn_seed(seed)
        self._hold(parts, type(x).__name__)
        check_weights(class_weight, sample_weight)
        if class_weight is not None:
            self._weigh(as_class_weights(class_weight))

    def _hold(self, parts: dict[str, Any], kind: str) -> None:
        """Keep x, y and sample_weight, by name; `kind` is the type of what came as x."""
        raise NotImplementedError

    def _weigh(self, class_weight: ClassWeights) -> None:
        """Make the sample weights those of the classes."""
        raise NotImplementedError

    def _take(self, where: Any) -> tuple[Any, Any, Any]:
        """The samples at these numbers, an int array or a slice."""
        raise NotImplementedError

    def order(self, epoch: int) -> np.ndarray:
        """The order of the samples in an epoch.

        Args:
            epoch: number of the epoch.

        Returns:
            int32 array: a permutation of all samples that depends on seed and epoch only, or, with
            `steps`, the part of it that belongs to the epoch.
        """
        epochs_in_pass = math.ceil(self._batches_in_pass / self.steps)
        number, part = divmod(epoch, epochs_in_pass)
        size = self.steps * self.batch_size
        indices = self._order_of_pass(number)[part * size : (part + 1) * size]
        if self._asked_steps and len(indices) <= (self._asked_steps - 1) * self.batch_size:
            warn_out_of_data(math.ceil(len(indices) / self.batch_size), self._asked_steps)
        return indices

    def _order_of_pass(self, number: int) -> np.ndarray:
        indices = np.arange(self.num_samples, dtype=np.int32)
        if not self.shuffle:
            return indices
        rng = generator(self.seed, number)
        if self.shuffle != "batch":
            return rng.permutation(indices)
        # The last, smaller batch stays last.
        full = self.num_samples // self.batch_size * self.batch_size
        blocks = rng.permutation(indices[:full].reshape(-1, self.batch_size))
        return np.concatenate([blocks.reshape(-1), indices[full:]])

    def peek(self) -> tuple[Any, Any, Any]:
        """A first batch `(x, y, sample_weight)` as an example."""
        return self._take(slice(0, self.batch_size))

    def batches(self, epoch: int, start: int = 0) -> Iterator[tuple[Any, Any, Any]]:
        """The batches of an epoch; see `Feed`."""
        return map(self._take, self._places(epoch, start))

    def _places(self, epoch: int, start: int) -> Iterator[Any]:
        order = self.order(epoch)
        for begin in range(start * self.batch_size, len(order), self.batch_size):
            chosen = order[begin : begin + self.batch_size]
            # Without a new order they lie side by side, and a slice copies nothing.
            yield chosen if self.shuffle else slice(int(chosen[0]), int(chosen[-1]) + 1)


class ArrayFeed(SampleFeed):
    """Batches of arrays that are in memory; each epoch is one pass over all samples.

    Args:
        x: inputs: array or nested structure of arrays `(samples, ...)`.
        y: targets, likewise, or None.
        sample_weight: weights, likewise, or None.
        batch_size: samples in a batch; the last batch of an epoch may be smaller.
        shuffle: True for a new order of the samples in each epoch, `"batch"` for a new order of
            the batches, False for the order given.
        class_weight: weights by class, see `cornu.data.class_weights.ClassWeights`; or None.
        steps: batches in an epoch, if not a whole pass: the next epoch goes on where the last one
            stopped, and ends early, with a warning, at the end of the pass.
        seed: makes the orders reproducible; random by default.

    Attributes:
        arrays: the tuple `(x, y, sample_weight)` of structures of arrays.
        num_samples: length of the arrays.
        steps: number of batches in an epoch.

    Raises:
        ValueError: for no data, arrays of different lengths, or a nonsense argument.

    >>> from cornu.data import ArrayFeed
    >>> feed = ArrayFeed(np.arange(5), batch_size=2, shuffle=False)
    >>> [x.tolist() for x, y, sample_weight in feed.batches(epoch=0)]
    [[0, 1], [2, 3], [4]]
    """

    def _hold(self, parts: dict[str, Any], kind: str) -> None:
        self.arrays = (parts["x"], parts["y"], parts["sample_weight"])

    def _weigh(self, class_weight: ClassWeights) -> None:
        x, y, _ = self.arrays
        self.arrays = (x, y, class_weight.fitted(y)(y))

    def _take(self, where: Any) -> tuple[Any, Any, Any]:
        return tree.map_structure(lambda a: None if a is None else a[where], self.arrays)
