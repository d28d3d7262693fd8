"""Average pooling over sliding windows."""

from __future__ import annotations

from cornu import ops
from cornu.layers.pooling.base import BasePooling


class AveragePooling(BasePooling):
    """What the ranks share."""

    pool = staticmethod(ops.average_pool)


class AveragePooling1D(AveragePooling):
    """The mean of each window of sequences, over what is no padding.

    Args:
        pool_size: size of the window, an int or a tuple of one.
        strides: steps of the window; `pool_size` if None.
        padding: "valid" (windows inside only) or "same".
        data_format: "channels_last", "channels_first", or None for the global setting.
        name: name of the layer.
        **kwargs: arguments of every layer, such as `dtype`.

    Shapes:
        Inputs (batch, time, channels), outputs the same with fewer positions;
        with "channels_first" (batch, channels, time).

    Raises:
        ValueError: if a setting is out of its range.

    >>> keras.layers.AveragePooling1D(2)(keras.ops.ones((1, 8, 3))).shape
    (1, 4, 3)
    """

    rank = 1


class AveragePooling2D(AveragePooling):
    """The mean of each window of images, over what is no padding.

    Args:
        pool_size: size of the window, an int or 2 ints.
        strides: steps of the window; `pool_size` if None.
        padding: "valid" (windows inside only) or "same".
        data_format: "channels_last", "channels_first", or None for the global setting.
        name: name of the layer.
        **kwargs: arguments of every layer, such as `dtype`.

    Shapes:
        Inputs (batch, height, width, channels), outputs the same with fewer positions;
        with "channels_first" (batch, channels, height, width).

    Raises:
        ValueError: if a setting is out of its range.

    >>> keras.layers.AveragePooling2D(2)(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 4, 4, 3)
    """

    rank = 2


class AveragePooling3D(AveragePooling):
    """The mean of each window of volumes, over what is no padding.

    Args:
        pool_size: size of the window, an int or 3 ints.
        strides: steps of the window; `pool_size` if None.
        padding: "valid" (windows inside only) or "same".
        data_format: "channels_last", "channels_first", or None for the global setting.
        name: name of the layer.
        **kwargs: arguments of every layer, such as `dtype`.

    Shapes:
        Inputs (batch, depth, height, width, channels), outputs the same with fewer positions;
        with "channels_first" (batch, channels, depth, height, width).

    Raises:
        ValueError: if a setting is out of its range.

    >>> keras.layers.AveragePooling3D(2)(keras.ops.ones((1, 8, 8, 8, 3))).shape
    (1, 4, 4, 4, 3)
    """

    rank = 3


AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
