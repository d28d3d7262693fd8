"""Images in another size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.image.layout import check_choice, on_batch
from cornu.ops.op import as_array, op

METHODS = {
    "bilinear": "linear",
    "nearest": "nearest",
    "lanczos3": "lanczos3",
    "lanczos5": "lanczos5",
    "bicubic": "cubic",
}
TRANSLATE_METHODS = {
    "linear": "linear",
    "bilinear": "linear",
    "trilinear": "linear",
    "cubic": "cubic",
    "bicubic": "cubic",
    "tricubic": "cubic",
    "lanczos3": "lanczos3",
    "lanczos5": "lanczos5",
}


@op
def resize(
    images: Any,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> jax.Array:
    """Resize images.

    Args:
        images: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first.
        size: new height and width.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        antialias: whether to smooth when the image becomes smaller.
        crop_to_aspect_ratio: cut the image at the center to the new aspect ratio first, so that
            nothing is distorted.
        pad_to_aspect_ratio: fill the image up on both sides to the new aspect ratio first.
        fill_mode: how to fill up; `"constant"` only.
        fill_value: the value to fill up with.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Images of the new size, of the same dtype; integers are rounded.

    Raises:
        ValueError: for an unknown interpolation, or a size that is not a pair.

    >>> keras.ops.image.resize(keras.ops.ones((4, 4, 3)), (2, 6)).shape
    (2, 6, 3)
    """
    check_choice(interpolation, "interpolation", METHODS)
    check_choice(fill_mode, "fill_mode", ("constant",))
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Give one of crop_to_aspect_ratio and pad_to_aspect_ratio, not both.")
    if not hasattr(size, "__len__") or len(size) != 2:
        raise ValueError(f"size must be a pair (height, width); got {size!r}.")
    height, width = (int(n) for n in size)

    def run(x: jax.Array) -> jax.Array:
        if crop_to_aspect_ratio:
            x = crop_to_ratio(x, height, width)
        elif pad_to_aspect_ratio:
            x = pad_to_ratio(x, height, width, fill_value)
        shape = (x.shape[0], height, width, x.shape[3])
        if interpolation == "nearest" or jnp.issubdtype(x.dtype, jnp.floating):
            return jax.image.resize(x, shape, METHODS[interpolation], antialias=antialias)
        exact = jax.image.resize(
            x.astype("float32"), shape, METHODS[interpolation], antialias=antialias
        )
        return rounded(exact, x.dtype)

    return on_batch(run, images, data_format)


@op(tensors=("images", "output_shape", "scale", "translation"))
def scale_and_translate(
    images: Any,
    output_shape: Sequence[int],
    scale: Any,
    translation: Any,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> jax.Array:
    """Scale and shift images by amounts that need not be whole pixels.

    Args:
        images: tensor of any shape.
        output_shape: shape of the result.
        scale: factors, one for each of `spatial_dims`.
        translation: shifts after scaling, in pixels of the result, one for each of `spatial_dims`.
        spatial_dims: the axes to change.
        method: `"linear"`, `"cubic"`, `"lanczos3"` or `"lanczos5"`; `"bilinear"`, `"trilinear"`,
            `"bicubic"` and `"tricubic"` are other names.
        antialias: whether to smooth where the image becomes smaller.

    Returns:
        Tensor of `output_shape`; 0 where the image does not reach. Integers become floats.

    Raises:
        ValueError: for an unknown method.

    >>> images = keras.ops.ones((1, 4, 4, 3))
    >>> shape, factor, shift = (1, 8, 8, 3), [2.0, 2.0], [0.0, 0.0]
    >>> keras.ops.image.scale_and_translate(images, shape, factor, shift, (1, 2), "linear").shape
    (1, 8, 8, 3)
    """
    check_choice(method, "method", TRANSLATE_METHODS)
    return jax.image.scale_and_translate(
        as_array(images),
        tuple(output_shape),
        tuple(spatial_dims),
        as_array(scale),
        as_array(translation),
        TRANSLATE_METHODS[method],
        antialias,
    )


def crop_to_ratio(x: jax.Array, height: int, width: int) -> jax.Array:
    """The largest central part of images (batch, height, width, channels) with that ratio."""
    rows = max(min(x.shape[1], int(x.shape[2] * height / width)), 1)
    columns = max(min(x.shape[2], int(x.shape[1] * width / height)), 1)
    top, left = (x.shape[1] - rows) // 2, (x.shape[2] - columns) // 2
    return x[:, top : top + rows, left : left + columns]


def pad_to_ratio(x: jax.Array, height: int, width: int, value: float) -> jax.Array:
    """Images (batch, height, width, channels) filled up on both sides to that ratio."""
    rows = max(x.shape[1], int(x.shape[2] * height / width))
    columns = max(x.shape[2], int(x.shape[1] * width / height))
    top, left = (rows - x.shape[1]) // 2, (columns - x.shape[2]) // 2
    return jnp.pad(x, ((0, 0), (top, top), (left, left), (0, 0)), constant_values=value)


def rounded(x: jax.Array, dtype: Any) -> jax.Array:
    """Floats as integers of that dtype, cut to its range."""
    limits = jnp.iinfo(dtype)
    return jnp.clip(jnp.round(x), limits.min, limits.max).astype(dtype)
