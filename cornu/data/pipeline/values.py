"""What iteration over a data set gives: NumPy arrays that also know `.numpy()`, as in `tf.data`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import map_leaves


class Values(np.ndarray):
    """An array with the method `numpy()`; its items have it too. One number can be a dict's key.

    >>> from cornu.data import Dataset
    >>> for x in Dataset.range(2).batch(2):
    ...     print(x.numpy(), x[0].numpy())
    [0 1] 0
    """

    def numpy(self) -> Any:
        """The plain NumPy array, or number."""
        return self.view(np.ndarray)[()]

    def __getitem__(self, where: Any) -> Any:
        return shown(super().__getitem__(where))

    def __iter__(self) -> Iterator[Any]:
        return (self[position] for position in range(len(self)))

    def __hash__(self) -> int:
        return hash(self.item())

    def __repr__(self) -> str:
        return repr(self.numpy())

    def __reduce__(self) -> Any:
        return self.view(np.ndarray).__reduce__()


class Text(str):
    """A string with the method `numpy()`, which gives bytes as `tf.data` has them."""

    def numpy(self) -> bytes:
        """The string in UTF-8."""
        return self.encode()

    def __reduce__(self) -> Any:
        return str, (str(self),)


class Count(int):
    """A number with the method `numpy()`."""

    def numpy(self) -> np.int64:
        """The number as NumPy has it."""
        return np.int64(self)


def shown(leaf: Any) -> Any:
    """An array, number or string with the method `numpy()`; anything else as it is."""
    if isinstance(leaf, (np.ndarray, np.generic)) and not hasattr(leaf, "numpy"):
        return np.asarray(leaf).view(Values)
    return Text(leaf) if type(leaf) is str else leaf


def shown_element(element: Any) -> Any:
    """An element of a data set whose leaves have the method `numpy()`."""
    return map_leaves(shown, element)
