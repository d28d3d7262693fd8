"""`Discretization`: numbers to the bins they lie in; bins are given, or of equal counts of data."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from cornu import ops
from cornu.core.dtype_policy import serialize_map_or
from cornu.core.layer import Layer
from cornu.engine import config, dtypes
from cornu.layers.preprocessing.adapting import batches_of
from cornu.layers.preprocessing.categorical import encoding
from cornu.ops.symbolic import KerasTensor

MODES = ("int", "one_hot", "multi_hot", "count")


class Discretization(Layer):
    """The number of the bin that each value lies in.

    Args:
        bin_boundaries: rising list of numbers: bin 0 lies below the first, the last one from the
            last on.
        num_bins: number of bins, if `adapt` shall find boundaries between which equal fractions of
            the data lie.
        epsilon: how exactly: the fraction of the data that a boundary may be off.
        output_mode: "int"; "one_hot" for each value; or for all values along the last axis
            "multi_hot" or "count".
        sparse: must be False.
        dtype: dtype of the result in modes other than "int".
        name: the layer's name.

    Raises:
        ValueError: unless exactly one of `bin_boundaries` and `num_bins` is given.

    >>> layer = keras.layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0])
    >>> layer(keras.ops.array([[-1.5, 1.0, 3.4, 0.5]])).tolist()
    [[0, 2, 3, 1]]
    """

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ):
        super().__init__(name=name, dtype=dtype)
        owner = f"Discretization {self.name!r}"
        self.output_mode = encoding.checked_mode(output_mode, MODES, owner)
        encoding.check_dense(sparse, owner)
        if (num_bins is None) == (bin_boundaries is None):
            raise ValueError(
                f"{owner}: give either bin_boundaries or num_bins; got bin_boundaries="
                f"{bin_boundaries}, num_bins={num_bins}."
            )
        if num_bins is not None and num_bins < 0:
            raise ValueError(f"{owner}: num_bins cannot be negative; got {num_bins}.")
        self.bin_boundaries = None if bin_boundaries is None else [*map(float, bin_boundaries)]
        self.num_bins, self.epsilon, self.sparse = num_bins, epsilon, sparse
        self.reset_state()

    @property
    def input_dtype(self) -> str:
        """Dtype that inputs are cast to."""
        return config.floatx()

    @property
    def output_dtype(self) -> str:
        """Dtype of the outputs."""
        return "int32" if self.output_mode == "int" else self.compute_dtype

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Find boundaries between which equal fractions of the data lie.

        Args:
            data: numbers in an array, or an iterable of batches of them.
            steps: number of batches to take; all by default.

        Raises:
            ValueError: if the boundaries were given to the constructor, or there is no data.
        """
        if self.num_bins is None:
            raise ValueError(
                f"Layer {self.name!r} has its bin_boundaries from the constructor, so there is "
                "nothing to adapt. Make it with num_bins instead."
            )
        self.reset_state()
        for batch in batches_of(data, steps, self.name):
            self.update_state(batch)
        if not self.summary.size:
            raise ValueError(f"Layer {self.name!r}: adapt got no data.")
        self.finalize_state()

    def reset_state(self) -> None:
        """Forget the data seen so far."""
        self.summary = np.zeros((2, 0), "float32")

    def update_state(self, data: Any) -> None:
        """Take one batch into account."""
        values = np.sort(np.asarray(data, "float32").reshape(-1))
        step = max(len(values) * self.epsilon, 1)
        kept = values[int(step - 1) :: int(step)]
        new = np.stack([kept, np.full(len(kept), step, "float32")])
        merged = np.concatenate([new, self.summary], axis=1)
        self.summary = _compressed(merged[:, np.argsort(merged[0])], self.epsilon)

    def finalize_state(self) -> None:
        """Choose the boundaries."""
        if self.num_bins is not None:
            self.bin_boundaries = _compressed(self.summary, 1 / self.num_bins)[0, :-1].tolist()

    def call(self, inputs: Any) -> jax.Array:
        """Find the bins."""
        if self.bin_boundaries is None:
            raise ValueError(
                f"Layer {self.name!r} has no boundaries yet. Call `adapt` on data, or pass "
                "`bin_boundaries`, before it is used."
            )
        indices = ops.digitize(inputs, np.asarray(self.bin_boundaries, config.floatx()))
        depth = len(self.bin_boundaries) + 1
        return encoding.encode(indices, self.output_mode, depth, self.output_dtype)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Shape of the outputs for a shape of the inputs."""
        known = self.bin_boundaries is not None
        depth = len(self.bin_boundaries) + 1 if known else self.num_bins
        return encoding.encoded_shape(input_shape, self.output_mode, depth)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Symbolic outputs for symbolic inputs."""
        return KerasTensor(self.compute_output_shape(inputs.shape), self.output_dtype)

    def load_own_variables(self, store: Any) -> None:
        """Take the summary of older files; newer ones hold the boundaries in the config."""
        if "0" in store:
            self.summary = np.asarray(store["0"])

    def get_config(self) -> dict:
        """The constructor's arguments, and the boundaries found."""
        return {
            "bin_boundaries": self.bin_boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": serialize_map_or(self.dtype_policy, dtypes.standardize_dtype(self.dtype)),
        }

    @classmethod
    def from_config(cls, config: dict) -> Discretization:
        """A layer made from what `get_config` returned."""
        config = dict(config)
        found = config.pop("bin_boundaries", None)
        if config.get("num_bins") is None:
            return super().from_config({**config, "bin_boundaries": found})
        layer = super().from_config(config)
        layer.bin_boundaries = found
        return layer


def _compressed(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """A weighted sample reduced to about `1 / epsilon` values, by interpolation between them.

    Args:
        summary: float array `(2, values)`: rising values, and how many data each stands for.
        epsilon: fraction of the data between two values of the result.
    """
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    reached = np.cumsum(summary[1])
    values = np.interp(shares, reached / reached[-1], summary[0])
    weights = np.interp(shares, reached / reached[-1], reached)
    return np.stack([values, np.diff(weights, prepend=0)]).astype("float32")
