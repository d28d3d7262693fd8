"""Max pooling over sliding windows."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.layers.pooling.base import BasePooling, Sizes


class MaxPooling(BasePooling):
    """What the ranks share."""

    pool = staticmethod(ops.max_pool)

    def __init__(
        self,
        pool_size: Sizes = 2,
        strides: Sizes | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling1D(MaxPooling):
    """The maximum of each window of sequences.

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

    >>> keras.layers.MaxPooling1D(2)(keras.ops.ones((1, 8, 3))).shape
    (1, 4, 3)
    """

    rank = 1


class MaxPooling2D(MaxPooling):
    """The maximum of each window of images.

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

    >>> keras.layers.MaxPooling2D(2)(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 4, 4, 3)
    """

    rank = 2


class MaxPooling3D(MaxPooling):
    """The maximum of each window of volumes.

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

    >>> keras.layers.MaxPooling3D(2)(keras.ops.ones((1, 8, 8, 8, 3))).shape
    (1, 4, 4, 4, 3)
    """

    rank = 3


MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
