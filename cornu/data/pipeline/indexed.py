"""Stages that only say which element stands where, so that every one can be read at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import concatenate, take
from cornu.data.pipeline.stage import Indexed, Run


class Sliced(Indexed):
    """Every `step`-th element from `first` on: `take`, `skip` and `shard`."""

    parent: Indexed

    def __init__(self, parent: Indexed, first: int, length: float, step: int = 1):
        super().__init__(parent)
        self.first = first
        self.step = step
        self.length = max(length, 0)

    def get(self, run: Run, indices: np.ndarray) -> Any:
        """The elements at these indices."""
        return self.parent.get(run, self.first + self.step * indices)


class Shuffled(Indexed):
    """All elements in a random order, a new one in each epoch."""

    parent: Indexed

    def __init__(self, parent: Indexed, seed: int | None, reshuffle: bool):
        super().__init__(parent)
        self.seed = seed
        self.reshuffle = reshuffle
        self._orders: dict[Run, np.ndarray] = {}

    def get(self, run: Run, indices: np.ndarray) -> Any:
        """The elements at these places of the order."""
        return self.parent.get(run, self._order(run)[indices])

    def _order(self, run: Run) -> np.ndarray:
        key = order_key(run, self.seed, self.reshuffle)
        order = self._orders.get(key)
        if order is None:
            count = int(self.length)
            dtype = np.int32 if count < 2**31 else np.int64
            order = key.generator(self.depth).permutation(np.arange(count, dtype=dtype))
            # Two passes meet where a repeated data set is batched.
            self._orders = {**dict(list(self._orders.items())[-1:]), key: order}
        return order

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_orders": {}}


class Repeated(Indexed):
    """Several passes over the elements, each an epoch of its own for the stages before."""

    parent: Indexed

    def __init__(self, parent: Indexed, count: float):
        super().__init__(parent)
        self.count = count
        self.length = 0 if parent.length == 0 else parent.length * count

    def get(self, run: Run, indices: np.ndarray) -> Any:
        """The elements at these indices, counted through all passes."""
        numbers, places = np.divmod(indices, int(self.parent.length))
        chosen = [(int(n), numbers == n) for n in np.unique(numbers)]
        parts = [self.parent.get(pass_of(run, n, self.count), places[where]) for n, where in chosen]
        return assembled(parts, [where for _, where in chosen])


def order_key(run: Run, seed: int | None, reshuffle: bool) -> Run:
    """What an order depends on: its own seed, if it has one, and the epoch, if it is redrawn."""
    seed = run.seed if seed is None else seed % 2**64
    return run._replace(seed=seed, epoch=run.epoch if reshuffle else 0)


def pass_of(run: Run, number: int, count: float) -> Run:
    """The run of one pass of a repeated stage; no two passes of all epochs are the same."""
    passes = 2**32 if math.isinf(count) else int(count)
    return run._replace(epoch=run.epoch * passes + number)


def assembled(parts: list, masks: list[np.ndarray]) -> Any:
    """The elements of several parts, each at the places that its mask says."""
    if len(parts) == 1:
        return parts[0]
    order = np.argsort(np.concatenate([np.flatnonzero(mask) for mask in masks]))
    if isinstance(parts[0], list):
        batches = [batch for part in parts for batch in part]
        return [batches[i] for i in order]
    return take(concatenate(parts), order)
