"""`Dataset`: a lazy chain of steps that makes batches of whatever holds the samples."""

from __future__ import annotations

import functools
import glob
import importlib
import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.data.pipeline.batching import Batched, BatchedIndexed, Unbatched
from cornu.data.pipeline.blocks import as_array, even, leaves, map_leaves
from cornu.data.pipeline.caching import Cached, CachedIndexed
from cornu.data.pipeline.combining import (
    Concatenated,
    ConcatenatedIndexed,
    Zipped,
    ZippedIndexed,
)
from cornu.data.pipeline.indexed import Repeated, Shuffled, Sliced
from cornu.data.pipeline.mapping import Filtered, Mapped, MappedIndexed, worker_count
from cornu.data.pipeline.padding import padded
from cornu.data.pipeline.prefetching import Prefetched
from cornu.data.pipeline.reading import Reading
from cornu.data.pipeline.sources import Generated, Numbered, Slices
from cornu.data.pipeline.stage import Indexed, Stage
from cornu.data.pipeline.streams import (
    BufferShuffled,
    Repeating,
    Sharded,
    Skipped,
    Taken,
)
from cornu.data.pipeline.windows import Interleaved, Scanned, TakenWhile, Windowed

# For `prefetch` and `num_parallel_calls`: choose a number by the machine.
AUTOTUNE = -1
AHEAD_BY_DEFAULT = 2
CYCLE_BY_DEFAULT = 16


