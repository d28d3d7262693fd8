"""The global limits of epochs and steps (`config.set_max_epochs`, `set_max_steps_per_epoch`)."""

from __future__ import annotations

from typing import Any

from cornu import data
from cornu.engine import config


def limited_epochs(epochs: int) -> int:
    """The epochs asked for, or the limit if it is lower."""
    return min(epochs, config.max_epochs() or epochs)


def make_feed(*args: Any, **kwargs: Any) -> Any:
    """`cornu.data.make_feed`, with no more steps in an epoch than the limit allows."""
    feed, limit = data.make_feed(*args, **kwargs), config.max_steps_per_epoch()
    if limit is None or (feed.steps is not None and feed.steps <= limit):
        return feed
    # `steps` is the seventh argument.
    return data.make_feed(*args[:6], **{**kwargs, "steps": limit})
