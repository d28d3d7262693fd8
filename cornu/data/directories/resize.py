"""Images in another size, sampled as Keras's data sets sample them: without smoothing.

Each output pixel is a weighted sum of some input pixels along one axis, then along the other. A
kernel says the weights by distance: Keys (1981) for the cubic, Mitchell and Netravali (1988).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np


def resize_image(
    image: np.ndarray, size: tuple[int, int], interpolation: str, out: np.ndarray | None = None
) -> np.ndarray:
    """An image in another size.

    Args:
        image: `(height, width, channels)`.
        size: the new `(height, width)`.
        interpolation: one of `INTERPOLATIONS`.
        out: where to write, a float32 array `(*size, channels)`; if it has fewer channels than the
            image, the others are left out.

    Returns:
        float32 array `(*size, channels)`.
    """
    if out is None:
        out = np.empty((*size, image.shape[-1]), "float32")
    if interpolation == "bilinear" and image.shape[:2] != tuple(size):
        image = between_corners(image, size)
    else:
        # First along the axis that leaves less to do along the other.
        shrinkage = [new / old for new, old in zip(size, image.shape)]
        for axis in (0, 1) if shrinkage[0] <= shrinkage[1] else (1, 0):
            if image.shape[axis] != size[axis]:
                image = along(image, axis, *taps(image.shape[axis], size[axis], interpolation))
    # One by one, since copying runs of three floats is slow.
    for channel in range(out.shape[-1]):
        out[..., channel] = image[..., channel]
    return out


def between_corners(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Each new pixel from the four pixels around it.

    Pixels are moved as one item of all their bytes, and become floats only when there are as few
    of them as there will be in the end.
    """
    (height, width), depth, dtype = size, image.shape[-1], image.dtype
    rows, row_weights = taps(image.shape[0], height, "bilinear")
    columns, column_weights = taps(image.shape[1], width, "bilinear")
    pixels = np.ascontiguousarray(image).view(f"V{depth * dtype.itemsize}")[..., 0]
    # The rows above all new rows, then those below.
    pixels = pixels.take(rows.T.ravel(), 0)
    total, right = (pixels.take(side, 1).view(dtype).astype("float32") for side in columns.T)
    right -= total
    right *= np.repeat(column_weights[:, 1], depth)
    total += right
    above, below = total[:height], total[height:]
    below -= above
    below *= row_weights[:, 1:]
    above += below
    return above.reshape(height, width, depth)


def along(image: np.ndarray, axis: int, places: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The sums of pixels at `places` `(new size, taps)`, times `weights`, along an axis."""
    shape = [1, 1, 1]
    shape[axis] = len(places)
    total = None
    for place, weight in zip(places.T, weights.T):
        part = image.take(place, axis)
        if places.shape[1] == 1:
            return part
        part = np.multiply(part, weight.reshape(shape), dtype="float32")
        total = part if total is None else np.add(total, part, out=total)
    return total


@lru_cache(maxsize=256)
def taps(old: int, new: int, interpolation: str) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels of `old` make each of `new`, and their weights: both `(new, taps)`."""
    scale = old / new
    if interpolation == "nearest":
        places = np.minimum(np.floor((np.arange(new) + 0.5) * scale).astype(int), old - 1)
        return places[:, None], np.ones((new, 1), "float32")
    if interpolation == "area":
        begin, end = np.arange(new) * scale, (np.arange(new) + 1) * scale
        count = int(np.ceil(scale)) + 1
        places = np.floor(begin).astype(int)[:, None] + np.arange(count)
        weights = np.minimum(places + 1, end[:, None]) - np.maximum(places, begin[:, None])
        weights = np.maximum(weights, 0) * (places < old)
    else:
        radius, kernel = KERNELS[interpolation]
        center = (np.arange(new) + 0.5) * scale - 0.5
        count = int(np.ceil(2 * radius))
        places = np.floor(center - radius).astype(int)[:, None] + np.arange(1, count + 1)
        weights = kernel(np.abs(center[:, None] - places))
        weights = weights * ((places >= 0) & (places < old))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return np.clip(places, 0, old - 1), weights.astype("float32")


def triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(1 - x, 0)


def cubic(x: np.ndarray) -> np.ndarray:
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def mitchell(x: np.ndarray) -> np.ndarray:
    near = (7 / 6 * x - 2) * x * x + 8 / 9
    far = ((-7 / 18 * x + 2) * x - 10 / 3) * x + 16 / 9
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def lanczos(radius: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0)


def gaussian(x: np.ndarray) -> np.ndarray:
    return np.where(x < 1.5, np.exp(-2 * x * x), 0)


KERNELS: dict[str, tuple[float, Callable]] = {
    "bilinear": (1, triangle),
    "bicubic": (2, cubic),
    "mitchellcubic": (2, mitchell),
    "lanczos3": (3, lanczos(3)),
    "lanczos5": (5, lanczos(5)),
    "gaussian": (1.5, gaussian),
}
INTERPOLATIONS = ("nearest", "area", *KERNELS)
