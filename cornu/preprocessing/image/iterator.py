"""Batches of images by index, or one after the other without end."""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np

from cornu.data.py_dataset import PyDataset
from cornu.preprocessing.image.files import array_to_img
from cornu.preprocessing.image.random_transforms import global_generator


class Iterator(PyDataset):
    """Base of the data sets that `ImageDataGenerator` makes.

    `iterator[index]` is a batch of the present epoch, which `on_epoch_end` ends; `next(iterator)`
    goes through the batches without end. With a seed both give Keras's batches, whichever thread
    or process reads them; without, numbers come from NumPy's global generator.

    Args:
        n: number of samples.
        batch_size: samples in a batch; the last may be smaller.
        shuffle: whether to read the samples in a new order in each epoch.
        seed: an int, or None.
        **kwargs: arguments of `PyDataset`.

    >>> from cornu.preprocessing.image import Iterator
    >>> len(Iterator(10, batch_size=4, shuffle=False, seed=None))
    3
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs: Any):
        super().__init__(**kwargs)
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1; got {batch_size}.")
        self.n = n
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.epoch = 0
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array: np.ndarray | None = None
        self.lock = threading.Lock()

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, idx: int) -> Any:
        if not -len(self) <= idx < len(self):
            raise IndexError(f"Batch {idx} was asked for, but there are {len(self)}.")
        idx %= len(self)
        with self.lock:
            number = self.epoch * len(self) + idx
            rng = self._generator(number)
            if self.index_array is None:
                # The first batch goes on in the stream that the order was drawn from.
                self.index_array = self._order(rng if number == 0 else self._generator(0))
        return self._batch(self._samples(idx), rng)

    def on_epoch_end(self) -> None:
        """Begin a new epoch, in a new order."""
        with self.lock:
            self.epoch += 1
            self.index_array = self._order(self._generator_after_epoch())

    def reset(self) -> None:
        """Let `next` begin with the first batch again."""
        self.batch_index = 0

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        with self.lock:
            rng = self._generator(self.total_batches_seen)
            if self.batch_index == 0 or self.index_array is None:
                self.index_array = self._order(rng)
            samples = self._samples(self.batch_index)
            self.total_batches_seen += 1
            self.batch_index = (self.batch_index + 1) % max(len(self), 1)
        return self._batch(samples, rng)

    def __getstate__(self) -> dict:
        """What goes to worker processes: the order too, so that they share it."""
        if self.index_array is None:
            self.index_array = self._order(self._generator(0))
        return {name: value for name, value in self.__dict__.items() if name != "lock"}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        self.lock = threading.Lock()

    def _generator(self, number: int) -> Any:
        """The source of random numbers for the batch of this number since the beginning."""
        if self.seed is None:
            return global_generator
        return np.random.RandomState((self.seed + number) % 2**32)

    def _generator_after_epoch(self) -> Any:
        """The source of the last epoch's last batch, as this batch left it."""
        number = self.epoch * len(self) - 1
        rng = self._generator(max(number, 0))
        if self.seed is not None and self.n:
            if number == 0:
                self._order(rng)
            self._draw(self.n - (len(self) - 1) * self.batch_size, rng)
        return rng

    def _order(self, rng: Any) -> np.ndarray:
        return rng.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _samples(self, batch: int) -> np.ndarray:
        return self.index_array[self.batch_size * batch : self.batch_size * (batch + 1)]

    def _batch(self, samples: np.ndarray, rng: Any) -> Any:
        """The batch of these samples, transformed at random."""
        raise NotImplementedError(
            f"{type(self).__name__} must define `_batch(self, samples, rng)`, which returns the "
            "batch of the samples at these indices."
        )

    def _draw(self, count: int, rng: Any) -> None:
        """Draw all that a batch of `count` samples draws."""


def save_batch(iterator: Any, images: np.ndarray, samples: np.ndarray, tags: list[int]) -> None:
    """Save the images of a batch to the iterator's `save_to_dir`."""
    for image, sample, tag in zip(images, samples, tags):
        name = f"{iterator.save_prefix}_{sample}_{tag}.{iterator.save_format}"
        picture = array_to_img(image, iterator.data_format, scale=True)
        picture.save(os.path.join(iterator.save_to_dir, name))
