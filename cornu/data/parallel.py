"""Reading the items of a sequence ahead, in threads or processes, in order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

# The sequence that a worker process reads; each process has its own.
_sequence: Any = None


def read_in_order(
    sequence: Any,
    indices: Iterable[int],
    workers: int,
    use_multiprocessing: bool,
    max_queue_size: int,
) -> Iterator[Any]:
    """The items of a sequence at these indices, in this order.

    Args:
        sequence: has `__getitem__`; it must be picklable for processes.
        indices: which items.
        workers: number of threads or processes; at most one thread means to read in the caller's.
        use_multiprocessing: whether to start processes, with a copy of the sequence each.
        max_queue_size: number of items read ahead.

    Raises:
        Exception: what the sequence raised, with a note that names the index.
    """
    if workers <= 1 and not use_multiprocessing:
        for index in indices:
            yield _with_note(lambda index=index: sequence[index], index, sequence)
        return
    executor = _executor(sequence, max(workers, 1), use_multiprocessing)
    read = _read_in_process if use_multiprocessing else sequence.__getitem__
    waiting: deque = deque()
    try:
        for index in indices:
            waiting.append((index, executor.submit(read, index)))
            if len(waiting) >= max(max_queue_size, 1):
                index, future = waiting.popleft()
                yield _with_note(future.result, index, sequence)
        while waiting:
            index, future = waiting.popleft()
            yield _with_note(future.result, index, sequence)
    finally:
        executor.shutdown(cancel_futures=True)


def _executor(sequence: Any, workers: int, use_multiprocessing: bool) -> Executor:
    if not use_multiprocessing:
        return ThreadPoolExecutor(workers)
    # JAX runs threads of its own, and a forked copy of a threaded process can hang.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, context, initializer=_keep, initargs=(sequence,))


def _keep(sequence: Any) -> None:
    global _sequence
    _sequence = sequence


def _read_in_process(index: int) -> Any:
    return _sequence[index]


def _with_note(read: Any, index: int, sequence: Any) -> Any:
    try:
        return read()
    except Exception as error:
        error.add_note(f"This happened while reading batch {index} of {type(sequence).__name__}.")
        raise
