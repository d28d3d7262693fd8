"""Blocks of shared memory that carry the arrays of a batch from a worker to its parent.

Pickle (protocol 5) takes the memory of arrays out of the message; that goes into the block, and the
small rest through the pipe.
"""

from __future__ import annotations

import io
import os
import pickle
from multiprocessing.shared_memory import SharedMemory
from typing import Any, NamedTuple

import numpy as np

# Places of arrays in a block are multiples of this, as vector instructions like it.
ALIGNMENT = 64


class Message(NamedTuple):
    """A batch as it goes through the pipe: the pickle, and where its arrays lie in which block."""

    pickle: bytes
    spans: list[tuple[int, int]]
    name: str
    size: int


class Block:
    """A block that a worker fills again and again; a larger one takes its place at need.

    Args:
        prefix: what its names begin with; each new block adds its number.
    """

    def __init__(self, prefix: str):
        self._prefix, self._number = prefix, 0
        self._memory: SharedMemory | None = None

    def write(self, batch: Any) -> Message:
        """Put a batch's arrays into the block.

        Raises:
            OSError: if there is not enough shared memory.
        """
        buffers: list[pickle.PickleBuffer] = []
        stream = io.BytesIO()
        _Pickler(stream, 5, buffer_callback=buffers.append).dump(batch)
        raw = [buffer.raw() for buffer in buffers]
        spans, end = [], 0
        for view in raw:
            spans.append((end, view.nbytes))
            end += -(-view.nbytes // ALIGNMENT) * ALIGNMENT
        if end:
            self._make_room(end)
            for view, (begin, size) in zip(raw, spans):
                self._memory.buf[begin : begin + size] = view
        return Message(stream.getvalue(), spans, self._memory.name if end else "", end)

    def _make_room(self, size: int) -> None:
        if self._memory is not None and self._memory.size >= size:
            return
        if self._memory is not None:
            self._memory.close()
            self._memory.unlink()
        self._number += 1
        # Some room to grow, so batches of varying length do not each need a new block.
        size = int(size * 1.25)
        memory = SharedMemory(block_name(self._prefix, self._number), create=True, size=size)
        self._memory = None
        try:
            if hasattr(os, "posix_fallocate"):
                # Without it, memory that is not there ends the process at the first write to it.
                os.posix_fallocate(memory._fd, 0, size)
        except OSError as error:
            memory.close()
            memory.unlink()
            raise OSError(
                error.errno,
                f"There is no shared memory left for a batch of {size} bytes ({error.strerror}). "
                "Lower max_queue_size or the size of the batches, or make /dev/shm larger "
                "(docker run --shm-size).",
            ) from error
        self._memory = memory


def block_name(prefix: str, number: int) -> str:
    """Name of a worker's block; `number` counts those that took the place of one another."""
    return f"{prefix}-{number}"


def read(message: Message, memory: SharedMemory | None) -> Any:
    """The batch of a message; its arrays are copies, so the block is free again."""
    copied = np.empty(message.size, np.uint8)
    if memory is not None:
        copied[:] = np.frombuffer(memory.buf, np.uint8, message.size)
    view = memoryview(copied)
    return pickle.loads(
        message.pickle, buffers=[view[begin : begin + size] for begin, size in message.spans]
    )


class _Pickler(pickle.Pickler):
    """Makes arrays contiguous, since others travel in the message."""

    def reducer_override(self, value: Any) -> Any:
        if type(value) is np.ndarray and not value.dtype.hasobject:
            if not (value.flags.c_contiguous or value.flags.f_contiguous):
                return np.ascontiguousarray(value).__reduce_ex__(5)
        return NotImplemented
