"""Affine maps of whole batches of images, with the values of `scipy.ndimage.affine_transform`.

With linear interpolation a pixel of the result is a weighted sum of four pixels of the image, so
the map of a batch is one sparse matrix, with four entries per row, times the pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage, sparse

FILL_MODES = ("nearest", "constant", "reflect", "wrap")
# Indices and weights of so many pixels stay in the cache.
PIXELS_AT_ONCE = 1 << 15


def apply_affine_transform(
    x: Any,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """Rotate, shift, shear and zoom one image, in this order.

    The results are Keras's: where rows come before columns, `tx` and `zx` act along the columns,
    `ty` and `zy` along the rows, and the center of an image that is not square has its
    coordinates exchanged.

    Args:
        x: image with three axes; channels first or last.
        theta: rotation in degrees.
        tx: shift in pixels.
        ty: shift in pixels.
        shear: angle in degrees.
        zx: factor; below 1 enlarges.
        zy: factor; below 1 enlarges.
        row_axis: axis of the rows.
        col_axis: axis of the columns.
        channel_axis: axis of the channels, 0 or 2.
        fill_mode: what lies outside of the image: `"nearest"`, `"constant"`, `"reflect"` or
            `"wrap"`.
        cval: the value outside for `"constant"`.
        order: 0 takes the nearest pixel, 1 interpolates linearly, up to 5 by splines.

    Returns:
        Image of the same shape and dtype.

    Raises:
        ValueError: if `x` has another rank, the axes are not 0, 1 and 2, the channels lie between
            rows and columns, or `fill_mode` is not known.

    >>> from cornu.preprocessing.image import apply_affine_transform
    >>> x = np.array([[[1.0], [2.0], [3.0]]])
    >>> apply_affine_transform(x, tx=1, row_axis=0, col_axis=1, channel_axis=2)[0, :, 0].tolist()
    [2.0, 3.0, 3.0]
    """
    x = np.asarray(x)
    if {row_axis, col_axis, channel_axis} != {0, 1, 2} or channel_axis == 1:
        raise ValueError(
            "row_axis, col_axis and channel_axis must be 0, 1 and 2 with the channels first or "
            f"last; got {row_axis}, {col_axis} and {channel_axis}."
        )
    if x.ndim != 3:
        raise ValueError(
            "apply_affine_transform expects one image with three axes, for instance (height, "
            f"width, channels); got shape {x.shape}."
        )
    if (theta, tx, ty, shear, zx, zy) == (0, 0, 0, 0, 1, 1):
        return x
    swap = col_axis < row_axis
    image = np.moveaxis(x, channel_axis, -1)
    height, width = x.shape[row_axis], x.shape[col_axis]
    map_ = affine_maps(np.array([[theta, tx, ty, shear, zx, zy]]), height, width, swapped=not swap)
    result = warp(image[None], map_, fill_mode, cval, order)[0]
    return np.moveaxis(result, -1, channel_axis)


def affine_maps(
    parameters: np.ndarray, height: int, width: int, swapped: bool = True
) -> np.ndarray:
    """Matrices that take a pixel's place in the result to its place in the image.

    Args:
        parameters: (maps, 6): theta, tx, ty, shear, zx and zy of each.
        height: rows of the images.
        width: columns of the images.
        swapped: whether the first axis of the matrices becomes the columns.

    Returns:
        Array of shape (maps, 2, 3): factors of row and column, and an offset.
    """
    theta, tx, ty, shear, zx, zy = parameters.T.astype("float64")
    theta, shear = np.deg2rad(theta), np.deg2rad(shear)
    one, zero = np.ones_like(theta), np.zeros_like(theta)

    def stack(rows: list) -> np.ndarray:
        # Contiguous, so that products are rounded as those of single matrices are.
        return np.ascontiguousarray(np.moveaxis(np.array([*rows, [zero, zero, one]]), -1, 0))

    rotation = stack([[np.cos(theta), -np.sin(theta), zero], [np.sin(theta), np.cos(theta), zero]])
    shift = stack([[one, zero, tx], [zero, one, ty]])
    shearing = stack([[one, -np.sin(shear), zero], [zero, np.cos(shear), zero]])
    zoom = stack([[zx, zero, zero], [zero, zy, zero]])
    center_x, center_y = height / 2 - 0.5, width / 2 - 0.5
    to_center = np.array([[1, 0, center_x], [0, 1, center_y], [0, 0, 1]])
    from_center = np.array([[1, 0, -center_x], [0, 1, -center_y], [0, 0, 1]])
    maps = to_center @ (rotation @ shift @ shearing @ zoom) @ from_center
    if swapped:
        maps = maps[:, [1, 0, 2]][:, :, [1, 0, 2]]
    return maps[:, :2]


def warp(
    images: np.ndarray,
    maps: np.ndarray,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
    flips: np.ndarray | None = None,
) -> np.ndarray:
    """Apply an affine map to each image.

    Args:
        images: (batch, height, width, channels).
        maps: (batch, 2, 3) from `affine_maps`.
        fill_mode: `"nearest"`, `"constant"`, `"reflect"` or `"wrap"`.
        cval: the value outside for `"constant"`.
        order: 0 takes the nearest pixel, 1 interpolates linearly, up to 5 by splines.
        flips: (batch, 2) booleans: whether to turn the rows and the columns of each result round.

    Returns:
        Array of the shape and dtype of `images`.
    """
    if fill_mode not in FILL_MODES:
        raise ValueError(f"fill_mode must be one of {list(FILL_MODES)}; got {fill_mode!r}.")
    if flips is None:
        flips = np.zeros((len(images), 2), bool)
    if order > 1:
        return splines(images, maps, fill_mode, cval, order, flips)
    _, height, width, _ = images.shape
    result = np.empty_like(images, order="C")
    count = max(1, PIXELS_AT_ONCE // (height * width))
    for first in range(0, len(images), count):
        part = slice(first, first + count)
        places, outside = source_places(maps[part], flips[part], height, width, fill_mode)
        pixels = np.ascontiguousarray(images[part]).reshape(-1, images.shape[-1])
        sample = nearest_pixels if order == 0 else interpolated_pixels
        values = sample(pixels, places, height, width)
        if outside is not None:
            values[outside.ravel()] = cval
        result[part] = as_dtype(values, images.dtype).reshape(result[part].shape)
    return result


def source_places(
    maps: np.ndarray, flips: np.ndarray, height: int, width: int, fill_mode: str
) -> tuple[list[np.ndarray], np.ndarray | None]:
    """Row and column in the image for each pixel, and which lie outside if that shows."""
    rows, columns = (
        np.where(flips[:, axis, None], np.arange(size)[::-1], np.arange(size))
        for axis, size in enumerate((height, width))
    )
    outside = None
    places = []
    for axis, size in enumerate((height, width)):
        # In the order of SciPy's sums, so that ties fall on the same side.
        down = maps[:, axis, 2, None] + maps[:, axis, 0, None] * rows
        across = maps[:, axis, 1, None] * columns
        place = down[:, :, None] + across[:, None, :]
        if fill_mode == "constant":
            beyond = (place < 0) | (place > size - 1)
            outside = beyond if outside is None else outside | beyond
        elif fill_mode != "nearest":
            fold(place, size, fill_mode)
        places.append(np.clip(place, 0, size - 1, out=place))
    return places, outside


def fold(place: np.ndarray, size: int, fill_mode: str) -> None:
    """Bring places outside of [0, size - 1] back, in place; with SciPy's formulas, for ties."""
    beyond = (place < 0) | (place > size - 1)
    far = place[beyond]
    if size == 1:
        place[beyond] = 0
    elif fill_mode == "wrap":
        # SciPy's period is size - 1: the first and the last pixel are one.
        period = size - 1
        turns = np.where(far < 0, np.trunc(-far / period) + 1, -np.trunc(far / period))
        place[beyond] = far + period * turns
    else:
        period = 2 * size
        low = np.where(far < -period, period * np.trunc(-far / period) + far, far)
        low = np.where(low < -size, low + period, -low - 1)
        high = far - period * np.trunc(far / period)
        high = np.where(high >= size, period - high - 1, high)
        place[beyond] = np.where(far < 0, low, high)


