"""The loop over batches that `fit`, `evaluate` and `predict` share."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from cornu import tree
from cornu.data import ArrayFeed
from cornu.training.program import Program
from cornu.training.steps.executions import Executions

# One dispatch of several short steps shall take about this long.
TARGET_SECONDS = 0.03
# Data larger than this stays on the host; batches are gathered there.
DEVICE_DATA_BYTES = 4 * 2**30
# Smaller data are padded, so that data of nearly the same length share a program.
MOST_PADDED_BYTES = 64 * 2**20
# Dispatches under way before the loop waits for the oldest.
IN_FLIGHT = 16


class Loop:
    """Runs one step program over the batches of a feed.

    Args:
        program: what to run for each batch.
        feed: where the batches come from.
        steps: batches per epoch, None for all that come.
        interval: batches between two calls of the batch hooks; None if nobody needs them.
        eager: a function to call on each batch instead of the program.
        hooks: the batch hooks; a dispatch of several steps shall hold an execution of theirs.
        check: looks at batches of data that were not looked at as a whole; None for no look.
    """

    def __init__(
        self,
        program: Program,
        feed: Any,
        steps: int | None,
        interval: int | None,
        eager: Callable | None,
        hooks: Executions,
        check: Any = None,
    ):
        self.program, self.feed, self.steps = program, feed, steps
        self.interval, self.eager, self.hooks = hooks.interval(interval), eager, hooks
        self.whole = isinstance(feed, ArrayFeed)
        self.device_data: Any = None
        self.check = check

    def epoch(self, epoch: int, start: int = 0) -> Iterator[tuple[int, int, Any, Any]]:
        """Run an epoch; yields (first step, steps done, batch or None, result) per dispatch.

        The hooks before steps are called here; the caller says when a step ended, with its logs.
        """
        if self.eager is None and self.whole and self._use_device(start):
            yield from self._on_device(epoch, start)
            return
        pending: deque = deque()
        for step, batch in enumerate(self._batches(epoch, start), start):
            self.hooks.begin(step)
            if self.eager is not None:
                result = self.eager(batch)
            else:
                result = self.program.run(batch)
            yield step, 1, batch, result
            if self.eager is None:
                pending.append(jax.tree.leaves(result)[:1])
                if len(pending) > IN_FLIGHT:
                    jax.block_until_ready(pending.popleft())

    def _batches(self, epoch: int, start: int) -> Iterator:
        # A feed made for a number of steps goes on where the last epoch stopped.
        batches = self.feed.batches(epoch, start)
        if self.whole or self.check is None:
            yield from batches
            return
        for batch in batches:
            self.check.batch(batch)
            yield batch

    def _use_device(self, start: int) -> bool:
        if self.interval == 1 or self.feed.num_samples < self.feed.batch_size:
            return False
        leaves = [a for a in tree.flatten(self.feed.arrays) if a is not None]
        if sum(a.size * a.dtype.itemsize for a in leaves) > DEVICE_DATA_BYTES:
            return False
        return self.program.is_short(self.feed.peek())

    def _on_device(self, epoch: int, start: int) -> Iterator[tuple[int, int, Any, Any]]:
        feed, program = self.feed, self.program
        if self.device_data is None:
            self.device_data = jax.tree.map(_padded, feed.arrays)
        order = feed.order(epoch)
        full = len(order) // feed.batch_size
        device_order = _padded(order)
        pending: deque = deque()
        step = start
        while step < full:
            count = min(self._chunk(), program.most_steps(full), full - step)
            if self.interval:
                count = min(count, self.interval - step % self.interval)
            self.hooks.begin(step)
            began = time.perf_counter()
            result = program.run_many(self.device_data, device_order, feed.batch_size, step, count)
            if program.seconds_per_step is None:
                self._time(began, result, count)
            yield step, count, None, result
            step += count
            pending.append(jax.tree.leaves(result)[:1])
            if len(pending) > IN_FLIGHT:
                jax.block_until_ready(pending.popleft())
        if step * feed.batch_size < len(order):
            self.hooks.begin(step)
            batch = feed._take(order[step * feed.batch_size :])
            yield step, 1, batch, program.run(batch)

    def _chunk(self) -> int:
        seconds = self.program.seconds_per_step
        wanted = 16 if seconds is None else max(1, int(TARGET_SECONDS / max(seconds, 1e-7)))
        return max(wanted, self.hooks.size)

    def _time(self, began: float, result: Any, count: int) -> None:
        """Measure one chunk after the one that was compiled."""
        jax.block_until_ready(jax.tree.leaves(result))
        if self.program.warm:
            self.program.seconds_per_step = (time.perf_counter() - began) / count
        self.program.warm = True


def _padded(array: Any) -> jax.Array:
    """The array on the device, with rows that are never read up to one of few lengths."""
    if isinstance(array, jax.Array) or array.nbytes > MOST_PADDED_BYTES:
        return jax.numpy.asarray(array)
    unit = 1 << max(len(array).bit_length() - 5, 0)
    missing = -len(array) % unit
    return jax.numpy.asarray(np.pad(array, [(0, missing)] + [(0, 0)] * (array.ndim - 1)))
