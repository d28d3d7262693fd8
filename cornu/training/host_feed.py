"""Feeds of models that read strings: the host stage of the graph runs in front of the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu import tree
from cornu.core.host_stage import Staged, holds_strings
from cornu.data import ArrayFeed

# What the host stage makes of data in memory is kept as a whole up to this size.
MOST_BYTES = 2 * 2**30


def host_feed(model: Any, feed: Any) -> Any:
    """The feed as a model's programs can read it.

    Data in memory goes through the host stage at once, so that many steps run in one program; the
    batches of a stream, and what would be too large, go through it one by one.

    Args:
        model: a model, or anything that is trained like one.
        feed: the feed of the data as the user passed it.

    Raises:
        TypeError: for strings that nothing turns to numbers.
    """
    if not getattr(model, "built", True) or hasattr(model, "_stack"):
        model._prepare_for(feed.peek()[0])
    if getattr(model, "_host_stage", None) is not None:
        return _staged(feed, model)
    whole = isinstance(feed, ArrayFeed)
    if (whole or not getattr(model, "built", True)) and not model.run_eagerly:
        x, y, _ = feed.arrays if whole else feed.peek()
        _refuse_strings(model, x, y)
    return feed


def _refuse_strings(model: Any, x: Any, y: Any) -> None:
    for name, part in (("x", x), ("y", y)):
        if any(holds_strings(leaf) for leaf in tree.flatten(part)):
            hint = (
                "Call a TextVectorization, StringLookup or Hashing layer on the data before, for "
                "instance in `data.map(layer)`, or begin a Sequential or Functional model with it"
                if name == "x"
                else "Turn the labels to numbers first, for instance with StringLookup"
            )
            raise TypeError(
                f"Model {model.name!r} got strings in {name}, which compiled programs cannot "
                f"hold. {hint}."
            )


def _staged(feed: Any, model: Any) -> Any:
    if isinstance(feed, ArrayFeed):
        x, y, sample_weight = feed.arrays
        few = _run(model, tree.map_structure(lambda a: None if a is None else a[:32], x))
        rows = min(32, feed.num_samples)
        size = sum(np.asarray(leaf).nbytes for leaf in tree.flatten(few))
        if size / rows * feed.num_samples <= MOST_BYTES:
            _refuse_strings(model, None, y)
            feed.arrays = (_run(model, x), y, sample_weight)
            return feed
    return HostFeed(feed, model)


def _run(model: Any, x: Any) -> Staged:
    staged = model._run_host_stage(x)
    if any(holds_strings(leaf) for leaf in tree.flatten(staged)):
        raise TypeError(
            f"Model {model.name!r} has strings among its outputs, which compiled programs cannot "
            "return. Call the model itself, `model(x)`, or turn numbers to strings behind "
            "`predict`."
        )
    return staged


class HostFeed:
    """A feed whose batches go through a model's host stage one by one.

    Args:
        feed: the feed of the data as the user passed it.
        model: the model.
    """

    def __init__(self, feed: Any, model: Any):
        self.feed, self.model = feed, model

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["feed"], name)

    @property
    def seed(self) -> int:
        """What the order of the samples depends on."""
        return self.feed.seed

    @seed.setter
    def seed(self, value: int) -> None:
        self.feed.seed = value

    def peek(self) -> tuple[Any, Any, Any]:
        """A first batch as an example."""
        return self._through_stage(self.feed.peek())

    def batches(self, epoch: int, start: int = 0) -> Iterator[tuple[Any, Any, Any]]:
        """The batches of an epoch, from batch `start` on."""
        return map(self._through_stage, self.feed.batches(epoch, start))

    def _through_stage(self, batch: tuple) -> tuple[Any, Any, Any]:
        x, y, sample_weight = batch
        return _run(self.model, x), y, sample_weight
