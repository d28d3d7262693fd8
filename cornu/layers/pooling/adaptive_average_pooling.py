"""Average pooling into a given number of windows."""

from __future__ import annotations

from cornu import ops
from cornu.layers.pooling.base import BaseAdaptivePooling


class AdaptiveAveragePooling(BaseAdaptivePooling):
    """What the ranks share."""

    pool = staticmethod(ops.adaptive_average_pool)


class AdaptiveAveragePooling1D(AdaptiveAveragePooling):
    """The mean of each of so many windows that cover sequences evenly.

    Args:
        output_size: numbers of windows, an int or a tuple of one.
        data_format: "channels_last", "channels_first", or None for the global setting.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Shapes:
        Inputs (batch, time, channels), outputs (batch, *output_size, channels);
        with "channels_first" (batch, channels, time).

    Raises:
        ValueError: if output_size is not positive, or has another length.

    >>> keras.layers.AdaptiveAveragePooling1D(4)(keras.ops.ones((1, 9, 3))).shape
    (1, 4, 3)
    """

    rank = 1


class AdaptiveAveragePooling2D(AdaptiveAveragePooling):
    """The mean of each of so many windows that cover images evenly.

    Args:
        output_size: numbers of windows, an int or 2 ints.
        data_format: "channels_last", "channels_first", or None for the global setting.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Shapes:
        Inputs (batch, height, width, channels), outputs (batch, *output_size, channels);
        with "channels_first" (batch, channels, height, width).

    Raises:
        ValueError: if output_size is not positive, or has another length.

    >>> keras.layers.AdaptiveAveragePooling2D(4)(keras.ops.ones((1, 9, 7, 3))).shape
    (1, 4, 4, 3)
    """

    rank = 2


class AdaptiveAveragePooling3D(AdaptiveAveragePooling):
    """The mean of each of so many windows that cover volumes evenly.

    Args:
        output_size: numbers of windows, an int or 3 ints.
        data_format: "channels_last", "channels_first", or None for the global setting.
        **kwargs: arguments of every layer, such as `name` and `dtype`.

    Shapes:
        Inputs (batch, depth, height, width, channels), outputs (batch, *output_size, channels);
        with "channels_first" (batch, channels, depth, height, width).

    Raises:
        ValueError: if output_size is not positive, or has another length.

    >>> keras.layers.AdaptiveAveragePooling3D(4)(keras.ops.ones((1, 9, 7, 5, 3))).shape
    (1, 4, 4, 4, 3)
    """

    rank = 3
