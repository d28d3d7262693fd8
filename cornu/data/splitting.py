"""`split_dataset`: two data sets out of one."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from cornu.data.pipeline.batching import Batched
from cornu.data.pipeline.blocks import stack
from cornu.data.pipeline.dataset import Dataset, is_finite
from cornu.data.pipeline.indexed import Sliced
from cornu.data.pipeline.sources import Slices
from cornu.data.pipeline.stage import Indexed, Run, Stage
from cornu.engine import randomness


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Dataset, Dataset]:
    """Split data into a left and a right part, for instance to train and to test.

    Arrays and data sets with random access are not read for it; of others the samples are held in
    memory.

    Args:
        dataset: array, tuple or list of arrays of one length, a `Dataset`, or anything else that
            gives samples, such as a torch data set. The samples of batches are split one by one
            and batched again.
        left_size: number of samples of the left part, or their fraction as a float between 0 and 1;
            what the right part leaves by default.
        right_size: likewise for the right part, which is taken from the end.
        shuffle: whether to shuffle the samples before.
        seed: fixes the order.
        preferred_backend: has no effect; a `Dataset` is returned for each.

    Returns:
        Two data sets of samples, or of batches if the data set gave these.

    Raises:
        ValueError: if there are no samples, or the sizes do not fit.

    >>> left, right = keras.utils.split_dataset(np.arange(10), left_size=0.8)
    >>> len(left), [int(x) for x in right]
    (8, [8, 9])
    """
    source, batch_size = samples(dataset)
    total = int(source.length)
    if not total:
        raise ValueError("split_dataset got no samples.")
    left, right = sizes(left_size, right_size, total)
    if shuffle:
        order = list(range(total))
        random.Random(randomness.draw_seed(10**6) if seed is None else seed).shuffle(order)
        source = Reordered(source, np.array(order))
    parts = (Sliced(source, 0, left), Sliced(source, total - right, right))
    found = tuple(Dataset(part) for part in parts)
    if batch_size is not None:
        found = tuple(part.batch(batch_size) for part in found)
    return found


class Reordered(Indexed):
    """Elements in a given order."""

    parent: Indexed

    def __init__(self, parent: Indexed, order: np.ndarray):
        super().__init__(parent)
        self.order = order

    def get(self, run: Run, indices: np.ndarray) -> Any:
        """The elements at these places of the order."""
        return self.parent.get(run, self.order[indices])


def samples(dataset: Any) -> tuple[Indexed, int | None]:
    """The samples of what a user passed, and the batch size they came in."""
    if isinstance(dataset, Dataset):
        return samples_of_pipeline(dataset)
    if isinstance(dataset, (list, tuple)) and dataset:
        return Slices(tuple(dataset)), None
    if isinstance(dataset, (dict, np.ndarray)) or hasattr(dataset, "__array__"):
        return Slices(dataset), None
    if hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__"):
        found = [dataset[index] for index in range(len(dataset))]
    elif hasattr(dataset, "__iter__"):
        found = list(dataset)
    else:
        raise TypeError(f"split_dataset needs arrays or a data set; got {type(dataset).__name__}.")
    if not found:
        raise ValueError("split_dataset got no samples.")
    return Slices(stack(found)), None


def samples_of_pipeline(dataset: Dataset) -> tuple[Indexed, int | None]:
    """The samples of a data set, and its batch size."""
    size = None
    if dataset._stage.batched:
        stage = dataset._stage
        while stage is not None and not isinstance(stage, Batched):
            stage = stage.parent
        size = 32 if stage is None else stage.size
        dataset = dataset.unbatch()
    if is_finite(dataset._stage) and not has_random_order(dataset._stage):
        return dataset._stage, size
    if dataset.cardinality() == -1:
        raise ValueError("An endless data set cannot be split.")
    found = list(dataset.iterate(0))
    if not found:
        raise ValueError("split_dataset got no samples.")
    return Slices(stack(found)), size


def has_random_order(stage: Stage) -> bool:
    """Whether an epoch may have another order than the one before, which would mix the parts."""
    stages = [stage, *getattr(stage, "parents", ()), *getattr(stage, "parts", ())]
    if any(hasattr(found, "reshuffle") for found in stages):
        return True
    before = [found for found in (*stages[1:], stage.parent) if found is not None]
    return any(has_random_order(found) for found in before)


def sizes(left: float | None, right: float | None, total: int) -> tuple[int, int]:
    """The numbers of samples of both parts."""
    if left is None and right is None:
        raise ValueError("split_dataset needs left_size, right_size, or both.")
    for name, value in (("left_size", left), ("right_size", right)):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"{name} must be an int or a float; got {value!r}.")
        most = 1 if isinstance(value, float) else total
        if not 0 < value < most:
            raise ValueError(
                f"{name} must be a fraction between 0.0 and 1.0, or a number of samples below "
                f"{total}; got {value!r}."
            )
    counts = [round(v * total) if isinstance(v, float) else v for v in (left, right)]
    first = total - counts[1] if counts[0] is None else counts[0]
    second = total - counts[0] if counts[1] is None else counts[1]
    if first + second > total:
        raise ValueError(
            f"left_size={left!r} and right_size={right!r} make {first + second} samples, but there "
            f"are {total}."
        )
    return first, second
