"""`ArrayFeed`: batches of arrays that are in memory."""

from __future__ import annotations

from typing import Any

from cornu import tree
from cornu.data.arrays import common_length, to_arrays
from cornu.data.class_weights import as_class_weights
from cornu.data.sample_feed import SampleFeed, check_weights


class ArrayFeed(SampleFeed):
    """Batches of arrays that are in memory; each epoch is one pass over all samples.

    Args:
        x: inputs: array or nested structure of arrays `(samples, ...)`.
        y: targets, likewise, or None.
        sample_weight: weights, likewise, or None.
        batch_size: samples in a batch; the last batch of an epoch may be smaller.
        shuffle: True for a new order of the samples in each epoch, `"batch"` for a new order of
            the batches, False for the order given.
        class_weight: weights by class, see `cornu.data.class_weights.ClassWeights`; or None.
        steps: batches in an epoch, if not a whole pass: the next epoch goes on where the last one
            stopped, and ends early, with a warning, at the end of the pass.
        seed: makes the orders reproducible; drawn by chance by default.

    Attributes:
        arrays: the tuple `(x, y, sample_weight)` of structures of arrays.
        num_samples: length of the arrays.
        steps: number of batches in an epoch.

    Raises:
        ValueError: for no data, arrays of different lengths, or a nonsense argument.

    >>> from cornu.data import ArrayFeed
    >>> feed = ArrayFeed(np.arange(5), batch_size=2, shuffle=False)
    >>> [x.tolist() for x, y, sample_weight in feed.batches(epoch=0)]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int | None = None,
        shuffle: bool | str = True,
        class_weight: Any = None,
        steps: int | None = None,
        seed: int | None = None,
    ):
        x, y = to_arrays(x, "x"), to_arrays(y, "y")
        sample_weight = to_arrays(sample_weight, "sample_weight")
        count = common_length({"x": x, "y": y, "sample_weight": sample_weight})
        super().__init__(count, batch_size, shuffle, steps, seed)
        check_weights(class_weight, sample_weight)
        if class_weight is not None:
            sample_weight = as_class_weights(class_weight).fitted(y)(y)
        self.arrays = (x, y, sample_weight)

    def _take(self, where: Any) -> tuple[Any, Any, Any]:
        return tree.map_structure(lambda a: None if a is None else a[where], self.arrays)
