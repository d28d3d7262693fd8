"""What a worker process does: read items, put them into shared memory, say where they are.

It imports nothing but NumPy, the data set's own module and this one; JAX stays out.
"""

from __future__ import annotations

import pickle
import signal
import traceback
from multiprocessing.connection import Connection
from typing import Any

from cornu.data.processes.block import Block


def work(connection: Connection, prefix: str, blocks: int) -> None:
    """Answer the parent's messages until it says or is gone.

    A message is `("data", pickled data set)`, `("read", index, number of the block)` or None, the
    end. Each "read" has one answer: `("batch", message)` or `("error", pickled error, traceback)`.
    The names of this worker's blocks begin with `prefix`.
    """
    # The parent gets the interrupt as well, and ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory = [Block(f"{prefix}-{number}") for number in range(blocks)]
    data: Any = None
    failure: tuple | None = None
    try:
        while (message := connection.recv()) is not None:
            if message[0] == "data":
                data, failure = _attempt(pickle.loads, message[1])
                continue
            _, index, number = message
            answer = failure
            if answer is None:
                found, answer = _attempt(lambda: memory[number].write(data[index]))  # noqa: B023
            connection.send(answer or ("batch", found))
    except (EOFError, ConnectionError):
        # The parent is gone.
        return


def _attempt(call: Any, *args: Any) -> tuple[Any, tuple | None]:
    """The result of a call, and the message about its error, of which one is None."""
    try:
        return call(*args), None
    except Exception as error:  # noqa: BLE001 (the parent raises it)
        text = traceback.format_exc()
        return None, ("error", _pickled(error), text)


def _pickled(error: Exception) -> bytes:
    """The error, or one of a plain type with its text if it does not survive pickling."""
    try:
        found = pickle.dumps(error)
        pickle.loads(found)
        return found
    except Exception:  # noqa: BLE001 (users' exceptions may fail in any way here)
        return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))
