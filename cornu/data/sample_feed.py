"""`SampleFeed`: batches of samples that are chosen by their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.engine import randomness
from cornu.engine.user_warnings import warn

DEFAULT_BATCH_SIZE = 32


class SampleFeed:
    """Batches of samples in an order of their own for each epoch; a base of feeds.

    Args:
        num_samples: number of samples.
        batch_size: samples in a batch; the last batch of an epoch may be smaller.
        shuffle: True for a new order of the samples in each epoch, `"batch"` for a new order of
            the batches, False for the order given.
        steps: batches in an epoch, if not a whole pass.
        seed: makes the orders reproducible; drawn by chance by default.
    """

    def __init__(
        self,
        num_samples: int,
        batch_size: int | None,
        shuffle: bool | str,
        steps: int | None,
        seed: int | None,
    ):
        check_steps(steps)
        check_batch_size(batch_size)
        if not isinstance(shuffle, (bool, np.bool_)) and shuffle != "batch":
            raise ValueError(f"shuffle must be True, False or 'batch'; got {shuffle!r}.")
        self.num_samples = num_samples
        self.batch_size = DEFAULT_BATCH_SIZE if batch_size is None else int(batch_size)
        self._batches_in_pass = math.ceil(self.num_samples / self.batch_size)
        self._asked_steps = steps
        self.steps = steps or self._batches_in_pass
        self.shuffle = shuffle
        self.seed = drawn_seed(seed)

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
        """The batches `(x, y, sample_weight)` of an epoch.

        Args:
            epoch: number of the epoch.
            start: number of batches to leave out at the beginning.
        """
        return map(self._take, self._places(epoch, start))

    def _places(self, epoch: int, start: int) -> Iterator[Any]:
        order = self.order(epoch)
        for begin in range(start * self.batch_size, len(order), self.batch_size):
            chosen = order[begin : begin + self.batch_size]
            # Without a new order they lie side by side, and a slice copies nothing.
            yield chosen if self.shuffle else slice(int(chosen[0]), int(chosen[-1]) + 1)

    def has_more(self) -> bool:
        """Whether another epoch can follow: always, for samples can be read again."""
        return True

    def get_state(self, epoch: int, step: int) -> dict:
        """What beside the seed tells the place in the data: nothing."""
        return {}

    def watch(self, saves_at: Any) -> None:
        """Note what a backup needs: nothing."""

    def set_state(self, state: dict) -> None:
        """Begin at the place that `get_state` told: the epoch and the step say it all."""

    def read_in_caller(self) -> None:
        """Read in the thread that asks, for a debugger."""

    def close(self) -> None:
        """Stop reading; there is nothing to stop here."""


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


def check_steps(steps: Any) -> None:
    """Raise a ValueError unless this is a positive int or None."""
    if steps is not None and (int(steps) != steps or steps < 1):
        raise ValueError(f"The number of steps in an epoch must be a positive int; got {steps!r}.")


def warn_out_of_data(found: int, steps: int) -> None:
    """Warn that an epoch ends early."""
    warn(
        f"The data ran out after {found} of {steps} batches, so the epoch ends early. Pass fewer "
        "steps_per_epoch, or data for at least steps_per_epoch * epochs batches."
    )


def generator(seed: int, number: int) -> np.random.Generator:
    """A generator of random numbers that depends on both arguments only."""
    key = np.array([seed % 2**64, number], np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def drawn_seed(seed: int | None) -> int:
    """The seed, or one drawn by chance, which `utils.set_random_seed` fixes."""
    return randomness.draw_seed() if seed is None else int(seed)
