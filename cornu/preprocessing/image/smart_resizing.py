"""Resizing that cuts rather than distorts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import ops
from cornu.preprocessing.image.decode import central_crop


def smart_resize(
    x: Any, size: Sequence[int], interpolation: str = "bilinear", data_format: str = "channels_last"
) -> Any:
    """Resize the largest central part of images that has the aspect ratio of `size`.

    Args:
        x: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first.
        size: new height and width.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Images of the new size: a NumPy array for a NumPy array, else a tensor.

    Raises:
        ValueError: for another rank, or a size that is not a pair.

    >>> keras.preprocessing.image.smart_resize(np.ones((340, 500, 3)), (200, 200)).shape
    (200, 200, 3)
    """
    if len(size) != 2:
        raise ValueError(f"size must be a pair (height, width); got {size!r}.")
    images = x if isinstance(x, np.ndarray) else ops.convert_to_tensor(x)
    if images.ndim not in (3, 4):
        raise ValueError(
            "smart_resize expects images of shape (height, width, channels) or (batch, height, "
            f"width, channels); got {tuple(images.shape)}."
        )
    first = images.ndim - (3 if data_format == "channels_last" else 2)
    height, width = images.shape[first : first + 2]
    top, left, cut_height, cut_width = central_crop(height, width, tuple(size))
    part = (slice(None),) * first + (slice(top, top + cut_height), slice(left, left + cut_width))
    result = ops.image.resize(
        images[part], tuple(size), interpolation=interpolation, data_format=data_format
    )
    return np.array(result) if isinstance(x, np.ndarray) else result
