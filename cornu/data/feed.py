"""Feeds: what `fit`, `evaluate` and `predict` read batches from."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu import tree
from cornu.data.arrays import common_length, is_array_structure, to_arrays
from cornu.data.batch import class_weights_to_sample_weights

DEFAULT_BATCH_SIZE = 32


class ArrayFeed:
    """Batches of arrays that are in memory; each epoch is one pass over all samples.

    Args:
        x: inputs: array or nested structure of arrays `(samples, ...)`.
        y: targets, likewise, or None.
        sample_weight: weights, likewise, or None.
        batch_size: samples in a batch; the last batch of an epoch may be smaller.
        shuffle: True for a new order of the samples in each epoch, `"batch"` for a new order of
            the batches, False for the order given.
        class_weight: dict from class to weight, or None.
        seed: makes the orders reproducible; drawn by chance by default.

    Attributes:
        arrays: the tuple `(x, y, sample_weight)` of structures of arrays.
        num_samples: length of the arrays.
        steps: number of batches in an epoch.

    Raises:
        ValueError: for no data, arrays of different lengths, or a nonsense argument.

    >>> import numpy as np
    >>> from cornu.data import ArrayFeed
    >>> feed = ArrayFeed(np.arange(5), batch_size=2, shuffle=False)
    >>> [x.tolist() for x, y, sample_weight in feed.batches(epoch=0)]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int | None = None,
        shuffle: bool | str = True,
        class_weight: dict | None = None,
        seed: int | None = None,
    ):
        check_batch_size(batch_size)
        if not isinstance(shuffle, (bool, np.bool_)) and shuffle != "batch":
            raise ValueError(f"shuffle must be True, False or 'batch'; got {shuffle!r}.")
        x, y = to_arrays(x, "x"), to_arrays(y, "y")
        sample_weight = to_arrays(sample_weight, "sample_weight")
        self.num_samples = common_length({"x": x, "y": y, "sample_weight": sample_weight})
        if class_weight is not None:
            check_weights(class_weight, sample_weight)
            sample_weight = class_weights_to_sample_weights(y, class_weight)
        self.arrays = (x, y, sample_weight)
        self.batch_size = DEFAULT_BATCH_SIZE if batch_size is None else int(batch_size)
        self.steps = math.ceil(self.num_samples / self.batch_size)
        self.shuffle = shuffle
        # Python's own generator: `utils.set_random_seed` seeds it.
        self.seed = random.randrange(2**63) if seed is None else int(seed)

    def order(self, epoch: int) -> np.ndarray:
        """The order of the samples in an epoch.

        Args:
            epoch: number of the epoch.

        Returns:
            int32 array `(samples,)`, a permutation that depends on seed and epoch only.
        """
        indices = np.arange(self.num_samples, dtype=np.int32)
        if not self.shuffle:
            return indices
        key = np.array([self.seed % 2**64, epoch], np.uint64)
        rng = np.random.Generator(np.random.Philox(key=key))
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
        """The batches `(x, y, sample_weight)` of an epoch.

        Args:
            epoch: number of the epoch.
            start: number of batches to leave out at the beginning.
        """
        order = self.order(epoch) if self.shuffle else None
        for step in range(start, self.steps):
            span = slice(step * self.batch_size, (step + 1) * self.batch_size)
            yield self._take(span if order is None else order[span])

    def _take(self, where: Any) -> tuple[Any, Any, Any]:
        return tree.map_structure(lambda a: None if a is None else a[where], self.arrays)


def make_feed(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    shuffle: bool | str = True,
    class_weight: dict | None = None,
    steps: int | None = None,
    seed: int | None = None,
) -> ArrayFeed:
    """The feed for whatever data a user passes.

    Args:
        x: arrays, data frames, tensors, lists of numbers, or nested structures of these.
        y: targets, for arrays only.
        sample_weight: weights, for arrays only.
        batch_size: samples in a batch, for arrays only; 32 by default.
        shuffle: True, False or `"batch"`; see `ArrayFeed`.
        class_weight: dict from class to weight.
        steps: batches in an epoch; one pass over the data by default.
        seed: makes the order of samples reproducible.

    Raises:
        ValueError: for data of an unknown kind, or arguments that do not go with it.
    """
    if is_array_structure(x):
        return ArrayFeed(x, y, sample_weight, batch_size, shuffle, class_weight, seed)
    raise ValueError(f"x is of type {type(x).__name__}, which is no data.")


def check_batch_size(batch_size: Any) -> None:
    """Raise a ValueError unless this is a positive int or None."""
    if batch_size is not None and (int(batch_size) != batch_size or batch_size < 1):
        raise ValueError(f"batch_size must be a positive int; got {batch_size!r}.")


def check_weights(class_weight: dict | None, sample_weight: Any) -> None:
    """Raise a ValueError if there are weights by class and by sample."""
    if class_weight is not None and sample_weight is not None:
        raise ValueError(
            "Pass either class_weight or sample_weight, not both; multiply the sample weights by "
            "those of the classes instead."
        )
