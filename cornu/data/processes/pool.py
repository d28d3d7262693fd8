"""`Pool`: worker processes that read the items of a data set, in order, ahead of need.

Item k goes to worker k modulo their number, so answers come in order without being sorted. The
workers live until the pool is closed. They are spawned: JAX runs threads, and a forked copy of a
threaded process can hang.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import pickle
import signal
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing.connection import wait
from multiprocessing.shared_memory import SharedMemory
from typing import Any

from cornu.data.processes.block import Message, block_name, read
from cornu.data.processes.worker import work

_numbers = itertools.count()


class WorkerTraceback(Exception):
    """Where an error happened in a worker process."""

    def __str__(self) -> str:
        return f"in the worker process\n{self.args[0]}"


class Pool:
    """Worker processes with a copy of a data set each.

    Args:
        data: has `__getitem__`, and can be pickled.
        workers: number of processes.
        max_queue_size: number of items that are read ahead.

    Raises:
        ValueError: if the data set cannot be pickled.
    """

    def __init__(self, data: Any, workers: int, max_queue_size: int):
        self._name = type(data).__name__
        # Items that a worker may have in hand; each has a block of its own.
        self._blocks = max(1, -(-max_queue_size // workers))
        payload = pickled(data)
        number = next(_numbers)
        self._workers = [
            _Worker(f"cornu-{os.getpid()}-{number}-{k}", self._blocks) for k in range(workers)
        ]
        weakref.finalize(self, _close, self._workers)
        for worker in self._workers:
            self._send(worker, ("data", payload), None)

    def read(self, indices: Iterable[int]) -> Iterator[Any]:
        """The items at these indices, in this order.

        Raises:
            Exception: what the data set raised, with the worker's traceback and the index.
            RuntimeError: if a worker process ended.
        """
        self._drop_unread()
        workers = itertools.cycle(self._workers)
        waiting: deque = deque()
        for index in indices:
            worker = next(workers)
            if len(worker.asked) >= self._blocks:
                yield self._receive(waiting.popleft())
            self._send(worker, ("read", index, worker.next_block()), index)
            waiting.append(worker)
        while waiting:
            yield self._receive(waiting.popleft())

    def renew(self, data: Any) -> None:
        """Give the workers the data set as it is now."""
        self._drop_unread()
        payload = pickled(data)
        for worker in self._workers:
            self._send(worker, ("data", payload), None)

    def close(self) -> None:
        """End the workers and free their memory."""
        _close(self._workers)

    def _drop_unread(self) -> None:
        # What a loop left that was broken off.
        for worker in self._workers:
            while worker.asked:
                answer = self._answer(worker)
                worker.asked.popleft()
                if answer[0] == "batch":
                    worker.unpack(answer[1])

    def _send(self, worker: _Worker, message: tuple, index: int | None) -> None:
        if index is not None:
            worker.asked.append(index)
        try:
            worker.connection.send(message)
        except (ConnectionError, OSError):
            raise self._death(worker) from None

    def _receive(self, worker: _Worker) -> Any:
        answer = self._answer(worker)
        index = worker.asked.popleft()
        if answer[0] == "batch":
            return worker.unpack(answer[1])
        _, error, text = answer
        error = pickle.loads(error)
        error.add_note(f"This happened while reading batch {index} of {self._name}.")
        raise error from WorkerTraceback(text)

    def _answer(self, worker: _Worker) -> tuple:
        # Whichever worker dies, it is noticed now, not when its turn comes.
        ends = [w.process.sentinel for w in self._workers]
        while worker.connection not in (ready := wait([worker.connection, *ends])):
            dead = next(w for w in self._workers if w.process.sentinel in ready)
            raise self._death(dead)
        try:
            return worker.connection.recv()
        except (EOFError, ConnectionError):
            raise self._death(worker) from None

    def _death(self, worker: _Worker) -> RuntimeError:
        worker.process.join(timeout=5)
        code = worker.process.exitcode
        killed = code is not None and code < 0
        how = f"by signal {signal.Signals(-code).name}" if killed else f"with exit code {code}"
        task = f"reading batch {worker.asked[0]}" if worker.asked else "starting"
        return RuntimeError(
            f"A worker process of {self._name} was ended {how} while {task}. "
            + (
                "If memory ran out, use fewer workers, a smaller max_queue_size or smaller batches."
                if killed
                else "Its messages are above. If it could not start: a script that uses processes "
                'must call fit under `if __name__ == "__main__":`, for its workers import it.'
            )
        )


class _Worker:
    """One process, what it was asked for, and its blocks as seen from here."""

    def __init__(self, prefix: str, blocks: int):
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=work, args=(theirs, prefix, blocks), name=prefix, daemon=True
        )
        self.process.start()
        theirs.close()
        self.asked: deque[int] = deque()
        self._turns = itertools.cycle(range(blocks))
        self._prefixes = [f"{prefix}-{number}" for number in range(blocks)]
        self._memory: dict[str, SharedMemory] = {}

    def next_block(self) -> int:
        """The block whose last batch was received longest ago."""
        return next(self._turns)

    def unpack(self, message: Message) -> Any:
        """The batch of a message."""
        if not message.size:
            return read(message, None)
        prefix, _, _ = message.name.rpartition("-")
        known = self._memory.get(prefix)
        if known is None or known.name != message.name:
            if known is not None:
                known.close()
            self._memory[prefix] = SharedMemory(message.name)
        return read(message, self._memory[prefix])

    def end(self) -> None:
        """Ask the process to end."""
        with contextlib.suppress(OSError):
            self.connection.send(None)

    def free(self) -> None:
        """Wait for the end of the process, or force it; then free its blocks."""
        self.process.join(timeout=0.5)
        if self.process.is_alive():
            self.process.terminate()
            self.process.join()
        self.process.close()
        self.connection.close()
        for prefix in self._prefixes:
            memory = self._memory.pop(prefix, None)
            number = 0 if memory is None else int(memory.name.rpartition("-")[2])
            # The block known here, or one that took its place unseen.
            for name in (block_name(prefix, number), block_name(prefix, number + 1)):
                with contextlib.suppress(FileNotFoundError):
                    found = SharedMemory(name)
                    found.close()
                    found.unlink()
            if memory is not None:
                memory.close()


def _close(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.end()
    while workers:
        workers.pop().free()


def pickled(data: Any) -> bytes:
    """The data set as bytes for the workers.

    Raises:
        ValueError: if it cannot be pickled; names the attribute at fault.
    """
    try:
        return pickle.dumps(data, 5)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        culprit = next((n for n, v in vars(data).items() if not _can_pickle(v)), None)
        part = "it" if culprit is None else f"its attribute {culprit!r}"
        raise ValueError(
            f"{type(data).__name__} cannot be sent to worker processes, for {part} cannot be "
            f"pickled: {error}. Open files and connections in `__getitem__`, define classes and "
            "functions at the top of a module, or use threads: use_multiprocessing=False."
        ) from error


def _can_pickle(value: Any) -> bool:
    try:
        pickle.dumps(value, 5)
    except (pickle.PicklingError, TypeError, AttributeError):
        return False
    return True
