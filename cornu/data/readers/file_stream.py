"""Streams of samples that lie in files, read one file after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from cornu.data.pipeline.blocks import Block, drop
from cornu.data.pipeline.stage import Run, Stage
from cornu.data.readers.files import Paths, expand


class FileStream(Stage):
    """The samples of files.

    Args:
        files: which files.
        read_file: gives blocks of one file's samples, from its path.
        shuffle_files: whether each epoch reads the files in an order of its own.
        count: the number of samples of a file, if it is known without reading the file.
        read_from: like `read_file`, from a sample on, if that is faster than to read and drop.
    """

    def __init__(
        self,
        files: Paths,
        read_file: Callable[[str], Iterator[Block]],
        shuffle_files: bool,
        count: Callable[[str], int] | None = None,
        read_from: Callable[[str, int], Iterator[Block]] | None = None,
    ):
        self.files = expand(files)
        self.read_file = read_file
        self.shuffle_files = shuffle_files
        self.read_from = read_from
        self.counts = None if count is None else [count(name) for name in self.files]
        self.length = None if self.counts is None else sum(self.counts)

    def read(self, run: Run, start: int, size: int) -> Iterator[Block]:
        """The samples; files before sample `start` are not opened if their counts are known."""
        order = np.arange(len(self.files))
        if self.shuffle_files:
            order = run.generator(self.depth).permutation(order)
        if self.counts is None:
            return drop(self._all(order), start)
        return self._from(order, start)

    def _all(self, order: np.ndarray) -> Iterator[Block]:
        for number in order:
            yield from self.read_file(self.files[number])

    def _from(self, order: np.ndarray, start: int) -> Iterator[Block]:
        for number in order:
            if start >= self.counts[number]:
                start -= self.counts[number]
                continue
            if self.read_from is not None:
                yield from self.read_from(self.files[number], start)
            else:
                yield from drop(self.read_file(self.files[number]), start)
            start = 0
