"""`FilledNormalization`: numbers with gaps, filled and brought to mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from cornu import ops
from cornu.layers.preprocessing.adapting import AdaptingLayer

FILLS = ("median", "mean")


class FilledNormalization(AdaptingLayer):
    """Fill NaN by the median or mean, then bring each feature to mean 0 and variance 1.

    A feature that never varies is only centered.

    Args:
        fill: "median" or "mean" of the values that `adapt` sees, by which NaN is replaced.
        indicator: whether to give a second number per feature: 1 where a value was missing.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Raises:
        ValueError: for another `fill`.

    >>> from cornu.models.tables import FilledNormalization
    >>> layer = FilledNormalization(indicator=True)
    >>> layer.adapt([[1.0], [3.0], [3.0], [5.0]])
    >>> layer(np.array([[3.0], [np.nan]])).tolist()
    [[0.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, fill: str = "median", indicator: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        if fill not in FILLS:
            raise ValueError(f"Layer {self.name!r}: fill must be 'median' or 'mean'; got {fill!r}.")
        self.fill, self.indicator = fill, indicator

    def build(self, input_shape: tuple) -> None:
        """Create the statistics."""
        for name, initializer in (("fill_value", "zeros"), ("mean", "zeros"), ("variance", "ones")):
            shape = (input_shape[-1],)
            weight = self.add_weight(
                name=name, shape=shape, initializer=initializer, trainable=False
            )
            setattr(self, name, weight)

    def reset_state(self) -> None:
        """Forget what `adapt` saw."""
        self._seen = Seen()

    def update_state(self, batch: np.ndarray) -> None:
        """Keep a batch; the median needs all values."""
        values = np.asarray(batch, "float64")
        self._seen.batches.append(values.reshape(-1, values.shape[-1]))

    def finalize_state(self) -> None:
        """Compute the statistics, those of the filled data."""
        data = np.concatenate(self._seen.batches)
        self.reset_state()
        center = np.median if self.fill == "median" else np.mean
        columns = [column[~np.isnan(column)] for column in data.T]
        fill = np.array([center(column) if len(column) else 0.0 for column in columns])
        data = np.where(np.isnan(data), fill, data)
        mean, variance = data.mean(axis=0), data.var(axis=0)
        # What rounding leaves of a constant is no variance.
        variance[np.sqrt(variance) <= 1e-7 * np.abs(mean)] = 0
        self.fill_value.assign(fill)
        self.mean.assign(mean)
        self.variance.assign(variance)

    def call(self, inputs: Any) -> jax.Array:
        """Fill and normalize `(batch, features)`; with an indicator the result is twice as wide."""
        dtype = self.compute_dtype
        missing = ops.isnan(inputs)
        mean, variance = ops.cast(self.mean, dtype), ops.cast(self.variance, dtype)
        filled = ops.where(missing, ops.cast(self.fill_value, dtype), ops.cast(inputs, dtype))
        scaled = (filled - mean) / ops.sqrt(ops.where(variance > 0, variance, 1))
        if not self.indicator:
            return scaled
        return ops.concatenate([scaled, ops.cast(missing, dtype)], axis=-1)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), "fill": self.fill, "indicator": self.indicator}


class Seen:
    """The batches that `adapt` saw, where a search for a layer's variables does not walk."""

    def __init__(self) -> None:
        self.batches: list[np.ndarray] = []
