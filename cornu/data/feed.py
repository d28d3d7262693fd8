"""`make_feed`: from whatever a user passes to the feed that `fit` and the like read."""

from __future__ import annotations

import inspect
from typing import Any

from cornu import tree
from cornu.data.array_feed import ArrayFeed
from cornu.data.arrays import is_array_structure
from cornu.data.base_feed import Feed
from cornu.data.column_feed import ColumnFeed, needs_columns
from cornu.data.stream_feed import StreamFeed
from cornu.engine.user_warnings import warn

DATA = (
    "Pass NumPy, JAX or torch arrays, data frames, lists of numbers, dicts or lists of these, a "
    "PyDataset, a generator, or a data set that gives batches."
)


def make_feed(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    shuffle: bool | str = True,
    class_weight: Any = None,
    steps: int | None = None,
    seed: int | None = None,
) -> Feed:
    """The feed for whatever data a user passes.

    Args:
        x: arrays, data frames, tensors, lists of numbers, or nested structures of these; or
            something that gives batches: a `PyDataset`, a generator, a torch `DataLoader`, a
            `tf.data.Dataset`, a Grain data set or any other iterable.
        y: targets, for arrays only.
        sample_weight: weights, for arrays only.
        batch_size: samples in a batch of arrays, 32 by default; a source of batches gives its own,
            and a warning.
        shuffle: True, False or `"batch"`; see `ArrayFeed`. Only arrays and the batches of a
            `PyDataset` are shuffled.
        class_weight: a dict from class to weight, `"balanced"`, or these for several outputs; see
            `cornu.data.class_weights.ClassWeights`.
        steps: batches in an epoch; one pass over the data by default.
        seed: makes the order of samples reproducible.

    Raises:
        ValueError: for data of an unknown kind, or arguments that do not go with it.

    >>> from cornu.data import make_feed
    >>> feed = make_feed(np.zeros((100, 3)), np.zeros(100), batch_size=30)
    >>> feed.steps, feed.num_samples
    (4, 100)
    """
    if is_array_structure(x):
        feed = ColumnFeed if needs_columns(x, y, sample_weight) else ArrayFeed
        return feed(x, y, sample_weight, batch_size, shuffle, class_weight, steps, seed)
    kind = type(x).__name__
    if isinstance(x, (str, bytes, dict, type, type(None))) or not gives_batches(x):
        raise ValueError(f"x is {_what(x)}. {DATA}")
    if isinstance(x, (list, tuple, range, set)) and not (y is None and sample_weight is None):
        raise ValueError(f"x is {_what(x)}. {DATA}")
    for name, value in {"y": y, "sample_weight": sample_weight}.items():
        if value is not None:
            raise ValueError(
                f"{name} cannot be passed with x of type {kind}, which gives whole batches. Let it "
                "give tuples (x, y) or (x, y, sample_weight)."
            )
    if batch_size is not None:
        warn(
            f"batch_size={batch_size} has no effect on x of type {kind}, which gives whole batches "
            "of its own. Leave it out, and set the size of the batches there."
        )
    return StreamFeed(x, shuffle is not False, class_weight, steps, seed)


def gives_batches(source: Any) -> bool:
    """Whether one can iterate over this."""
    return any(hasattr(source, name) for name in ("__iter__", "__next__", "__getitem__"))


def _what(x: Any) -> str:
    """What a user passed that is no data, and why, as messages name it."""
    if isinstance(x, type):
        return f"the class {x.__name__} itself, which is no data; make an object of it"
    if inspect.isgeneratorfunction(x):
        return f"the function {x.__name__}; call it to get its generator, {x.__name__}()"
    if isinstance(x, (list, tuple)) and not len(x):
        return f"an empty {type(x).__name__}, so there is no data"
    if isinstance(x, (list, tuple)):
        odd = next((leaf for leaf in tree.flatten(x) if not _is_data(leaf)), x[0])
        return f"a {type(x).__name__} that holds {odd!r:.60} of type {type(odd).__name__}"
    return f"of type {type(x).__name__}, which is no data"


def _is_data(leaf: Any) -> bool:
    return isinstance(leaf, (bool, int, float)) or is_array_structure(leaf)
