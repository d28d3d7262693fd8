"""Base of the layers that learn from data without gradients: by one pass over it, in `adapt`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.core.layer import Layer


class AdaptingLayer(Layer):
    """A layer whose state is computed from data by `adapt`.

    Subclasses write `reset_state`, `update_state` (called with each batch, a NumPy array) and, if
    something is left to do behind the last batch, `finalize_state`.
    """

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Compute the layer's state from data; what an earlier call computed is forgotten.

        Args:
            data: an array (NumPy, JAX, pandas, lists, ...), or an iterable or `PyDataset` of
                batches. Of a batch that is a tuple, the first part is used.
            steps: number of batches to take; all by default.
        """
        self.reset_state()
        for batch in batches_of(data, steps, self.name):
            if not self.built:
                self.build(batch.shape)
            self.update_state(batch)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forget what `adapt` computed."""
        raise NotImplementedError(f"Layer {type(self).__name__} must define `reset_state`.")

    def update_state(self, batch: np.ndarray) -> None:
        """Take one batch into account."""
        raise NotImplementedError(f"Layer {type(self).__name__} must define `update_state`.")

    def finalize_state(self) -> None:
        """Compute what is left to compute behind the last batch."""


def batches_of(data: Any, steps: int | None, layer_name: str) -> Iterator[np.ndarray]:
    """The batches of a data set as NumPy arrays; an array is one batch.

    Raises:
        TypeError: if the data is neither an array nor an iterable of batches.
    """
    if isinstance(data, (list, tuple)) or hasattr(data, "__array__"):
        yield np.asarray(data)
        return
    if hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        batches = (data[i] for i in range(len(data)))
    elif hasattr(data, "__iter__"):
        batches = iter(data)
    else:
        raise TypeError(
            f"Layer {layer_name!r}: adapt takes an array, or an iterable of batches; got "
            f"{type(data).__name__}."
        )
    for batch in itertools.islice(batches, steps):
        yield np.asarray(batch[0] if isinstance(batch, (list, tuple)) else batch)
