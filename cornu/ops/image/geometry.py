"""Images whose pixels are taken from other places: affine and projective maps, free coordinates."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy import ndimage

from cornu import kernels
from cornu.ops.image.layout import FILL_MODES, INTERPOLATIONS, check_choice, on_batch
from cornu.ops.op import as_array, as_float, op


@op(tensors=("inputs", "coordinates"))
def map_coordinates(
    inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: float = 0
) -> jax.Array:
    """Values of a tensor at coordinates that need not be whole numbers.

    Args:
        inputs: tensor of rank n.
        coordinates: tensor of shape (n, ...).
        order: 0 takes the nearest value, 1 interpolates linearly.
        fill_mode: what lies outside: `"constant"` (`fill_value`), `"nearest"` (the border),
            `"wrap"` (the other side), `"mirror"` or `"reflect"` (a mirror on, or outside of, the
            border pixel).
        fill_value: the value outside for `"constant"`.

    Returns:
        Tensor of shape (...), of the dtype of `inputs`; integers are rounded.

    Raises:
        ValueError: for another order or fill mode, or if the coordinates do not fit the rank.

    >>> keras.ops.image.map_coordinates([1.0, 3.0], [[0.5]], order=1).tolist()
    [2.0]
    """
    inputs, coordinates = as_array(inputs), as_array(coordinates)
    check_choice(order, "order", (0, 1))
    check_choice(fill_mode, "fill_mode", FILL_MODES)
    if coordinates.ndim < 1 or coordinates.shape[0] != inputs.ndim:
        raise ValueError(
            f"map_coordinates needs coordinates of shape ({inputs.ndim}, ...) for inputs of shape "
            f"{tuple(inputs.shape)}; got {tuple(coordinates.shape)}."
        )
    return ndimage.map_coordinates(inputs, tuple(coordinates), order, fill_mode, fill_value)


@op(tensors=("images", "transform"))
def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> jax.Array:
    """Rotate, shear, scale, shift or project images.

    The eight numbers `[a0, a1, a2, b0, b1, b2, c0, c1]` say where the pixel at (x, y) of the result
    comes from: `((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k)` with `k = c0 x + c1 y + 1`.

    Args:
        images: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first.
        transform: tensor of shape (8,), or (batch, 8) with a transform for each image.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: what lies outside of the image, see `map_coordinates`.
        fill_value: the value outside for `fill_mode="constant"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Images of the same shape and dtype.

    Raises:
        ValueError: for other shapes, interpolations or fill modes.

    >>> image = keras.ops.reshape(keras.ops.arange(4.0), (1, 4, 1))
    >>> left = keras.ops.image.affine_transform(image, [1.0, 0, 1, 0, 1, 0, 0, 0])
    >>> left[0, :, 0].tolist()
    [1.0, 2.0, 3.0, 0.0]
    """
    check_choice(interpolation, "interpolation", INTERPOLATIONS)
    check_choice(fill_mode, "fill_mode", FILL_MODES)
    transform = as_float(transform)
    if transform.ndim not in (1, 2) or transform.shape[-1] != 8:
        raise ValueError(
            f"affine_transform needs a transform of shape (8,) or (batch, 8); got "
            f"{tuple(transform.shape)}."
        )

    def run(x: jax.Array) -> jax.Array:
        maps = jnp.broadcast_to(transform, (x.shape[0], 8))
        return kernels.warp(x, maps, INTERPOLATIONS[interpolation], fill_mode, fill_value)

    return on_batch(run, images, data_format)


@op(tensors=("images", "start_points", "end_points"))
def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> jax.Array:
    """Project images so that four points move to four others.

    Args:
        images: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first.
        start_points: four points (x, y) of the image, tensor of shape (4, 2), or (batch, 4, 2).
        end_points: where they lie in the result, tensor of the same shape.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_value: the value outside of the image.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Images of the same shape and dtype.

    Raises:
        ValueError: for other shapes or interpolations.

    >>> image = keras.ops.reshape(keras.ops.arange(4.0), (2, 2, 1))
    >>> corners = [[0.0, 0], [1, 0], [0, 1], [1, 1]]
    >>> same = keras.ops.image.perspective_transform(image, corners, corners)
    >>> bool(abs(same - image).max() < 1e-5)
    True
    """
    check_choice(interpolation, "interpolation", INTERPOLATIONS)
    start, end = as_float(start_points), as_float(end_points)
    if start.shape != end.shape or start.shape[-2:] != (4, 2) or start.ndim not in (2, 3):
        raise ValueError(
            "perspective_transform needs start_points and end_points of shape (4, 2) or "
            f"(batch, 4, 2); got {tuple(start.shape)} and {tuple(end.shape)}."
        )

    def run(x: jax.Array) -> jax.Array:
        maps = jnp.broadcast_to(homography(end, start), (x.shape[0], 8))
        return kernels.warp(x, maps, INTERPOLATIONS[interpolation], "constant", fill_value)

    return on_batch(run, images, data_format)


def homography(source: jax.Array, target: jax.Array) -> jax.Array:
    """The eight numbers of the projective map from four points (..., 4, 2) to four others."""
    x, y = source[..., 0], source[..., 1]
    u, v = target[..., 0], target[..., 1]
    one, zero = jnp.ones_like(x), jnp.zeros_like(x)
    first = jnp.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=-1)
    second = jnp.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=-1)
    matrix = jnp.concatenate([first, second], axis=-2)
    values = jnp.concatenate([u, v], axis=-1)
    return jnp.linalg.solve(matrix, values[..., None])[..., 0]