def nearest_pixels(
    pixels: np.ndarray, places: list[np.ndarray], height: int, width: int
) -> np.ndarray:
    """The pixel next to each place."""
    row, column = (np.floor(place + 0.5).astype("int64") for place in places)
    first = np.arange(len(row))[:, None, None] * (height * width)
    return pixels.take((first + row * width + column).ravel(), axis=0)


def interpolated_pixels(
    pixels: np.ndarray, places: list[np.ndarray], height: int, width: int
) -> np.ndarray:
    """The weighted sum of the four pixels around each place."""
    dtype = np.float32 if pixels.dtype in (np.float32, np.float16) else np.float64
    row, column = places
    index = row.astype("int32")
    np.minimum(index, max(height - 2, 0), out=index)
    left = column.astype("int32")
    np.minimum(left, max(width - 2, 0), out=left)
    down = np.subtract(row, index).astype(dtype)
    right = np.subtract(column, left).astype(dtype)
    index *= width
    index += left
    index += np.arange(len(index), dtype="int32")[:, None, None] * (height * width)

    below, beside = width if height > 1 else 0, 1 if width > 1 else 0
    indices = np.empty((*index.shape, 4), "int32")
    weights = np.empty((*index.shape, 4), dtype)
    for entry, step in enumerate((0, beside, below, below + beside)):
        np.add(index, step, out=indices[..., entry])
    both = down * right
    weights[..., 3] = both
    np.subtract(down, both, out=weights[..., 2])
    np.subtract(right, both, out=weights[..., 1])
    np.subtract(1 - down, weights[..., 1], out=weights[..., 0])
    ends = np.arange(0, indices.size + 1, 4, dtype="int32")
    matrix = sparse.csr_array(
        (weights.ravel(), indices.ravel(), ends), shape=(index.size, len(pixels))
    )
    return matrix @ pixels.astype(dtype, copy=False)


def splines(
    images: np.ndarray, maps: np.ndarray, fill_mode: str, cval: float, order: int, flips: np.ndarray
) -> np.ndarray:
    """`warp` by splines of a higher order, image by image."""
    result = np.empty_like(images, order="C")
    for image, map_, flip, out in zip(images, maps, flips, result):
        turned = out[:: -1 if flip[0] else 1, :: -1 if flip[1] else 1]
        for channel in range(images.shape[-1]):
            turned[..., channel] = ndimage.affine_transform(
                image[..., channel], map_[:, :2], map_[:, 2], order=order, mode=fill_mode, cval=cval
            )
    return result


def as_dtype(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Cast; integers are rounded, halves away from zero."""
    if dtype.kind in "iu" and values.dtype.kind == "f":
        limits = np.iinfo(dtype)
        rounded = np.copysign(np.floor(np.abs(values) + 0.5), values)
        return np.clip(rounded, limits.min, limits.max).astype(dtype)
    return values.astype(dtype, copy=False)
