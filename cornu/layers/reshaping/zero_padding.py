"""Zeros around sequences, images and volumes."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.engine import config
from cornu.layers.reshaping.borders import amounts, pairs, spatial_first


class ZeroPadding(Layer):
    """What the paddings share; they set `rank`."""

    rank: int
    _settings = ("padding", "data_format")

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.padding = amounts(padding, self.rank, self, "padding")
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: jax.Array) -> jax.Array:
        """The padded tensor."""
        width = [(0, 0)] * inputs.ndim
        for axis, pair in enumerate(pairs(self.padding), spatial_first(self.data_format)):
            width[axis] = pair
        return jnp.pad(inputs, width)


class ZeroPadding1D(ZeroPadding):
    """Put zeros before and after each sequence.

    Args:
        padding: how many at both ends, or a pair (before, after).
        data_format: `"channels_last"`, shape (batch, time, channels), or `"channels_first"`; the
            global setting by default.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for negative amounts.

    >>> keras.layers.ZeroPadding1D((1, 2))(keras.ops.ones((1, 3, 1)))[0, :, 0].tolist()
    [0.0, 1.0, 1.0, 1.0, 0.0, 0.0]
    """

    rank = 1


class ZeroPadding2D(ZeroPadding):
    """Put zeros around each image.

    Args:
        padding: an int for all sides, a pair (height, width), or a pair of pairs
            ((top, bottom), (left, right)).
        data_format: `"channels_last"`, shape (batch, height, width, channels), or
            `"channels_first"`; the global setting by default.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for negative amounts.

    >>> keras.layers.ZeroPadding2D((1, 2))(keras.ops.ones((1, 3, 3, 1))).shape
    (1, 5, 7, 1)
    """

    rank = 2


class ZeroPadding3D(ZeroPadding):
    """Put zeros around each volume.

    Args:
        padding: an int for all sides, three ints, or three pairs (before, after).
        data_format: `"channels_last"`, shape (batch, depth, height, width, channels), or
            `"channels_first"`; the global setting by default.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for negative amounts.

    >>> keras.layers.ZeroPadding3D(1)(keras.ops.ones((1, 2, 2, 2, 1))).shape
    (1, 4, 4, 4, 1)
    """

    rank = 3