class Dataset(Reading):
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
    def from_tensors(tensors: Any) -> Dataset:
        """One element that holds these arrays.

        Args:
            tensors: arrays or numbers, or tuples and dicts of them.
        """
        return Dataset(Slices(map_leaves(lambda leaf: as_array(leaf)[None], tensors)))

    @staticmethod
    def from_generator(
        generator: Callable,
        output_types: Any = None,
        output_shapes: Any = None,
        args: tuple | None = None,
        output_signature: Any = None,
        batched: bool = False,
    ) -> Dataset:
        """What a generator gives.

        Args:
            generator: function that returns a new iterator for each epoch. For an exact resume of
                training, each must give the same elements.
            output_types: dtypes the arrays are cast to, nested as the elements are.
            output_shapes: has no effect: the shapes are those of the arrays.
            args: arguments of the function; none by default.
            output_signature: objects with a `shape` and a `dtype`, such as `ArraySpec`, nested as
                the elements are: arrays are cast to these dtypes and must have these shapes.
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
        function = functools.partial(generator, *args) if args else generator
        signature = output_types if output_signature is None else output_signature
        return Dataset(Generated(function, batched, signature))

    @staticmethod
    def list_files(file_pattern: Any, shuffle: bool = True, seed: int | None = None) -> Dataset:
        """The paths of files as strings.

        Args:
            file_pattern: pattern such as `"photos/*.png"`, or a list of patterns.
            shuffle: whether to give them in a new random order in each epoch.
            seed: fixes the orders.

        Raises:
            ValueError: if there is no such file.
        """
        patterns = [file_pattern] if isinstance(file_pattern, (str, os.PathLike)) else file_pattern
        found = sorted(path for pattern in patterns for path in glob.glob(os.fspath(pattern)))
        if not found:
            raise ValueError(f"list_files found no file for {file_pattern!r}.")
        paths = Dataset.from_tensor_slices(found)
        return paths.shuffle(seed=seed) if shuffle else paths

    @staticmethod
    def range(*limits: int) -> Dataset:
        """The integers of Python's `range`, as int64."""
        return Dataset(Slices(np.arange(*limits, dtype="int64")))

    @staticmethod
    def zip(*datasets: Any) -> Dataset:
        """Tuples, or other structures, of the elements of data sets, as long as the shortest.

        Args:
            *datasets: two or more data sets, or tuples and dicts of data sets, or one structure.

        >>> from cornu.data import Dataset
        >>> [(int(a), int(b)) for a, b in Dataset.zip(Dataset.range(2), Dataset.range(5, 9))]
        [(0, 5), (1, 6)]
        """
        structure = datasets[0] if len(datasets) == 1 else datasets
        structure = tuple(structure) if isinstance(structure, list) else structure
        parts = leaves(structure)
        if not parts or not all(isinstance(part, Dataset) for part in parts):
            raise ValueError(
                "zip takes data sets, or tuples and dicts of them; got "
                f"{[type(part).__name__ for part in parts]}."
            )
        stages = tuple(dataset._stage for dataset in parts)
        if len({stage.batched for stage in stages}) != 1:
            raise ValueError("Data sets of samples and of batches cannot be zipped.")
        numbers = iter(range(len(parts)))
        places = map_leaves(lambda _: next(numbers), structure)
        indexed = all(isinstance(stage, Indexed) for stage in stages)
        return Dataset((ZippedIndexed if indexed else Zipped)(stages, places), parts[0]._seed)

    # Steps

    def map(
        self,
        map_func: Callable,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        vectorized: bool = False,
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
            deterministic: has no effect: the order is always kept.
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

    def batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
    ) -> Dataset:
        """Batches of samples.

        Args:
            batch_size: samples in a batch.
            drop_remainder: whether to leave out a last batch that is smaller.
            num_parallel_calls: has no effect.
            deterministic: has no effect: the order is always kept.
        """
        return self._batched(batch_size, drop_remainder, even)

    def rebatch(self, batch_size: int, drop_remainder: bool = False) -> Dataset:
        """Batches of another size, of the samples of these batches.

        Args:
            batch_size: samples in a new batch.
            drop_remainder: whether to leave out a last batch that is smaller.
        """
        return self.unbatch().batch(batch_size, drop_remainder)

    def padded_batch(
        self,
        batch_size: int,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
    ) -> Dataset:
        """Batches of samples of different shapes, filled up at the end to the longest.

        Args:
            batch_size: samples in a batch.
            padded_shapes: shapes to fill up to, nested as the elements are; a size of None or -1,
                and None for a whole shape, stand for that of the longest in the batch.
            padding_values: what to fill up with, one value or nested as the elements are; zeros
                and empty strings by default.
            drop_remainder: whether to leave out a last batch that is smaller.

        >>> from cornu.data import Dataset
        >>> rows = Dataset.range(1, 4).map(lambda n: np.full(n, n))
        >>> next(iter(rows.padded_batch(3))).tolist()
        [[1, 0, 0], [2, 2, 0], [3, 3, 3]]
        """
        if isinstance(padded_shapes, bool):
            raise ValueError(
                "padded_batch takes padded_shapes second; pass drop_remainder by its name."
            )
        finish = functools.partial(padded, shapes=padded_shapes, values=padding_values)
        return self._batched(batch_size, drop_remainder, finish)

    def unbatch(self) -> Dataset:
        """The samples of the batches."""
        if not self._stage.batched:
            raise ValueError("This data set has no batches to take apart; it gives samples.")
        if isinstance(self._stage, Batched) and not self._stage.drop_remainder:
            return self._with(self._stage.parent)
        return self._with(Unbatched(self._stage))

    def cache(self, filename: str | os.PathLike | None = None) -> Dataset:
        """The same elements, kept after they were made once.

        Put it after what is slow and before what is random: the elements of epoch 0 are kept.

        Args:
            filename: folder for the cache, which later runs use again; delete it if the steps
                before change. In memory by default.
        """
        random_access = is_finite(self._stage) and not self._stage.batched
        return self._with(
            (CachedIndexed if random_access else Cached)(self._stage, filename or None)
        )

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
        return self._with((ConcatenatedIndexed if indexed else Concatenated)(first, second))

    # Data sets of data sets

    def window(
        self, size: int, shift: int | None = None, stride: int = 1, drop_remainder: bool = False
    ) -> Dataset:
        """Windows over the samples, each a small data set; `flat_map` makes samples of them.

        Args:
            size: samples in a window.
            shift: samples from the begin of a window to that of the next; `size` by default.
            stride: samples from one of a window to the next.
            drop_remainder: whether to leave out windows at the end that are smaller.

        >>> from cornu.data import Dataset
        >>> windows = Dataset.range(5).window(3, shift=1, drop_remainder=True)
        >>> [x.tolist() for x in windows.flat_map(lambda window: window.batch(3))]
        [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
        """
        if self._stage.batched:
            raise ValueError("window takes samples, but this data set gives batches: `unbatch` it.")
        shift = size if shift is None else shift
        for name, value in (("size", size), ("shift", shift), ("stride", stride)):
            check_count(name, value)
        stage = Windowed(self._stage, size, shift, stride, drop_remainder, Dataset)
        return self._with(stage)

    def flat_map(self, map_func: Callable) -> Dataset:
        """The elements of the data sets that a function makes of each element, one after another.

        They are samples, which `batch` may put together, also where the function batched them.

        Args:
            map_func: called as `map` calls its function; returns a `Dataset`.
        """
        return self._with(Interleaved(self._stage, map_func, 1, 1))

    def interleave(
        self,
        map_func: Callable,
        cycle_length: int | None = None,
        block_length: int = 1,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
    ) -> Dataset:
        """The elements of the data sets that a function makes of each element, taken in turns.

        Args:
            map_func: called as `map` calls its function; returns a `Dataset`.
            cycle_length: number of data sets that are read in turns; 16 by default, and for -1.
            block_length: elements of one that follow each other.
            num_parallel_calls: has no effect.
            deterministic: has no effect: the order is always kept.

        >>> from cornu.data import Dataset
        >>> rows = Dataset.range(1, 3).interleave(lambda x: Dataset.from_tensors(x).repeat(2))
        >>> [int(x) for x in rows]
        [1, 2, 1, 2]
        """
        cycle = CYCLE_BY_DEFAULT if cycle_length in (None, AUTOTUNE) else cycle_length
        check_count("cycle_length", cycle)
        check_count("block_length", block_length)
        return self._with(Interleaved(self._stage, map_func, cycle, block_length))

    # What is done in order

    def enumerate(self, start: int = 0) -> Dataset:
        """Pairs `(number, element)`.

        Args:
            start: the first number.
        """
        kind = ZippedIndexed if isinstance(self._stage, Indexed) else Zipped
        return self._with(kind((Numbered(start, self._stage.batched), self._stage), (0, 1)))

    def scan(self, initial_state: Any, scan_func: Callable) -> Dataset:
        """What a function makes of each element and of the state it returned before.

        Args:
            initial_state: state for the first element.
            scan_func: takes `(state, element)`, returns `(new state, new element)`.

        >>> from cornu.data import Dataset
        >>> [int(x) for x in Dataset.range(4).scan(0, lambda total, x: (total + x, total + x))]
        [0, 1, 3, 6]
        """
        return self._with(Scanned(self._stage, initial_state, scan_func))

    def take_while(self, predicate: Callable) -> Dataset:
        """The elements before the first for which a function is not true.

        Args:
            predicate: called as `map` calls its function; returns a bool.
        """
        return self._with(TakenWhile(self._stage, predicate))

    def apply(self, transformation_func: Callable) -> Dataset:
        """What a function makes of the data set.

        Args:
            transformation_func: takes a `Dataset`, returns one.
        """
        return transformation_func(self)

    def with_options(self, options: Any) -> Dataset:
        """The data set as it is: the options of `tf.data` have no meaning here.

        Args:
            options: has no effect.
        """
        return self

    def _batched(self, batch_size: int, drop_remainder: bool, finish: Callable) -> Dataset:
        check_count("batch_size", batch_size)
        if self._stage.batched:
            raise ValueError("This data set gives batches already. Call `unbatch` first.")
        kind = BatchedIndexed if isinstance(self._stage, Indexed) else Batched
        return self._with(kind(self._stage, int(batch_size), drop_remainder, finish))

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
