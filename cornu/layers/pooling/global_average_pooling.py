"""The mean over all positions."""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.layers.checks import step_mask
from cornu.layers.pooling.base import BaseGlobalPooling


class GlobalAveragePooling(BaseGlobalPooling):
    """What the ranks share."""

    pool = staticmethod(ops.mean)


class GlobalAveragePooling1D(GlobalAveragePooling):
    """The mean of each channel over the steps of sequences that count.

    A mask of shape (batch, time) leaves out steps; where all are left out the mean is 0.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: whether the spatial dimension stays, with size 1.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Shapes:
        Inputs (batch, time, channels), or with "channels_first"
        (batch, channels, time); outputs (batch, channels).

    >>> keras.layers.GlobalAveragePooling1D()(keras.ops.ones((2, 8, 3))).shape
    (2, 3)
    """

    rank = 1

    def call(self, inputs: Any, mask: Any = None) -> jax.Array:
        """Take the mean of each channel over the steps where the mask is True."""
        if mask is None:
            return super().call(inputs)
        steps = self.axes[0]
        batch, time = inputs.shape[0], inputs.shape[steps]
        mask = step_mask(self, mask, (batch, time, inputs.shape[3 - steps]))
        weights = ops.expand_dims(ops.cast(mask, inputs.dtype), 3 - steps)
        total = ops.sum(inputs * weights, axis=steps, keepdims=self.keepdims)
        count = ops.sum(weights, axis=steps, keepdims=self.keepdims)
        return total / ops.maximum(count, 1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """No mask: there are no steps any more."""
        return None


class GlobalAveragePooling2D(GlobalAveragePooling):
    """The mean of each channel over all positions of images.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: whether the spatial dimensions stay, with size 1.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Shapes:
        Inputs (batch, height, width, channels), or with "channels_first"
        (batch, channels, height, width); outputs (batch, channels).

    >>> keras.layers.GlobalAveragePooling2D()(keras.ops.ones((2, 8, 8, 3))).shape
    (2, 3)
    """

    rank = 2


class GlobalAveragePooling3D(GlobalAveragePooling):
    """The mean of each channel over all positions of volumes.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: whether the spatial dimensions stay, with size 1.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Shapes:
        Inputs (batch, depth, height, width, channels), or with "channels_first"
        (batch, channels, depth, height, width); outputs (batch, channels).

    >>> keras.layers.GlobalAveragePooling3D()(keras.ops.ones((2, 8, 8, 8, 3))).shape
    (2, 3)
    """

    rank = 3


GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
