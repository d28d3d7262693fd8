"""`Dataset`: a lazy chain of steps that makes batches of whatever holds the samples."""

from __future__ import annotations

import importlib
import math
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.data.pipeline.batching import Batched, BatchedIndexed, Unbatched
from cornu.data.pipeline.blocks import map_leaves, samples_of
from cornu.data.pipeline.caching import Cached, CachedIndexed
from cornu.data.pipeline.indexed import Concatenated, Repeated, Shuffled, Sliced, Zipped
from cornu.data.pipeline.mapping import Filtered, Mapped, MappedIndexed, worker_count
from cornu.data.pipeline.prefetching import Prefetched
from cornu.data.pipeline.sources import Generated, Slices
from cornu.data.pipeline.stage import Indexed, Run, Stage
from cornu.data.pipeline.streams import (
    BufferShuffled,
    Chained,
    Paired,
    Repeating,
    Sharded,
    Skipped,
    Taken,
)

# For `prefetch` and `num_parallel_calls`: choose a number by the machine.
AUTOTUNE = -1
AHEAD_BY_DEFAULT = 2
ENDLESS, UNKNOWN = -1, -2
SAMPLES_IN_BLOCK = 64


@dataclass(frozen=True)
class ArraySpec:
    """Shape and dtype of one array of an element; None for the number of samples of a batch."""

    shape: tuple[int | None, ...]
    dtype: np.dtype


