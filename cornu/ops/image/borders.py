"""Images with less, or more, at their borders."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.image.layout import on_batch
from cornu.ops.op import op


@op
def crop_images(
    images: Any,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> jax.Array:
    """Cut borders off images.

    Of `top_cropping`, `bottom_cropping` and `target_height` two are given; likewise in width.

    Args:
        images: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first.
        top_cropping: rows to cut at the top.
        left_cropping: columns to cut at the left.
        bottom_cropping: rows to cut at the bottom.
        right_cropping: columns to cut at the right.
        target_height: rows to keep.
        target_width: columns to keep.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        The images' inner part.

    Raises:
        ValueError: if not exactly two of three are given, or more would be cut than there is.

    >>> keras.ops.image.crop_images(keras.ops.ones((5, 6, 3)), 1, 1, 1, 2).shape
    (3, 3, 3)
    """

    def run(x: jax.Array) -> jax.Array:
        vertical = {"top_cropping": top_cropping, "bottom_cropping": bottom_cropping}
        horizontal = {"left_cropping": left_cropping, "right_cropping": right_cropping}
        top, bottom = both_sides(vertical, "target_height", target_height, x.shape[1], -1)
        left, right = both_sides(horizontal, "target_width", target_width, x.shape[2], -1)
        return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]

    return on_batch(run, images, data_format)


@op
def pad_images(
    images: Any,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> jax.Array:
    """Add borders of zeros to images.

    Of `top_padding`, `bottom_padding` and `target_height` two are given; likewise in width.

    Args:
        images: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first.
        top_padding: rows to add at the top.
        left_padding: columns to add at the left.
        bottom_padding: rows to add at the bottom.
        right_padding: columns to add at the right.
        target_height: height of the result.
        target_width: width of the result.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        The images with their borders.

    Raises:
        ValueError: if not exactly two of three are given, or the target is smaller than the image.

    >>> keras.ops.image.pad_images(keras.ops.ones((5, 6, 3)), 1, 1, 1, 2).shape
    (7, 9, 3)
    """

    def run(x: jax.Array) -> jax.Array:
        vertical = {"top_padding": top_padding, "bottom_padding": bottom_padding}
        horizontal = {"left_padding": left_padding, "right_padding": right_padding}
        rows = both_sides(vertical, "target_height", target_height, x.shape[1], 1)
        columns = both_sides(horizontal, "target_width", target_width, x.shape[2], 1)
        return jnp.pad(x, ((0, 0), rows, columns, (0, 0)))

    return on_batch(run, images, data_format)


def both_sides(
    sides: dict[str, int | None], target_name: str, target: int | None, size: int, sign: int
) -> tuple[int, int]:
    """How much to cut (sign -1) or add (sign 1) on the two sides of a dimension."""
    (first, before), (second, after) = sides.items()
    if [before, after, target].count(None) != 1:
        raise ValueError(
            f"Give exactly two of {first}, {second} and {target_name}; got {before}, {after} and "
            f"{target}."
        )
    if target is not None:
        change = sign * (target - size)
        before = change - after if before is None else before
        after = change - before
    if before < 0 or after < 0 or (sign < 0 and before + after >= size):
        raise ValueError(
            f"{first}={before} and {second}={after} do not fit a size of {size}: both must be at "
            "least 0, and something must remain."
        )
    return before, after
