"""The maximum over all positions."""

from __future__ import annotations

from cornu import ops
from cornu.layers.pooling.base import BaseGlobalPooling


class GlobalMaxPooling(BaseGlobalPooling):
    """What the ranks share."""

    pool = staticmethod(ops.max)


class GlobalMaxPooling1D(GlobalMaxPooling):
    """The maximum of each channel over all positions of sequences.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: whether the spatial dimension stays, with size 1.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Shapes:
        Inputs (batch, time, channels), or with "channels_first"
        (batch, channels, time); outputs (batch, channels).

    >>> keras.layers.GlobalMaxPooling1D()(keras.ops.ones((2, 8, 3))).shape
    (2, 3)
    """

    rank = 1


class GlobalMaxPooling2D(GlobalMaxPooling):
    """The maximum of each channel over all positions of images.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: whether the spatial dimensions stay, with size 1.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Shapes:
        Inputs (batch, height, width, channels), or with "channels_first"
        (batch, channels, height, width); outputs (batch, channels).

    >>> keras.layers.GlobalMaxPooling2D()(keras.ops.ones((2, 8, 8, 3))).shape
    (2, 3)
    """

    rank = 2


class GlobalMaxPooling3D(GlobalMaxPooling):
    """The maximum of each channel over all positions of volumes.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: whether the spatial dimensions stay, with size 1.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Shapes:
        Inputs (batch, depth, height, width, channels), or with "channels_first"
        (batch, channels, depth, height, width); outputs (batch, channels).

    >>> keras.layers.GlobalMaxPooling3D()(keras.ops.ones((2, 8, 8, 8, 3))).shape
    (2, 3)
    """

    rank = 3


GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
