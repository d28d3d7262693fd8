"""`ColumnFeed`: batches of data that is read as it is needed: sparse, on disk, or by sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cornu import tree
from cornu.data.array_feed import SampleFeed
from cornu.data.arrays import to_arrays
from cornu.data.batch import unpack_x_y_sample_weight
from cornu.data.class_weights import ClassWeights
from cornu.data.columns import Column, is_column
from cornu.data.read_ahead import Reader

# Rows of targets that are read at once to count classes.
ROWS_AT_ONCE = 1024


class ColumnFeed(SampleFeed):
    """Batches of columns, whose rows are read in a thread while the model works.

    Args:
        x: nested structure of arrays and columns `(samples, ...)`; or a column of whole samples.
        y, sample_weight, batch_size, shuffle, class_weight, steps, seed: as for `ArrayFeed`.

    Raises:
        ValueError: for no data, or parts of different lengths.

    >>> import scipy.sparse
    >>> from cornu.data.column_feed import ColumnFeed
    >>> feed = ColumnFeed(scipy.sparse.eye_array(3), batch_size=2, shuffle=False)
    >>> [x.tolist() for x, y, sample_weight in feed.batches(epoch=0)]
    [[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]]]
    """

    _class_weight: ClassWeights | None = None

    def _hold(self, parts: dict[str, Any], kind: str) -> None:
        self._parts = parts
        self._reader: Reader | None = Reader()
        x, *others = parts.values()
        self._whole = isinstance(x, Column) and x.whole
        if self._whole and not all(part is None for part in others):
            raise ValueError(
                f"y and sample_weight cannot be passed with x of type {kind}, whose "
                "samples hold them. Let it give tuples (x, y) or (x, y, sample_weight)."
            )

    def _weigh(self, class_weight: ClassWeights) -> None:
        self._class_weight = class_weight.fitted_to_batches(self._targets())

    def read_in_caller(self) -> None:
        """Read in the thread that asks, for a debugger."""
        self._reader = None

    def batches(self, epoch: int, start: int = 0) -> Iterator[tuple[Any, Any, Any]]:
        """The batches `(x, y, sample_weight)` of an epoch, read ahead; see `SampleFeed`."""
        read = super().batches(epoch, start)
        return read if self._reader is None else self._reader.ahead(read).take()

    def close(self) -> None:
        """End the thread that reads."""
        if self._reader is not None:
            self._reader.close()

    def _targets(self) -> Iterator[Any]:
        """All targets, some at a time; of samples that hold them, the inputs are read too."""
        for begin in range(0, self.num_samples, ROWS_AT_ONCE):
            where = slice(begin, min(begin + ROWS_AT_ONCE, self.num_samples))
            if self._whole:
                yield self._take(where)[1]
            else:
                part = tree.map_structure(lambda leaf: _rows(leaf, where), self._parts["y"])  # noqa: B023
                yield to_arrays(part, "y")

    def _take(self, where: Any) -> tuple[Any, Any, Any]:
        if self._whole:
            found = unpack_x_y_sample_weight(self._parts["x"].rows(where))
            x, y, sample_weight = (to_arrays(part, "A batch") for part in found)
        else:
            x, y, sample_weight = (
                to_arrays(tree.map_structure(lambda leaf: _rows(leaf, where), part), name)
                for name, part in self._parts.items()
            )
        if self._class_weight is not None:
            sample_weight = self._class_weight(y)
        return x, y, sample_weight


def _rows(leaf: Any, where: Any) -> Any:
    if leaf is None:
        return None
    return leaf.rows(where) if isinstance(leaf, Column) else leaf[where]


def needs_columns(*parts: Any) -> bool:
    """Whether some of the data must be read as it is needed."""
    return any(is_column(leaf) for leaf in tree.flatten(parts))
