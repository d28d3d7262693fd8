"""The data that a user passes to `fit`, `evaluate` and `predict`, as feeds of batches."""

from __future__ import annotations

from typing import Any

from cornu import tree
from cornu.data import unpack_x_y_sample_weight
from cornu.training.checks.inputs import refuse_pairs
from cornu.training.host_feed import host_feed
from cornu.training.limits import make_feed
from cornu.training.steps.own_steps import is_plain


def feed_of(model: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
    """The feed of data for a model.

    Args:
        model: a model.
        x: inputs, or a source of batches.
        *args: further arguments of `data.make_feed`.
        **kwargs: likewise.
    """
    refuse_pairs(model, x, args[0] if args else None)
    feed = make_feed(x, *args, **kwargs)
    if model.run_eagerly:
        feed.read_in_caller()
    return host_feed(model, feed)


def validation_feed_of(model: Any, data: Any, batch_size: int | None, steps: int | None) -> Any:
    """The feed of what was passed to `fit` as `validation_data`; None for none."""
    if data is None:
        return None
    if isinstance(data, (int, float)):
        raise ValueError(
            f"fit: validation_data={data!r} is a number; a fraction of x is passed as "
            "validation_split."
        )
    if isinstance(data, tuple) and not 1 <= len(data) <= 3:
        raise ValueError(
            "fit: validation_data must be (x, y), (x, y, sample_weight) or a source of "
            f"batches; got a tuple of {len(data)} parts."
        )
    if isinstance(data, (tuple, list)) and 2 <= len(data) <= 3:
        x, y, sample_weight = unpack_x_y_sample_weight(tuple(data))
        return feed_of(model, x, y, sample_weight, batch_size, shuffle=False, steps=steps)
    feed = feed_of(model, data, steps=steps, shuffle=False)
    needs_targets = is_plain(model, "test") and model._compile_loss is not None
    if needs_targets and getattr(feed, "arrays", None) is not None:
        raise ValueError(
            "fit: validation_data holds no targets, but the loss compares with them. Pass a "
            f"tuple (x, y); got {type(data).__name__}."
        )
    return feed


def batch_size_of(x: Any) -> int:
    """The number of samples in the inputs of a batch."""
    first = next((leaf for leaf in tree.flatten(x) if hasattr(leaf, "shape")), None)
    return 1 if first is None or not first.shape else first.shape[0]