class Dataset:
    """Samples or batches, made step by step when they are iterated over.

    Start from `from_tensor_slices`, `from_generator` or a reader such as `cornu.data.read_csv`, and
    chain steps; each gives a new data set. What the names mean in `tf.data` they mean here.

    Elements are samples until `batch` makes batches of them. They are NumPy arrays in tuples and
    dicts, usually `x`, `(x, y)` or `(x, y, sample_weight)`; a list counts as one array. Strings
    come in arrays of Python objects.

    A data set whose samples can be read in any order (arrays, files of a folder) is shuffled as a
    whole and jumps to any place; a stream (a generator, most readers) is shuffled in a buffer and
    read from its start. `filter`, `unbatch` and `prefetch` make a stream of anything, and so does
    `cache` of batches; the other steps keep what the data set was.

    All that is random depends on `seed` and the number of the epoch, so training that was
    interrupted goes on with the very batches that were next: see `iterate`.

    Attributes:
        class_names: names of the classes, if the data set was made from folders of classes.
        file_paths: paths of the files, if it was just made from a folder.

    >>> from cornu.data import Dataset
    >>> x, y = np.arange(5.0), np.arange(5)
    >>> dataset = Dataset.from_tensor_slices((x, y)).map(lambda x, y: (x / 10, y)).batch(2)
    >>> for x, y in dataset:
    ...     print(x, y)
    [0.  0.1] [0 1]
    [0.2 0.3] [2 3]
    [0.4] [4]
    """

    class_names: list[str] | None = None
    file_paths: list[str] | None = None

    def __init__(self, stage: Stage, seed: int | None = None):
        self._stage = stage
        self._seed = seed
        self._passes = 0
        self._spec: Any = None

    # Sources

    @staticmethod
    def from_tensor_slices(tensors: Any) -> Dataset:
        """The slices of arrays along their first axis.

        Args:
            tensors: arrays `(samples, ...)`, or tuples and dicts of them. An `np.load` with
                `mmap_mode="r"` stays on disk; only the samples in use are read.

        Raises:
            ValueError: if the arrays differ in length.

        >>> from cornu.data import Dataset
        >>> list(Dataset.from_tensor_slices({"a": [1, 2], "b": ["x", "y"]}).batch(2))
        [{'a': array([1, 2]), 'b': array(['x', 'y'], dtype=object)}]
        """
        return Dataset(Slices(tensors))

    @staticmethod
    def from_generator(generator: Callable, batched: bool = False) -> Dataset:
        """What a generator gives.

        Args:
            generator: function without arguments that returns a new iterator for each epoch. For an
                exact resume of training, each must give the same elements.
            batched: whether it gives batches rather than samples.

        >>> from cornu.data import Dataset
        >>> [x.tolist() for x in Dataset.from_generator(lambda: iter("abc")).batch(2)]
        [['a', 'b'], ['c']]
        """
        if not callable(generator):
            raise ValueError(
                "from_generator needs a function that makes a new iterator for each epoch; got "
                f"{type(generator).__name__}. Pass the function itself, without calling it."
            )
        return Dataset(Generated(generator, batched))

    @staticmethod
    def range(*limits: int) -> Dataset:
        """The integers of Python's `range`, as int64."""
        return Dataset(Slices(np.arange(*limits, dtype="int64")))

    @staticmethod
    def zip(*datasets: Any) -> Dataset:
        """Tuples of the elements of several data sets, as long as the shortest.

        Args:
            *datasets: two or more data sets, or one tuple of them.

        >>> from cornu.data import Dataset
        >>> [(int(a), int(b)) for a, b in Dataset.zip(Dataset.range(2), Dataset.range(5, 9))]
        [(0, 5), (1, 6)]
        """
        if len(datasets) == 1 and isinstance(datasets[0], tuple):
            datasets = datasets[0]
        stages = tuple(dataset._stage for dataset in datasets)
        if len({stage.batched for stage in stages}) != 1:
            raise ValueError("Data sets of samples and of batches cannot be zipped.")
        indexed = all(isinstance(stage, Indexed) for stage in stages)
        return Dataset(Zipped(stages) if indexed else Paired(stages), datasets[0]._seed)

    # Steps

    def map(
        self, map_func: Callable, num_parallel_calls: int | None = None, vectorized: bool = False
    ) -> Dataset:
        """What a function makes of each element.

        The function is called with a sample before `batch`, with a batch after it; a tuple comes as
        arguments, `(x, y)` as `fn(x, y)`. A call costs some microseconds, so for small samples map
        batches, or pass `vectorized=True` to get many samples at once already before `batch`.

        If the function has a parameter named `rng`, it gets a NumPy `Generator` there, which
        depends on `seed`, the epoch and the element's place only. Drawn from it, what is random
        stays the same if training is interrupted, and does not depend on `num_parallel_calls`.

        Args:
            map_func: returns the new element: an array or a number, or tuples and dicts of them.
            num_parallel_calls: number of threads; `AUTOTUNE` for one per core. It pays where the
                function lets go of Python's lock: reading files, decoding images, long NumPy
                calls.
            vectorized: whether the function takes and returns many samples, in arrays
                `(samples, ...)`, before `batch`.

        >>> from cornu.data import Dataset
        >>> noisy = Dataset.range(4).batch(2).map(lambda x, rng: x + rng.normal(size=x.shape))
        >>> first, again = list(noisy.iterate(epoch=3)), list(noisy.iterate(epoch=3))
        >>> bool((first[1] == again[1]).all())
        True
        """
        kind = MappedIndexed if isinstance(self._stage, Indexed) else Mapped
        return self._with(kind(self._stage, map_func, vectorized, worker_count(num_parallel_calls)))

    def filter(self, predicate: Callable, vectorized: bool = False) -> Dataset:
        """The elements for which a function is true.

        Args:
            predicate: called as `map` calls its function; returns a bool.
            vectorized: whether it takes many samples and returns an array of bools, before `batch`.

        >>> from cornu.data import Dataset
        >>> [int(x) for x in Dataset.range(6).filter(lambda x: x % 2)]
        [1, 3, 5]
        """
        return self._with(Filtered(self._stage, predicate, vectorized))

    def shuffle(
        self,
        buffer_size: int | None = None,
        seed: int | None = None,
        reshuffle_each_iteration: bool = True,
    ) -> Dataset:
        """The elements in a random order.

        Args:
            buffer_size: number of elements of a stream from which the next is drawn. Data that can
                be read in any order is shuffled as a whole, whatever the buffer.
            seed: fixes the orders; by default they depend on the data set's `seed`.
            reshuffle_each_iteration: whether each epoch has an order of its own.

        Raises:
            ValueError: for a stream without buffer_size.
        """
        if is_finite(self._stage):
            return self._with(Shuffled(self._stage, seed, reshuffle_each_iteration))
        if buffer_size is None:
            raise ValueError(
                "This data set is a stream, which is shuffled in a buffer: pass buffer_size, the "
                "number of elements to hold. To shuffle all of it, shuffle before `filter`, "
                "`unbatch` and `prefetch`, or read from a source with random access."
            )
        check_count("buffer_size", buffer_size)
        return self._with(
            BufferShuffled(self._stage, int(buffer_size), seed, reshuffle_each_iteration)
        )

    def batch(self, batch_size: int, drop_remainder: bool = False) -> Dataset:
        """Batches of samples.

        Args:
            batch_size: samples in a batch.
            drop_remainder: whether to leave out a last batch that is smaller.
        """
        return self._batched(batch_size, drop_remainder, pad=False)

    def padded_batch(self, batch_size: int, drop_remainder: bool = False) -> Dataset:
        """Batches of samples of different shapes, filled up at the end to the longest.

        Numbers are filled up with zeros, strings with empty ones.

        Args:
            batch_size: samples in a batch.
            drop_remainder: whether to leave out a last batch that is smaller.

        >>> from cornu.data import Dataset
        >>> rows = Dataset.range(1, 4).map(lambda n: np.full(n, n))
        >>> next(iter(rows.padded_batch(3))).tolist()
        [[1, 0, 0], [2, 2, 0], [3, 3, 3]]
        """
        return self._batched(batch_size, drop_remainder, pad=True)

    def unbatch(self) -> Dataset:
        """The samples of the batches."""
        if not self._stage.batched:
            raise ValueError("This data set has no batches to take apart; it gives samples.")
        if isinstance(self._stage, Batched) and not self._stage.drop_remainder:
            return self._with(self._stage.parent)
        return self._with(Unbatched(self._stage))

    def cache(self, path: str | os.PathLike | None = None) -> Dataset:
        """The same elements, kept after they were made once.

        Put it after what is slow and before what is random: the elements of epoch 0 are kept.

        Args:
            path: folder for the cache, which later runs use again; delete it if the steps before
                change. In memory by default.
        """
        random_access = is_finite(self._stage) and not self._stage.batched
        return self._with((CachedIndexed if random_access else Cached)(self._stage, path))

    def prefetch(self, buffer_size: int = AUTOTUNE) -> Dataset:
        """The same elements, read ahead in a thread. Best as the last step.

        Args:
            buffer_size: number of batches, or of blocks of samples, to hold ready.
        """
        if buffer_size == AUTOTUNE:
            buffer_size = AHEAD_BY_DEFAULT
        check_count("buffer_size", buffer_size)
        return self._with(Prefetched(self._stage, int(buffer_size)))

    def take(self, count: int) -> Dataset:
        """The first elements.

        Args:
            count: how many; -1 for all.
        """
        if count == -1:
            return self
        check_count("count", count, least=0)
        if isinstance(self._stage, Indexed):
            return self._with(Sliced(self._stage, 0, min(count, self._stage.length)))
        return self._with(Taken(self._stage, count))

    def skip(self, count: int) -> Dataset:
        """All but the first elements.

        Args:
            count: how many to leave out.
        """
        check_count("count", count, least=0)
        if isinstance(self._stage, Indexed):
            return self._with(Sliced(self._stage, count, self._stage.length - count))
        return self._with(Skipped(self._stage, count))

    def repeat(self, count: int | None = None) -> Dataset:
        """Several passes, each with orders and random numbers of its own.

        Args:
            count: number of passes; endless by default, and for -1.
        """
        if count is not None and count != -1:
            check_count("count", count, least=0)
        passes = math.inf if count in (None, -1) else count
        kind = Repeated if is_finite(self._stage) else Repeating
        return self._with(kind(self._stage, passes))

    def shard(self, num_shards: int | None = None, index: int | None = None) -> Dataset:
        """Every `num_shards`-th element from `index` on, the part of one process.

        Put it before `shuffle`, so that the parts do not overlap.

        Args:
            num_shards: number of parts; the number of JAX's processes by default.
            index: which part, from 0; JAX's number of this process by default.

        >>> from cornu.data import Dataset
        >>> [int(x) for x in Dataset.range(7).shard(3, 1)]
        [1, 4]
        """
        if num_shards is None or index is None:
            jax = importlib.import_module("jax")
            num_shards = jax.process_count() if num_shards is None else num_shards
            index = jax.process_index() if index is None else index
        check_count("num_shards", num_shards)
        if not 0 <= index < num_shards:
            raise ValueError(f"index must be from 0 to {num_shards - 1}; got {index}.")
        if is_finite(self._stage):
            length = -(-(self._stage.length - index) // num_shards)
            return self._with(Sliced(self._stage, index, length, num_shards))
        return self._with(Sharded(self._stage, index, num_shards))

    def concatenate(self, dataset: Dataset) -> Dataset:
        """The elements of this data set, then those of another.

        Args:
            dataset: its elements must have the same structure.
        """
        first, second = self._stage, dataset._stage
        if first.batched != second.batched:
            raise ValueError("Data sets of samples and of batches cannot be concatenated.")
        indexed = is_finite(first) and isinstance(second, Indexed)
        return self._with((Concatenated if indexed else Chained)(first, second))

    # Reading

    @property
    def seed(self) -> int:
        """What the random orders and generators depend on; drawn by chance if it was never set.

        `cornu.utils.set_random_seed` fixes what is drawn. Data sets made from this one inherit a
        seed that was set.
        """
        if self._seed is None:
            self._seed = random.randrange(2**63)
        return self._seed

    @seed.setter
    def seed(self, value: int) -> None:
        self._seed = int(value)

    @property
    def num_batches(self) -> int | None:
        """Number of elements in an epoch; None if unknown or endless."""
        length = self._stage.length
        return None if length is None or math.isinf(length) else int(length)

    def cardinality(self) -> int:
        """Number of elements in an epoch; -1 if endless, -2 if unknown."""
        if self._stage.length is None:
            return UNKNOWN
        return ENDLESS if math.isinf(self._stage.length) else int(self._stage.length)

    def __len__(self) -> int:
        """Number of elements in an epoch.

        Raises:
            TypeError: if it is unknown or endless.
        """
        if self.num_batches is None:
            kind = "unknown" if self._stage.length is None else "endless"
            raise TypeError(f"The length of this data set is {kind}.")
        return self.num_batches

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        """The elements; each new iteration is the next epoch."""
        self._passes += 1
        return self.iterate(self._passes - 1)

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The same as `iter`."""
        return iter(self)

    def iterate(self, epoch: int, start: int = 0) -> Iterator[Any]:
        """The elements of any epoch, from any place.

        The same seed, epoch and place always give the same elements, in any process: those of an
        unbroken pass from `start` on. Data with random access jumps there; a stream is read from
        its beginning, but steps between the last `shuffle`, `filter` or `unbatch` and the end
        do not run for what is left out.

        Args:
            epoch: number of the epoch, from 0.
            start: number of elements to leave out.

        >>> from cornu.data import Dataset
        >>> dataset = Dataset.range(10).shuffle(seed=1).batch(3)
        >>> whole = [x.tolist() for x in dataset.iterate(epoch=2)]
        >>> [x.tolist() for x in dataset.iterate(epoch=2, start=2)] == whole[2:]
        True
        """
        run = Run(self.seed % 2**64, epoch)
        blocks = self._stage.read(run, start, SAMPLES_IN_BLOCK)
        if self._stage.batched:
            return iter(blocks)
        return (sample for block in blocks for sample in samples_of(block))

    @property
    def element_spec(self) -> Any:
        """Shape and dtype of each array of an element, from the first one.

        Raises:
            ValueError: if there is no element.

        >>> from cornu.data import Dataset
        >>> Dataset.range(4).batch(2).element_spec
        ArraySpec(shape=(None,), dtype=dtype('int64'))
        """
        if self._spec is None:
            element = next(self.iterate(0), self)
            if element is self:
                raise ValueError("This data set is empty, so its elements have no shape.")
            self._spec = map_leaves(self._described, element)
        return self._spec

    def __repr__(self) -> str:
        kind = "batches" if self._stage.batched else "samples"
        length = self.num_batches
        if length is None:
            length = "unknown" if self._stage.length is None else "endless"
        return f"<Dataset of {kind}, length {length}>"

    def _described(self, leaf: Any) -> ArraySpec:
        leaf = np.asarray(leaf)
        return ArraySpec((None, *leaf.shape[1:]) if self._stage.batched else leaf.shape, leaf.dtype)

    def _batched(self, batch_size: int, drop_remainder: bool, pad: bool) -> Dataset:
        check_count("batch_size", batch_size)
        if self._stage.batched:
            raise ValueError("This data set gives batches already. Call `unbatch` first.")
        kind = BatchedIndexed if isinstance(self._stage, Indexed) else Batched
        return self._with(kind(self._stage, int(batch_size), drop_remainder, pad))

    def _with(self, stage: Stage) -> Dataset:
        dataset = Dataset(stage, self._seed)
        dataset.class_names = self.class_names
        return dataset


def is_finite(stage: Stage) -> bool:
    """Whether a stage has random access and an end."""
    return isinstance(stage, Indexed) and not math.isinf(stage.length)


def check_count(name: str, value: Any, least: int = 1) -> None:
    """Raise a ValueError unless this is an int of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be an int of at least {least}; got {value!r}.")
