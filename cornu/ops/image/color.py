"""Conversions between color spaces."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.ops.image.layout import on_batch
from cornu.ops.op import op

# Fractions of red, green and blue in the brightness that an eye sees (ITU-R BT.601).
LUMA = np.array([0.2989, 0.587, 0.114])


@op
def rgb_to_grayscale(images: Any, data_format: str | None = None) -> jax.Array:
    """Brightness of RGB images.

    Args:
        images: tensor of shape (height, width, 3) or (batch, height, width, 3), or channels-first.
            Images of one channel are returned as they are.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Images of one channel, of the same dtype.

    Raises:
        ValueError: if there are not 1 or 3 channels.

    >>> keras.ops.image.rgb_to_grayscale([[[1.0, 1.0, 1.0]]]).round(2).tolist()
    [[[1.0]]]
    """

    def run(x: jax.Array) -> jax.Array:
        if x.shape[-1] == 1:
            return x
        check_channels(x, "rgb_to_grayscale")
        wide = x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype("float32")
        return jnp.tensordot(wide, LUMA.astype(wide.dtype), axes=1)[..., None].astype(x.dtype)

    return on_batch(run, images, data_format)


@op
def rgb_to_hsv(images: Any, data_format: str | None = None) -> jax.Array:
    """Hue, saturation and value of RGB images.

    Args:
        images: floats in [0, 1], tensor of shape (height, width, 3) or (batch, height, width, 3),
            or channels-first.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Images of the same shape and dtype with values in [0, 1].

    Raises:
        ValueError: for integers, or another number of channels.

    >>> keras.ops.image.rgb_to_hsv([[[0.0, 1.0, 1.0]]]).tolist()
    [[[0.5, 1.0, 1.0]]]
    """

    def run(x: jax.Array) -> jax.Array:
        check_channels(x, "rgb_to_hsv")
        check_float(x, "rgb_to_hsv")
        red, green, blue = jnp.moveaxis(x, -1, 0)
        value = jnp.max(x, axis=-1)
        spread = value - jnp.min(x, axis=-1)
        safe = jnp.where(spread > 0, spread, 1)
        saturation = jnp.where(value > 0, spread / jnp.where(value > 0, value, 1), 0)
        hue = jnp.where(
            red == value,
            (green - blue) / safe,
            jnp.where(green == value, 2 + (blue - red) / safe, 4 + (red - green) / safe),
        )
        hue = jnp.where(spread > 0, (hue / 6) % 1, 0)
        return jnp.stack([hue, saturation, value], axis=-1)

    return on_batch(run, images, data_format)


@op
def hsv_to_rgb(images: Any, data_format: str | None = None) -> jax.Array:
    """RGB images from hue, saturation and value.

    Args:
        images: floats in [0, 1], tensor of shape (height, width, 3) or (batch, height, width, 3),
            or channels-first.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Images of the same shape and dtype.

    Raises:
        ValueError: for integers, or another number of channels.

    >>> keras.ops.image.hsv_to_rgb([[[0.5, 1.0, 1.0]]]).tolist()
    [[[0.0, 1.0, 1.0]]]
    """

    def run(x: jax.Array) -> jax.Array:
        check_channels(x, "hsv_to_rgb")
        check_float(x, "hsv_to_rgb")
        hue, saturation, value = jnp.moveaxis(x, -1, 0)
        angle = 6 * (hue % 1)
        shares = jnp.stack(
            [jnp.abs(angle - 3) - 1, 2 - jnp.abs(angle - 2), 2 - jnp.abs(angle - 4)], axis=-1
        )
        saturation, value = saturation[..., None], value[..., None]
        return (1 - saturation + saturation * jnp.clip(shares, 0, 1)) * value

    return on_batch(run, images, data_format)


def check_channels(x: jax.Array, operation: str) -> None:
    """Raise a ValueError unless the last axis has three channels."""
    if x.shape[-1] != 3:
        raise ValueError(
            f"{operation} takes images of 3 channels; got {x.shape[-1]}. Check data_format."
        )


def check_float(x: jax.Array, operation: str) -> None:
    """Raise a ValueError unless the images hold floats."""
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise ValueError(
            f"{operation} takes floats in [0, 1]; got dtype {x.dtype}. Divide by 255 first."
        )
