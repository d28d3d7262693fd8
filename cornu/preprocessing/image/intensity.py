"""Shifts of colors and of brightness, with the values that Pillow gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.engine import config


def apply_channel_shift(x: Any, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """Add `intensity` to an image, within the range of its values.

    Args:
        x: an image.
        intensity: what to add.
        channel_axis: not used, since all channels are shifted alike; Keras has it.

    Returns:
        Array of the same shape.

    >>> from cornu.preprocessing.image import apply_channel_shift
    >>> apply_channel_shift([[[1.0, 2.0, 5.0]]], 2.0).tolist()
    [[[3.0, 4.0, 5.0]]]
    """
    del channel_axis
    x = np.asarray(x)
    return np.clip(x + intensity, np.min(x), np.max(x))


def shift_channels(images: np.ndarray, intensities: np.ndarray) -> np.ndarray:
    """`apply_channel_shift` of each image of a batch."""
    axes = tuple(range(1, images.ndim))
    low, high = images.min(axes, keepdims=True), images.max(axes, keepdims=True)
    shifts = np.expand_dims(intensities, axes).astype(images.dtype)
    return np.clip(images + shifts, low, high)


def apply_brightness_shift(x: Any, brightness: float, scale: bool = True) -> np.ndarray:
    """Multiply the brightness of an image, computed in bytes.

    Args:
        x: an image of shape (height, width, channels). A fourth channel is opacity, which stays.
        brightness: factor; 0 is black, 1 changes nothing.
        scale: whether to bring the smallest value to 0 and the largest to 255. Otherwise only
            values outside of [0, 255] are scaled, and scaled back.

    Returns:
        Array of the same shape, of the default float type.

    >>> from cornu.preprocessing.image import apply_brightness_shift
    >>> apply_brightness_shift(np.array([[[10.0, 20.0, 200.0]]]), 1.5, scale=False).tolist()
    [[[15.0, 30.0, 255.0]]]
    """
    x = np.asarray(x, dtype=config.floatx())
    low, high = np.min(x), np.max(x)
    beyond = low < 0 or high > 255
    pixels = x
    if scale or beyond:
        pixels = x - low
        pixels = pixels / (np.max(pixels) or 1) * 255
    pixels = pixels.astype("uint8")
    # Pillow blends with black in single precision, and cuts the fraction off.
    values = np.float32(brightness) * np.arange(256, dtype="float32")
    table = np.clip(values, 0, 255).astype("uint8")
    bright = table[pixels]
    if x.shape[-1] == 4:
        bright[..., 3] = pixels[..., 3]
    result = bright.astype(config.floatx())
    if beyond and not scale:
        result = result / 255 * (high - low) + low
    return result
