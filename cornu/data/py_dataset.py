"""`PyDataset`: batches by index, which can be read in parallel."""

from __future__ import annotations

from typing import Any


class PyDataset:
    """Base of data sets that give batches by index, and may read them in parallel.

    Subclasses define `__getitem__(index)`, which returns a batch `(x, y)` or
    `(x, y, sample_weight)`, and `__len__`, the number of batches. They may define
    `on_epoch_begin` and `on_epoch_end`. For endless data define the property `num_batches` as None
    in place of `__len__`.

    Args:
        workers: number of threads or processes that read; 1 to read in the caller's thread.
        use_multiprocessing: whether to read in processes, which must be able to unpickle the data
            set. Use them if reading is Python code, threads if it is waiting.
        max_queue_size: number of batches read ahead.

    >>> class Squares(keras.utils.PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...
    ...     def __getitem__(self, index):
    ...         x = np.arange(4 * index, 4 * index + 4)
    ...         return x, x**2
    >>> Squares(workers=2).num_batches
    3
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ):
        self._workers = workers
        self._use_multiprocessing = use_multiprocessing
        self._max_queue_size = max_queue_size

    # The defaults hold too where a subclass does not call this constructor.
    _workers = 1
    _use_multiprocessing = False
    _max_queue_size = 10

    @property
    def workers(self) -> int:
        """Number of threads or processes that read."""
        return self._workers

    @workers.setter
    def workers(self, value: int) -> None:
        self._workers = value

    @property
    def use_multiprocessing(self) -> bool:
        """Whether processes read, rather than threads."""
        return self._use_multiprocessing

    @use_multiprocessing.setter
    def use_multiprocessing(self, value: bool) -> None:
        self._use_multiprocessing = value

    @property
    def max_queue_size(self) -> int:
        """Number of batches read ahead."""
        return self._max_queue_size

    @max_queue_size.setter
    def max_queue_size(self, value: int) -> None:
        self._max_queue_size = value

    def __getitem__(self, index: int) -> Any:
        """The batch at `index`."""
        raise NotImplementedError(
            f"{type(self).__name__} must define `__getitem__(self, index)`, which returns a batch."
        )

    @property
    def num_batches(self) -> int | None:
        """Number of batches; None if there is no end."""
        if hasattr(self, "__len__"):
            length = self.__len__()
            if not hasattr(length, "__index__"):
                raise ValueError(
                    f"{type(self).__name__}: `__len__` must return an int, the number of batches; "
                    f"got {length!r}. Round it with math.ceil, or divide with //."
                )
            return int(length)
        raise NotImplementedError(
            f"{type(self).__name__} must define `__len__(self)`, the number of batches, or the "
            "property `num_batches`, None for endless data."
        )

    def on_epoch_begin(self) -> None:
        """Called before each epoch."""

    def on_epoch_end(self) -> None:
        """Called after each epoch."""
