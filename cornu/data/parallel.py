"""Reading the items of a sequence in order: in the caller's thread, or ahead in several.

What the sequence raises gets a note that names the index.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def read_here(sequence: Any, indices: Iterable[int]) -> Iterator[Any]:
    """The items at these indices, read when they are asked for."""
    for index in indices:
        yield with_note(lambda index=index: sequence[index], index, sequence)


def read_in_threads(
    sequence: Any, indices: Iterable[int], workers: int, max_queue_size: int
) -> Iterator[Any]:
    """The items at these indices, in this order; threads read `max_queue_size` items ahead."""
    executor = ThreadPoolExecutor(workers)
    waiting: deque = deque()
    try:
        for index in indices:
            waiting.append((index, executor.submit(sequence.__getitem__, index)))
            if len(waiting) >= max(max_queue_size, 1):
                index, future = waiting.popleft()
                yield with_note(future.result, index, sequence)
        while waiting:
            index, future = waiting.popleft()
            yield with_note(future.result, index, sequence)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def with_note(read: Callable, index: int, sequence: Any) -> Any:
    """The result of `read`; what it raises gets a note that names the index."""
    try:
        return read()
    except Exception as error:
        error.add_note(f"This happened while reading batch {index} of {type(sequence).__name__}.")
        raise
