"""Elastic distortion: pixels are moved by smooth random displacements.

Simard et al., 2003, https://www.microsoft.com/en-us/research/publication/
best-practices-for-convolutional-neural-networks-applied-to-visual-document-analysis/
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import kernels
from cornu.engine import randomness
from cornu.ops.image.filters import blurred
from cornu.ops.image.layout import FILL_MODES, INTERPOLATIONS, check_choice, on_batch
from cornu.ops.op import op


@op
def elastic_transform(
    images: Any,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> jax.Array:
    """Distort images by smooth random displacements.

    Args:
        images: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first.
        alpha: strength; the displacements have a standard deviation of about `0.28 * alpha`.
        sigma: width of the filter that makes the displacements smooth, in pixels.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: what lies outside of the image, see `map_coordinates`.
        fill_value: the value outside for `fill_mode="constant"`.
        seed: an int, a `SeedGenerator`, or None for a new seed at each call (in a compiled
            function: at each compilation; pass a generator there).
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Images of the same shape and dtype.

    Raises:
        ValueError: for an unknown interpolation or fill mode, or a seed of another kind.

    >>> keras.ops.image.elastic_transform(keras.ops.ones((8, 8, 3)), seed=1).shape
    (8, 8, 3)
    """
    check_choice(interpolation, "interpolation", INTERPOLATIONS)
    check_choice(fill_mode, "fill_mode", FILL_MODES)
    if not sigma > 0:
        raise ValueError(f"sigma must be positive; got {sigma!r}.")
    key = random_key(seed)

    def run(x: jax.Array) -> jax.Array:
        batch, height, width, _ = x.shape
        noise = sigma * jax.random.normal(key, (batch, height, width, 2))
        size = int(6 * sigma) | 1
        shift = alpha * blurred(noise, (size, size), (sigma, sigma))
        rows = jnp.arange(height)[:, None] + shift[..., 0]
        columns = jnp.arange(width) + shift[..., 1]
        order = INTERPOLATIONS[interpolation]
        return kernels.sample(x, rows, columns, order, fill_mode, fill_value)

    return on_batch(run, images, data_format)


def random_key(seed: Any) -> jax.Array:
    """Two words of dtype uint32 from a seed."""
    if hasattr(seed, "next"):
        return seed.next()
    if hasattr(seed, "shape") and tuple(seed.shape) == (2,):
        return jnp.asarray(seed).astype("uint32")
    if seed is None:
        seed = randomness.draw_seed(2**32)
    if isinstance(seed, (int, np.integer)):
        return jnp.asarray([int(seed) & 0xFFFFFFFF, 0], "uint32")
    raise ValueError(f"seed must be an int, a SeedGenerator or None; got {seed!r}.")
