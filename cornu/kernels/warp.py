"""Images sampled at coordinates that need not be whole: the one warp behind every geometric map.

XLA:CPU vectorises a gather whose indices are unsigned (signed ones are first checked for counting
from the end), and copies runs of neighboring values at the cost of one. So the folding of
coordinates into the image, the index and the weights are computed once per pixel of the result, and
bilinear sampling is two gathers of two neighboring pixels each, all channels of them. The fill
mode is arithmetic on coordinates before, and for a constant on weights, never a branch.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax

FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


def warp(
    images: Array,
    maps: Array,
    order: int = 1,
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
) -> Array:
    """Move the pixels of each image by an affine or projective map of its own.

    Args:
        images: shape (batch, height, width, channels), any numeric dtype.
        maps: shape (batch, 6) or (batch, 8): where the pixel at (x, y) of the result comes from,
            `((m0 x + m1 y + m2) / k, (m3 x + m4 y + m5) / k)`, with `k = m6 x + m7 y + 1`, or 1
            if there are six numbers.
        order: 0 takes the nearest pixel, 1 interpolates bilinearly.
        fill_mode: what lies outside of the image: "constant" (`fill_value`), "nearest" (the
            border), "wrap" (the other side), "mirror" or "reflect" (a mirror on, or outside of,
            the border pixel).
        fill_value: the value outside for "constant".

    Returns:
        Images of the same shape and dtype; integers are rounded.

    >>> import jax.numpy as jnp
    >>> row = jnp.arange(4.0).reshape(1, 1, 4, 1)
    >>> warp(row, jnp.array([[1.0, 0, 1.5, 0, 1, 0]]), fill_mode="nearest").ravel().tolist()
    [1.5, 2.5, 3.0, 3.0]
    """
    return _warp(images, maps, fill_value, order=order, fill_mode=fill_mode)


def sample(
    images: Array,
    rows: Array,
    columns: Array,
    order: int = 1,
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
) -> Array:
    """Images at free coordinates.

    Args:
        images: shape (batch, height, width, channels), any numeric dtype.
        rows: where each pixel of the result comes from, shape (batch, new height, new width).
        columns: likewise.
        order: 0 takes the nearest pixel, 1 interpolates bilinearly.
        fill_mode: what lies outside of the image, see `warp`.
        fill_value: the value outside for "constant".

    Returns:
        Array of shape (batch, new height, new width, channels), of the dtype of `images`.

    >>> import jax.numpy as jnp
    >>> row = jnp.arange(4.0).reshape(1, 1, 4, 1)
    >>> sample(row, jnp.zeros((1, 1, 1)), jnp.full((1, 1, 1), 0.5)).item()
    0.5
    """
    return _sample(images, rows, columns, fill_value, order=order, fill_mode=fill_mode)


def source_coordinates(maps: Array, height: int, width: int) -> tuple[Array, Array]:
    """Rows and columns (batch, height, width) that the pixels of the result come from."""
    y = jnp.arange(height, dtype=maps.dtype)[:, None]
    x = jnp.arange(width, dtype=maps.dtype)
    m = jnp.moveaxis(maps, -1, 0)[..., None, None]
    rows, columns = m[3] * x + m[4] * y + m[5], m[0] * x + m[1] * y + m[2]
    if len(m) == 6:
        return rows, columns
    scale = m[6] * x + m[7] * y + 1
    return rows / scale, columns / scale


@partial(jax.jit, static_argnames=("order", "fill_mode"))
def _warp(images: Array, maps: Array, fill_value: Array, *, order: int, fill_mode: str) -> Array:
    rows, columns = source_coordinates(maps, images.shape[1], images.shape[2])
    return _sample(images, rows, columns, fill_value, order=order, fill_mode=fill_mode)


@partial(jax.jit, static_argnames=("order", "fill_mode"))
def _sample(
    images: Array, rows: Array, columns: Array, fill_value: Array, *, order: int, fill_mode: str
) -> Array:
    rows, columns = rows.astype("float32"), columns.astype("float32")
    if order == 0:
        return _nearest(images, rows, columns, fill_value, fill_mode)
    return _bilinear(images, rows, columns, fill_value, fill_mode)


def _nearest(
    images: Array, rows: Array, columns: Array, fill_value: Array, fill_mode: str
) -> Array:
    height, width, channels = images.shape[1:]
    rows, columns = _half_away(rows), _half_away(columns)
    row = jnp.clip(fold(rows, height, fill_mode), 0, height - 1)
    column = jnp.clip(fold(columns, width, fill_mode), 0, width - 1)
    index = lax.optimization_barrier(_index(row, column, height, width))
    pixels = _runs(images, index * channels, channels)
    if fill_mode != "constant":
        return pixels
    inside = (rows == row) & (columns == column)
    return jnp.where(inside[..., None], pixels, _as_dtype(fill_value, images.dtype))


def _bilinear(
    images: Array, rows: Array, columns: Array, fill_value: Array, fill_mode: str
) -> Array:
    border = 1 if fill_mode == "wrap" else 0
    rows = fold(rows, images.shape[1], fill_mode) + border
    columns = fold(columns, images.shape[2], fill_mode) + border
    source = _with_neighbors(images, fill_value, fill_mode)
    height, width, channels = source.shape[1:]
    row = jnp.clip(jnp.floor(rows), 0, height - 2)
    column = jnp.clip(jnp.floor(columns), 0, width - 2)
    up, down = _weights(rows - row, fill_mode)
    left, right = _weights(columns - column, fill_mode)
    index = _index(row, column, height, width) * channels
    source, index, up, down, left, right = lax.optimization_barrier(
        (source, index, up, down, left, right)
    )
    upper = _runs(source, index, 2 * channels)
    lower = _runs(source, index + width * channels, 2 * channels)
    both = upper * up[..., None] + lower * down[..., None]
    result = both[..., :channels] * left[..., None] + both[..., channels:] * right[..., None]
    if fill_mode == "constant":
        outside = 1 - (up + down) * (left + right)
        result = result + outside[..., None] * jnp.asarray(fill_value, result.dtype)
    return _as_dtype(result, images.dtype)


def fold(x: Array, size: int, fill_mode: str) -> Array:
    """Coordinates brought to where the image has a value, or left for "constant"."""
    if fill_mode == "constant":
        # Far outside all is the same; the limits keep the index an integer.
        return jnp.clip(x, -2, size + 1)
    if fill_mode == "reflect":
        x = _modulo(x + 0.5, 2 * size)
        x = jnp.minimum(x, 2 * size - x) - 0.5
    elif fill_mode == "mirror":
        period = max(2 * (size - 1), 1)
        x = _modulo(x, period)
        x = jnp.minimum(x, period - x)
    elif fill_mode == "wrap":
        # From the middle between last and first pixel on, where rounding changes nothing.
        return jnp.clip(_modulo(x + 0.5, size) - 0.5, -0.5, size - 0.5)
    return jnp.clip(x, 0, size - 1)


def _modulo(x: Array, period: int) -> Array:
    return x - period * jnp.floor(x / period)


def _with_neighbors(images: Array, fill_value: Array, fill_mode: str) -> Array:
    """Images in which every pixel that is sampled has a neighbor below and to the right."""
    height, width = images.shape[1:3]
    if fill_mode == "wrap":
        return jnp.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="wrap")
    missing = ((0, 0), (0, max(2 - height, 0)), (0, max(2 - width, 0)), (0, 0))
    if not any(after for _, after in missing):
        return images
    if fill_mode == "constant":
        value = _as_dtype(fill_value, images.dtype)
        return jnp.pad(images, missing, constant_values=value)
    return jnp.pad(images, missing, mode="edge")


def _weights(distance: Array, fill_mode: str) -> tuple[Array, Array]:
    """Weights of a pixel and its neighbor at a distance from the pixel, from 0 to 1 within."""
    if fill_mode != "constant":
        return 1 - distance, distance
    first = jnp.where(distance < 0, 1 + distance, 1 - distance)
    second = jnp.where(distance > 1, 2 - distance, distance)
    return jnp.where(first >= 0, first, 0), jnp.where(second >= 0, second, 0)


def _index(row: Array, column: Array, height: int, width: int) -> Array:
    image = jnp.arange(row.shape[0], dtype="uint32")[:, None, None] * (height * width)
    return image + row.astype("uint32") * width + column.astype("uint32")


def _runs(images: Array, index: Array, length: int) -> Array:
    """Runs of that length from the flattened images, from each index on."""
    numbers = lax.GatherDimensionNumbers(
        offset_dims=(index.ndim,), collapsed_slice_dims=(), start_index_map=(0,)
    )
    flat = images.reshape(-1)
    return lax.gather(flat, index[..., None], numbers, (length,), mode="promise_in_bounds")


def _half_away(x: Array) -> Array:
    return jnp.sign(x) * jnp.floor(jnp.abs(x) + 0.5)


def _as_dtype(x: Array, dtype: jnp.dtype) -> Array:
    x = jnp.asarray(x)
    if not jnp.issubdtype(dtype, jnp.integer) or jnp.issubdtype(x.dtype, jnp.integer):
        return x.astype(dtype)
    limits = jnp.iinfo(dtype)
    return jnp.clip(_half_away(x), limits.min, limits.max).astype(dtype)
