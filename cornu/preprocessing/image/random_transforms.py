"""Random transforms of one image, drawn from NumPy's global generator as Keras draws them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.preprocessing.image.affine import apply_affine_transform
from cornu.preprocessing.image.intensity import apply_brightness_shift, apply_channel_shift

# `utils.set_random_seed` seeds it.
global_generator = np.random


def random_rotation(
    x: Any,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Rotate an image by up to `rg` degrees; other arguments as of `apply_affine_transform`.

    Args:
        x: image with three axes.
        rg: the largest angle, in degrees.
        row_axis, col_axis, channel_axis: axes of the rows, the columns and the channels.
        fill_mode, cval, interpolation_order: as of `apply_affine_transform`, there `order`.

    Returns:
        Image of the same shape.

    >>> from cornu.preprocessing.image import random_rotation
    >>> random_rotation(np.ones((3, 8, 8)), 20).shape
    (3, 8, 8)
    """
    theta = global_generator.uniform(-rg, rg)
    axes = (row_axis, col_axis, channel_axis)
    return transformed(x, axes, fill_mode, cval, interpolation_order, theta=theta)


def random_shift(
    x: Any,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Shift an image; see `apply_affine_transform` for the directions.

    Args:
        x: image with three axes.
        wrg: the largest `ty`, as a part of the width.
        hrg: the largest `tx`, as a part of the height.
        row_axis, col_axis, channel_axis: axes of the rows, the columns and the channels.
        fill_mode, cval, interpolation_order: as of `apply_affine_transform`, there `order`.

    Returns:
        Image of the same shape.

    >>> from cornu.preprocessing.image import random_shift
    >>> random_shift(np.ones((3, 8, 8)), 0.2, 0.2).shape
    (3, 8, 8)
    """
    tx = global_generator.uniform(-hrg, hrg) * np.shape(x)[row_axis]
    ty = global_generator.uniform(-wrg, wrg) * np.shape(x)[col_axis]
    axes = (row_axis, col_axis, channel_axis)
    return transformed(x, axes, fill_mode, cval, interpolation_order, tx=tx, ty=ty)


def random_shear(
    x: Any,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Shear an image by up to `intensity` degrees.

    Args:
        x: image with three axes.
        intensity: the largest angle, in degrees.
        row_axis, col_axis, channel_axis: axes of the rows, the columns and the channels.
        fill_mode, cval, interpolation_order: as of `apply_affine_transform`, there `order`.

    Returns:
        Image of the same shape.

    >>> from cornu.preprocessing.image import random_shear
    >>> random_shear(np.ones((3, 8, 8)), 10).shape
    (3, 8, 8)
    """
    shear = global_generator.uniform(-intensity, intensity)
    axes = (row_axis, col_axis, channel_axis)
    return transformed(x, axes, fill_mode, cval, interpolation_order, shear=shear)


def random_zoom(
    x: Any,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Zoom an image in both directions by factors within `zoom_range`.

    Args:
        x: image with three axes.
        zoom_range: the smallest and the largest factor; below 1 enlarges.
        row_axis, col_axis, channel_axis: axes of the rows, the columns and the channels.
        fill_mode, cval, interpolation_order: as of `apply_affine_transform`, there `order`.

    Returns:
        Image of the same shape.

    Raises:
        ValueError: if `zoom_range` is not a pair.

    >>> from cornu.preprocessing.image import random_zoom
    >>> random_zoom(np.ones((3, 8, 8)), (0.8, 1.2)).shape
    (3, 8, 8)
    """
    low, high = pair(zoom_range, "zoom_range")
    zx, zy = (1, 1) if low == high == 1 else global_generator.uniform(low, high, 2)
    axes = (row_axis, col_axis, channel_axis)
    return transformed(x, axes, fill_mode, cval, interpolation_order, zx=zx, zy=zy)


def random_channel_shift(x: Any, intensity_range: float, channel_axis: int = 0) -> np.ndarray:
    """Add up to `intensity_range` to an image, within the range of its values.

    Args:
        x: an image.
        intensity_range: the largest value to add or subtract.
        channel_axis: axis of the channels.

    Returns:
        Array of the same shape.

    >>> from cornu.preprocessing.image import random_channel_shift
    >>> random_channel_shift(np.ones((3, 8, 8)), 10).max()
    np.float64(1.0)
    """
    intensity = global_generator.uniform(-intensity_range, intensity_range)
    return apply_channel_shift(x, intensity, channel_axis=channel_axis)


def random_brightness(x: Any, brightness_range: Sequence[float], scale: bool = True) -> np.ndarray:
    """Multiply the brightness of an image by a factor within `brightness_range`.

    Args:
        x: an image of shape (height, width, channels).
        brightness_range: the smallest and the largest factor.
        scale: whether to bring the smallest value to 0 and the largest to 255.

    Returns:
        Array of the same shape, of the default float type.

    Raises:
        ValueError: if `brightness_range` is not a pair.

    >>> from cornu.preprocessing.image import random_brightness
    >>> random_brightness(np.ones((8, 8, 3)), (0.5, 1.5)).shape
    (8, 8, 3)
    """
    low, high = pair(brightness_range, "brightness_range")
    return apply_brightness_shift(x, global_generator.uniform(low, high), scale)


def pair(value: Any, name: str) -> tuple[float, float]:
    """The two numbers of a range."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise ValueError(f"{name} must be a tuple or list of two numbers; got {value!r}.")
    return value[0], value[1]


def transformed(
    x: Any, axes: tuple[int, int, int], fill_mode: str, cval: float, order: int, **parameters: Any
) -> np.ndarray:
    """`apply_affine_transform` with the axes of rows, columns and channels in one."""
    row_axis, col_axis, channel_axis = axes
    return apply_affine_transform(
        x,
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=order,
        **parameters,
    )
