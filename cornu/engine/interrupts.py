"""Steps that an interrupt does not split, and other threads do not come between.

A compiled step takes the memory of the state it is given. An interrupt between its call and the
moment when the new state is in its place would leave a model without weights.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


class Whole:
    """A section of code that is run to its end; one thread at a time is in it.

    An interrupt (Ctrl-C) that comes inside is raised behind it, the second one at once.

    >>> from cornu.engine.interrupts import Whole
    >>> with Whole() as section:
    ...     section.is_under_way
    True
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self.interrupted = False

    @property
    def is_under_way(self) -> bool:
        """Whether a thread is inside."""
        return self._depth > 0

    def __enter__(self) -> Whole:
        self._lock.acquire()
        self._depth += 1
        return self

    def __exit__(self, *error: Any) -> None:
        self._depth -= 1
        self._lock.release()
        if self.interrupted and not self._depth:
            if threading.current_thread() is threading.main_thread():
                self.interrupted = False
                raise KeyboardInterrupt


# The change of a model's state by a compiled step.
state_change = Whole()


@contextlib.contextmanager
def interrupts_between_steps() -> Iterator[None]:
    """Have interrupts wait for the end of the step under way.

    Only in the main thread, and only where Python's own handling is in place.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return

    def handle(number: int, frame: Any) -> None:
        if state_change.is_under_way and not state_change.interrupted:
            state_change.interrupted = True
        else:
            signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        state_change.interrupted = False
