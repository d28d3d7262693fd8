"""Features brought to mean 0 and variance 1 by statistics of the training data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import ops
from cornu.engine import config
from cornu.layers.normalization.base import spec_along
from cornu.layers.precision import in_float32
from cornu.layers.preprocessing.adapting import AdaptingLayer

# Statistics go through float64 copies of pieces of about this many values.
PIECE = 1 << 20


class Normalization(AdaptingLayer):
    """`(inputs - mean) / sqrt(variance)`, with statistics given or found by `adapt`.

    Args:
        axis: axis or axes that keep statistics of their own: -1 for one mean and variance per
            feature; None for one of each for everything.
        mean: the mean, if known: a number, or an array with one per feature.
        variance: the variance, likewise.
        invert: whether to go back: `inputs * sqrt(variance) + mean`.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Raises:
        ValueError: if only one of mean and variance is given, or the inputs do not fit.

    >>> layer = keras.layers.Normalization()
    >>> layer.adapt([[1.0, 10.0], [3.0, 30.0]])
    >>> layer(keras.ops.array([[1.0, 30.0]])).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        # The mean takes away most of a large number, such as a year.
        self.autocast = False
        axes = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.axis = axes
        if (mean is None) != (variance is None):
            raise ValueError(
                f"Layer {self.name!r}: give both mean and variance, or neither and call adapt; "
                f"got mean={mean}, variance={variance}."
            )
        self.input_mean = mean
        self.input_variance = variance
        self.invert = invert
        self.supports_masking = True

    def build(self, input_shape: tuple) -> None:
        """Create the statistics, unless they are given."""
        ndim = len(input_shape)
        if any(not -ndim <= axis < ndim for axis in self.axis):
            raise ValueError(
                f"Layer {self.name!r}: axis={self.axis} does not exist in inputs of shape "
                f"{tuple(input_shape)}."
            )
        kept = sorted(axis % ndim for axis in self.axis)
        shape = tuple(input_shape[axis] for axis in kept)
        if None in shape:
            raise ValueError(
                f"Layer {self.name!r} needs a known size along axis={self.axis}; got inputs of "
                f"shape {tuple(input_shape)}."
            )
        if self.axis:
            self.input_spec = spec_along(input_shape, list(self.axis))
        self._reduced = tuple(axis for axis in range(ndim) if axis not in kept)
        self._broadcast = tuple(n if i in kept else 1 for i, n in enumerate(input_shape))
        if self.input_mean is None:
            self.adapt_mean = self._statistic("mean", shape, "zeros")
            self.adapt_variance = self._statistic("variance", shape, "ones")
            self.count = self.add_weight(
                name="count", shape=(), dtype="int32", initializer="zeros", trainable=False
            )

    def adapt(self, data: Any) -> None:
        """Compute mean and variance of data, in float64.

        Args:
            data: an array (NumPy, JAX, pandas, lists, ...), or an iterable or `PyDataset` of
                batches. Of a batch that is a tuple, the first part is used.

        Raises:
            ValueError: if the statistics were given to the constructor, or there is no data.
        """
        if self.input_mean is not None:
            raise ValueError(
                f"Layer {self.name!r} has mean and variance from its constructor, so there is "
                "nothing to adapt. Make it without them."
            )
        super().adapt(data)

    def reset_state(self) -> None:
        """Forget what `adapt` computed."""
        self._count, self._mean, self._squares = 0, 0.0, 0.0

    def update_state(self, batch: np.ndarray) -> None:
        """Merge a batch's count, mean and sum of squared deviations into those so far.

        Merging (Chan, Golub and LeVeque, 1983) keeps digits that sums of squares would lose.
        """
        rows = max(1, PIECE // max(1, math.prod(batch.shape[1:])))
        in_pieces = 0 in self._reduced
        for first in range(0, len(batch), rows) if in_pieces else (0,):
            piece = batch[first : first + rows] if in_pieces else batch
            values = piece.astype("float64")
            count = math.prod(values.shape[axis] for axis in self._reduced)
            if not count:
                continue
            mean = values.mean(self._reduced)
            squares = np.square(values - np.expand_dims(mean, self._reduced)).sum(self._reduced)
            total = self._count + count
            apart = mean - self._mean
            self._squares += squares + np.square(apart) * (self._count * count / total)
            self._mean += apart * (count / total)
            self._count = total

    def finalize_state(self) -> None:
        """Keep the statistics in the layer's weights."""
        if not self._count:
            raise ValueError(f"Layer {self.name!r}: adapt got no data.")
        self.adapt_mean.assign(self._mean)
        self.adapt_variance.assign(self._squares / self._count)

    @property
    def mean(self) -> jax.Array | None:
        """The mean, in a shape that broadcasts to the inputs; None before the layer is built."""
        return self._aligned("mean", self.input_mean)

    @property
    def variance(self) -> jax.Array | None:
        """The variance, in a shape that broadcasts to the inputs; None before it is built."""
        return self._aligned("variance", self.input_variance)

    def call(self, inputs: Any) -> jax.Array:
        """Normalize the inputs, or invert that."""
        inputs = in_float32(self, inputs)
        mean, deviation = (
            ops.cast(value, inputs.dtype) for value in (self.mean, ops.sqrt(self.variance))
        )
        deviation = ops.maximum(deviation, config.epsilon())
        outputs = inputs * deviation + mean if self.invert else (inputs - mean) / deviation
        return ops.cast(outputs, self.compute_dtype)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "invert": self.invert,
            "mean": _plain(self.input_mean),
            "variance": _plain(self.input_variance),
        }

    @property
    def _wide(self) -> str:
        """Dtype of the statistics: a year has more digits than a half-precision number."""
        return jnp.promote_types(self.variable_dtype, "float32").name

    def _statistic(self, name: str, shape: tuple, initializer: str) -> Any:
        return self.add_weight(
            name=name, shape=shape, dtype=self._wide, initializer=initializer, trainable=False
        )

    def _aligned(self, name: str, given: Any) -> jax.Array | None:
        if not self.built:
            return None
        if given is None:
            return ops.reshape(getattr(self, f"adapt_{name}").raw_value, self._broadcast)
        value = np.asarray(given, self._wide)
        if value.size not in (1, math.prod(self._broadcast)):
            raise ValueError(
                f"Layer {self.name!r}: {name} has shape {value.shape}, but the inputs need one "
                f"value, or {math.prod(self._broadcast)} along axis={self.axis}."
            )
        if value.size == 1:
            value = np.broadcast_to(value.reshape(()), self._broadcast)
        return ops.array(value.reshape(self._broadcast))


def _plain(value: Any) -> Any:
    return value if value is None else np.asarray(value).tolist()
