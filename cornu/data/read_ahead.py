"""Reading ahead: one thread gets the next batches while the model works on this one.

All that is read for a feed is read in one thread, so a generator may keep what belongs to a thread,
such as a connection to a database.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Any

# Batches read ahead: one that waits, and one under way.
DEPTH = 2
# What `Ahead.peek` returns where nothing follows.
END = object()


class Reader:
    """A thread that makes calls one after another; it begins with the first."""

    def __init__(self) -> None:
        self._calls: SimpleQueue = SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, call: Callable, *args: Any) -> Future:
        """Have a call made; the future gives its result or its exception."""
        if self._thread is None:
            # As a daemon it does not keep a program alive whose generator waits forever.
            self._thread = threading.Thread(
                target=_make_calls, args=(self._calls,), name="cornu-reader", daemon=True
            )
            self._thread.start()
            weakref.finalize(self, self._calls.put, None)
        future: Future = Future()
        self._calls.put((future, call, args))
        return future

    def ahead(self, iterator: Iterator) -> Ahead:
        """An iterator that is read ahead in this thread."""
        return Ahead(iterator, self)

    def close(self) -> None:
        """End the thread after the call that is under way; a later call begins another."""
        if self._thread is not None:
            self._calls.put(None)
            self._thread, self._calls = None, SimpleQueue()


def _make_calls(calls: SimpleQueue) -> None:
    while (item := calls.get()) is not None:
        future, call, args = item
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(call(*args))
        except BaseException as error:  # noqa: BLE001 (raised again where the result is asked for)
            future.set_exception(error)
        # What was read must not live on until the next call.
        del item, future, call, args


class Ahead:
    """One pass over an iterator, of which some items may have been read already.

    Args:
        iterator: what is read.
        reader: the thread that reads, ahead of need; None to read when an item is asked for.
    """

    def __init__(self, iterator: Iterator, reader: Reader | None):
        self._iterator, self._reader = iterator, reader
        self._waiting: deque = deque()
        self.ended = False

    def peek(self) -> Any:
        """The next item, which stays the next one; `END` at the end."""
        if self.ended:
            return END
        if not self._waiting:
            self._read()
        item = self._waiting[0].result()
        self._at_end(item)
        return item

    def take(self, count: int | None = None) -> Iterator:
        """The next items; never more are read ahead than `count`.

        Args:
            count: number of items, all by default.
        """
        given = 0
        while not self.ended and (count is None or given < count):
            limit = DEPTH if self._reader is not None else 1
            while len(self._waiting) < (limit if count is None else min(limit, count - given)):
                self._read()
            item = self._waiting[0].result()
            if self._at_end(item):
                return
            self._waiting.popleft()
            given += 1
            yield item

    def settle(self) -> None:
        """Wait until the first of the items that are read ahead, if any, is there."""
        if self._waiting:
            wait([self._waiting[0]])

    def _read(self) -> None:
        if self._reader is not None:
            self._waiting.append(self._reader.submit(next, self._iterator, END))
            return
        future: Future = Future()
        future.set_result(next(self._iterator, END))
        self._waiting.append(future)

    def _at_end(self, item: Any) -> bool:
        if item is END:
            self.ended = True
            self._waiting.clear()
        return item is END
