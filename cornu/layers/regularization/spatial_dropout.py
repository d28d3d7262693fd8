"""Dropout of whole channels."""

from __future__ import annotations

from typing import Any

import jax

from cornu.core.dtype_policy import serialize_map_or
from cornu.core.input_spec import InputSpec
from cornu.engine import config
from cornu.layers.regularization.dropout import Dropout


class SpatialDropout(Dropout):
    """What the dropouts of channels share; `spatial_axes` says for how many axes a draw holds."""

    spatial_axes: int

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.spatial_axes + 2)

    def _noise_shape(self, inputs: jax.Array) -> tuple:
        ones = (1,) * self.spatial_axes
        if self.data_format == "channels_first":
            return (*inputs.shape[:2], *ones)
        return (inputs.shape[0], *ones, inputs.shape[-1])

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {
            "rate": self.rate,
            "seed": self.seed,
            "name": self.name,
            "dtype": serialize_map_or(self.dtype_policy, self.dtype_policy.name),
            "data_format": self.data_format,
        }


class SpatialDropout1D(SpatialDropout):
    """Set whole channels of sequences to 0 in training, and scale up the others.

    Args:
        rate: fraction of channels to drop, from 0 to 1.
        seed: int or None.
        name: the layer's name.
        dtype: dtype or dtype policy.

    Input and output shape (batch, time, channels).

    >>> y = keras.layers.SpatialDropout1D(0.5)(keras.ops.ones((2, 3, 4)), training=True)
    >>> bool((y == y[:, :1]).all())
    True
    """

    spatial_axes = 1

    def __init__(
        self, rate: float, seed: int | None = None, name: str | None = None, dtype: Any = None
    ):
        super().__init__(rate, "channels_last", seed, name, dtype)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        config = super().get_config()
        del config["data_format"]
        return config


class SpatialDropout2D(SpatialDropout):
    """Set whole channels of images to 0 in training, and scale up the others.

    "Efficient Object Localization Using Convolutional Networks", Tompson et al., 2014
    (https://arxiv.org/abs/1411.4280).

    Args:
        rate: fraction of channels to drop, from 0 to 1.
        data_format: `"channels_last"` or `"channels_first"`; the global setting by default.
        seed: int or None.
        name: the layer's name.
        dtype: dtype or dtype policy.

    >>> y = keras.layers.SpatialDropout2D(0.5)(keras.ops.ones((2, 3, 3, 4)), training=True)
    >>> bool((y == y[:, :1, :1]).all())
    True
    """

    spatial_axes = 2


class SpatialDropout3D(SpatialDropout):
    """Set whole channels of volumes to 0 in training, and scale up the others.

    Args:
        rate: fraction of channels to drop, from 0 to 1.
        data_format: `"channels_last"` or `"channels_first"`; the global setting by default.
        seed: int or None.
        name: the layer's name.
        dtype: dtype or dtype policy.

    >>> y = keras.layers.SpatialDropout3D(0.5)(keras.ops.ones((2, 3, 3, 3, 4)), training=True)
    >>> bool((y == y[:, :1, :1, :1]).all())
    True
    """

    spatial_axes = 3
