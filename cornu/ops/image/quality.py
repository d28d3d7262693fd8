"""How alike two images look."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine.config import standardize_data_format
from cornu.ops.image.filters import blurred
from cornu.ops.op import as_float, op


@op(tensors=("image1", "image2"))
def ssim(
    image1: Any,
    image2: Any,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> jax.Array:
    """Structural similarity: 1 for equal images, around 0 for unrelated ones.

    Args:
        image1: tensor of shape (height, width, channels) or (batch, height, width, channels), or
            channels-first.
        image2: tensor of the same shape.
        max_val: the greatest value that a pixel can have.
        filter_size: side of the Gaussian window in which images are compared.
        filter_sigma: its standard deviation, in pixels.
        k1: keeps the comparison of means stable where they are small.
        k2: keeps the comparison of variances stable where they are small.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.

    Returns:
        Tensor of shape (batch,), or a scalar for one image.

    Raises:
        ValueError: if the shapes differ, or the images are smaller than the window.

    References:
        Wang et al., 2004, https://doi.org/10.1109/TIP.2003.819861

    >>> image = keras.ops.ones((16, 16, 1))
    >>> keras.ops.image.ssim(image, image).item()
    1.0
    """
    image1, image2 = as_float(image1), as_float(image2)
    first = standardize_data_format(data_format) == "channels_first"
    if image1.shape != image2.shape or image1.ndim not in (3, 4):
        raise ValueError(
            "ssim compares images of the same shape, of rank 3 or 4; got "
            f"{tuple(image1.shape)} and {tuple(image2.shape)}."
        )
    x, y = (image if image.ndim == 4 else image[None] for image in (image1, image2))
    x, y = (jnp.moveaxis(image, 1, -1) if first else image for image in (x, y))
    if min(x.shape[1:3]) < filter_size:
        raise ValueError(
            f"ssim needs images of at least filter_size={filter_size} pixels on each side; got "
            f"shape {tuple(image1.shape)}. Give a smaller filter_size, or check data_format."
        )

    def local_mean(z: jax.Array) -> jax.Array:
        window = (filter_size, filter_size), (filter_sigma, filter_sigma)
        return blurred(z, *window, padding="VALID")

    mean_x, mean_y = local_mean(x), local_mean(y)
    variances = local_mean(x * x + y * y) - mean_x**2 - mean_y**2
    covariance = local_mean(x * y) - mean_x * mean_y
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    likeness = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    likeness *= (2 * covariance + c2) / (variances + c2)
    result = jnp.mean(likeness, axis=(1, 2, 3))
    return result if image1.ndim == 4 else result[0]
