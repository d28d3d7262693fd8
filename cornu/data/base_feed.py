"""`Feed`: what every feed has, whatever the batches are read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.engine import randomness
from cornu.engine.user_warnings import warn


class Feed:
    """Batches `(x, y, sample_weight)`, epoch by epoch, with a position that can be saved.

    `make_feed` gives one for any data. A subclass implements `peek` and `batches`, and overrides
    the rest where its source keeps a position, threads or processes.

    Args:
        length: batches in a pass over the data, None if unknown.
        steps: batches in an epoch, if not a whole pass.

    Attributes:
        arrays: the tuple `(x, y, sample_weight)`, if all data are in memory.
        num_samples: number of samples, None if unknown.
        batch_size: samples in a batch, None if the source decides.
        steps: batches in an epoch, None if unknown.
        seed: what the order of the samples or batches depends on.

    Raises:
        ValueError: unless steps is a positive int or None.
    """

    arrays: tuple[Any, Any, Any] | None = None
    num_samples: int | None = None
    batch_size: int | None = None
    seed: int

    def __init__(self, length: int | None, steps: int | None):
        check_steps(steps)
        self._asked_steps = steps
        self.steps = steps or length

    def limit_steps(self, maximum: int | None) -> None:
        """Make an epoch no longer than `maximum` batches; to be called before anything is read."""
        if maximum is not None and (self.steps is None or self.steps > maximum):
            self._asked_steps = self.steps = maximum

    def peek(self) -> tuple[Any, Any, Any]:
        """A first batch as an example; it is not lost for training."""
        raise NotImplementedError

    def batches(self, epoch: int, start: int = 0) -> Iterator[tuple[Any, Any, Any]]:
        """The batches of an epoch.

        Args:
            epoch: number of the epoch.
            start: number of batches to leave out at the beginning.
        """
        raise NotImplementedError

    def has_more(self) -> bool:
        """Whether another epoch can follow."""
        return True

    def watch(self, saves_at: Callable[[int], bool]) -> None:
        """Note what a backup needs at some steps of each epoch; at its end it can always be had.

        Args:
            saves_at: whether there may be a backup after so many steps.
        """

    def get_state(self, epoch: int, step: int) -> dict[str, Any]:
        """What beside the seed says where in the data the feed is, before step `step` of an epoch.

        Args:
            epoch: number of the epoch that is read.
            step: number of batches of it that were used.
        """
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Make the next epoch begin at the place that `get_state` returned."""

    def read_in_caller(self) -> None:
        """Read in the thread that asks, for a debugger; to be called before anything is read."""

    def close(self) -> None:
        """End the threads and processes that read; the feed can be read again."""


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
    """The seed, or a random one, which `utils.set_random_seed` fixes."""
    return randomness.draw_seed() if seed is None else int(seed)
