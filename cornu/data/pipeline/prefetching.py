"""Reading ahead in a thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from cornu.data.pipeline.blocks import Block
from cornu.data.pipeline.stage import Run, Stage

END = object()


class Prefetched(Stage):
    """A stage of which a thread reads some elements ahead."""

    parent: Stage

    def __init__(self, parent: Stage, count: int):
        super().__init__(parent)
        self.count = count

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The elements, in their order."""
        return ahead(self.parent.read(run, start, size), self.count)


def ahead(iterator: Iterator, count: int) -> Iterator:
    """The items of an iterator, of which a thread holds up to `count` ready.

    Raises:
        Exception: what the iterator raised, after the items before it.
    """
    executor = ThreadPoolExecutor(1, "cornu-prefetch")
    waiting = deque(executor.submit(next, iterator, END) for _ in range(count))
    try:
        while (item := waiting.popleft().result()) is not END:
            waiting.append(executor.submit(next, iterator, END))
            yield item
    finally:
        executor.shutdown(cancel_futures=True)
