"""Images whose values are spread over their whole range."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from cornu.layers.preprocessing.image.base import BaseImagePreprocessingLayer
from cornu.layers.preprocessing.image.settings import rescaled, value_limits


class AutoContrast(BaseImagePreprocessingLayer):
    """Stretch the values of each channel of each image to the whole value range.

    Works outside of training too. Channels of one value stay as they are.

    Args:
        value_range: least and greatest value of the images.
        **kwargs: `name`, `dtype`, `data_format`.

    >>> keras.layers.AutoContrast()([[[10.0], [20.0], [15.0]]])[0].ravel().tolist()
    [0.0, 255.0, 127.5]
    """

    _settings = ("value_range",)
    ALWAYS: ClassVar = True

    def __init__(self, value_range: tuple[float, float] = (0, 255), **kwargs: Any):
        super().__init__(**kwargs)
        self.value_range = value_limits(value_range)

    def augment(self, images: jax.Array, transformation: Any) -> jax.Array:
        """Stretch."""
        low = jnp.min(images, axis=(1, 2), keepdims=True, initial=jnp.inf)
        high = jnp.max(images, axis=(1, 2), keepdims=True, initial=-jnp.inf)
        first, last = self.value_range
        scale = (last - first) / jnp.where(high > low, high - low, 1)
        stretched = jnp.clip((images - low) * scale + first, first, last)
        return jnp.where(high > low, stretched, images)


class Equalization(BaseImagePreprocessingLayer):
    """Make the values of each channel of each image equally frequent.

    Works outside of training too. Channels of one value stay as they are.

    Args:
        value_range: least and greatest value of the images.
        bins: number of bins of the histograms.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`.

    >>> keras.layers.Equalization()([[[10.0], [11.0], [12.0]]])[0].ravel().tolist()
    [0.0, 128.0, 255.0]
    """

    _settings = ("bins", "value_range")
    ALWAYS: ClassVar = True

    def __init__(
        self,
        value_range: tuple[float, float] = (0, 255),
        bins: int = 256,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_limits(value_range)
        self.bins = bins

    def augment(self, images: jax.Array, transformation: Any) -> jax.Array:
        """Replace each value by its rank."""
        batch, height, width, channels = images.shape
        values = rescaled(images.astype("float32"), self.value_range, (0, 255))
        bins = jnp.clip(values * ((self.bins - 1) / 255), 0, self.bins - 1).astype("uint32")
        # One histogram after the other, in one vector.
        group = jnp.arange(batch * channels, dtype="uint32").reshape(batch, 1, 1, channels)
        place = (group * self.bins + bins).reshape(-1)
        counts = histogram(place, batch * channels * self.bins).reshape(-1, self.bins)
        below = jnp.cumsum(counts, axis=-1)
        first = jnp.min(jnp.where(below > 0, below, height * width), axis=-1, keepdims=True)
        rest = height * width - first
        ranks = jnp.round((below - first) * 255 / jnp.maximum(rest, 1))
        equal = jnp.clip(ranks, 0, 255).reshape(-1).at[place].get(mode="promise_in_bounds")
        varied = (rest > 0).reshape(batch, 1, 1, channels)
        result = jnp.where(varied, equal.reshape(images.shape), values)
        return rescaled(result, (0, 255), self.value_range).astype(images.dtype)


class ContrastLimitedAdaptiveHistogramEqualization(BaseImagePreprocessingLayer):
    """Equalize the values of each channel within tiles, and blend from tile to tile (CLAHE).

    Works outside of training too. "Contrast Limited Adaptive Histogram Equalization", Zuiderveld,
    1994.

    Args:
        value_range: least and greatest value of the images.
        clip_limit: a bin holds at most this many times its even share; the rest is spread over
            all bins. 0 sets no limit.
        tile_grid_size: number of tiles in height and width.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        **kwargs: `name`, `dtype`.

    >>> layer = keras.layers.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))
    >>> layer(keras.ops.ones((8, 8, 3))).shape
    (8, 8, 3)
    """

    _settings = ("value_range", "clip_limit", "tile_grid_size")
    ALWAYS: ClassVar = True

    def __init__(
        self,
        value_range: tuple[float, float] = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: tuple[int, int] = (8, 8),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_limits(value_range)
        self.clip_limit = clip_limit
        self.tile_grid_size = tuple(tile_grid_size)

    def augment(self, images: jax.Array, transformation: Any) -> jax.Array:
        """Replace each value by a blend of its ranks in the four nearest tiles."""
        batch, height, width, channels = images.shape
        grid = self.tile_grid_size
        tile = -(-height // grid[0]), -(-width // grid[1])
        values = rescaled(images.astype("float32"), self.value_range, (0, 255))
        missing = tile[0] * grid[0] - height, tile[1] * grid[1] - width
        wide = jnp.pad(values, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)), "symmetric")
        pixels = jnp.clip(wide, 0, 255).astype("int32")
        group = jnp.arange(batch)[:, None, None, None], jnp.arange(channels)
        tables = self._ranks(pixels, tile, group).reshape(-1)

        blended = 0.0
        vertical, horizontal = blend(grid[0], tile[0]), blend(grid[1], tile[1])
        for row, down in vertical:
            for column, right in horizontal:
                place = (group[0] * grid[0] + row[:, None, None]) * grid[1] + column[:, None]
                index = ((place * channels + group[1]) * 256 + pixels).astype("uint32")
                share = down[:, None, None] * right[:, None]
                blended += share * tables.at[index].get(mode="promise_in_bounds")
        result = rescaled(blended[:, :height, :width], (0, 255), self.value_range)
        return result.astype(images.dtype)

    def _ranks(self, pixels: jax.Array, tile: tuple[int, int], group: tuple) -> jax.Array:
        """For each tile and channel, the new value of each of the 256 old ones."""
        batch, height, width, channels = pixels.shape
        rows, columns = height // tile[0], width // tile[1]
        row, column = jnp.arange(height) // tile[0], jnp.arange(width) // tile[1]
        place = (group[0] * rows + row[:, None, None]) * columns + column[:, None]
        index = ((place * channels + group[1]) * 256 + pixels).reshape(-1)
        total = batch * rows * columns * channels * 256
        counts = histogram(index, total).reshape(-1, 256).astype("float32")
        size = tile[0] * tile[1]
        if self.clip_limit > 0:
            kept = jnp.minimum(counts, self.clip_limit * size / 256)
            counts = kept + jnp.sum(counts - kept, axis=-1, keepdims=True) / 256
        below = jnp.cumsum(counts, axis=-1)
        first = below[:, :1]
        rest = jnp.where(size == first, 1, size - first)
        return jnp.clip((below - first) * 255 / rest, 0, 255)


def histogram(place: jax.Array, size: int) -> jax.Array:
    """How often each of the numbers below `size` occurs."""
    counts = jnp.zeros(size, "int32")
    return counts.at[place].add(1, mode="promise_in_bounds")


def blend(tiles: int, length: int) -> list[tuple[jax.Array, jax.Array]]:
    """For each pixel of a line, the two nearest tiles, and the fraction of each."""
    place = (jnp.arange(tiles * length, dtype="float32") - length / 2) / length
    first = jnp.floor(place)
    share = place - first
    return [
        (jnp.clip(first + k, 0, tiles - 1).astype("int32"), weight)
        for k, weight in ((0, 1 - share), (1, share))
    ]
