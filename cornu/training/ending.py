"""How a training ends when its data end or an error breaks it off."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from cornu.engine.user_warnings import warn


@contextlib.contextmanager
def closing_all(*feeds: Any) -> Iterator[None]:
    """End the threads and processes that read for feeds; None is left out."""
    with contextlib.ExitStack() as stack:
        for feed in feeds:
            if feed is not None:
                stack.callback(feed.close)
        yield


def data_ended(feed: Any, epoch: int, epochs: int) -> bool:
    """Whether no batch is left for the epochs that should follow; warns if so.

    Args:
        feed: the training data.
        epoch: the epoch that was run.
        epochs: number of epochs that were asked for.
    """
    if epoch + 1 >= epochs or feed.has_more():
        return False
    warn(
        f"The data ran out in epoch {epoch + 1} of {epochs}, so the training ends. A generator can "
        "be read only once: pass a data set that can be iterated again and again, such as a "
        "PyDataset, or a generator for steps_per_epoch * epochs batches."
    )
    return True


def note_place(error: BaseException, position: tuple[int, int] | None) -> None:
    """Add to an error where in the training it happened."""
    if position is not None:
        epoch, step = position
        where = f"in epoch {epoch + 1}, after {step} of its steps"
        if not step and epoch:
            where = f"between the steps of epoch {epoch} and those of epoch {epoch + 1}"
        error.add_note(f"fit was {where}.")
