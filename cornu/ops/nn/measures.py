"""Complex numbers from lengths and angles, and the quality of a reconstruction."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from cornu.ops.op import as_array, as_float, op


@op(tensors=("abs_", "angle"))
def polar(abs_: Any, angle: Any) -> jax.Array:
    """The complex number of that length and angle.

    Args:
        abs_: lengths, tensor of any shape.
        angle: angles in radians, of a shape that broadcasts with it.

    Returns:
        Complex tensor.

    >>> keras.ops.polar(2.0, 0.0).item()
    (2+0j)
    """
    length, angle = as_float(abs_), as_float(angle)
    dtype = jnp.promote_types(jnp.promote_types(length.dtype, angle.dtype), "float32")
    length, angle = length.astype(dtype), angle.astype(dtype)
    return lax.complex(length * jnp.cos(angle), length * jnp.sin(angle))


@op
def psnr(x1: Any, x2: Any, max_val: float) -> jax.Array:
    """Peak signal-to-noise ratio in decibels: `10 * log10(max_val² / mean((x1 - x2)²))`.

    Args:
        x1: tensor of any shape.
        x2: tensor of the same shape.
        max_val: the greatest value that the signal can have.

    Returns:
        Scalar; infinite for equal tensors.

    Raises:
        ValueError: if the shapes differ.

    >>> round(keras.ops.psnr([0.0, 1.0], [0.0, 0.0], max_val=1.0).item(), 4)
    3.0103
    """
    x1, x2 = as_array(x1), as_array(x2)
    if x1.shape != x2.shape:
        raise ValueError(
            f"psnr compares tensors of the same shape; got {tuple(x1.shape)} and {tuple(x2.shape)}."
        )
    x1, x2 = as_float(x1), as_float(x2)
    error = jnp.mean(jnp.square(x1 - x2))
    return 20 * math.log10(max_val) - 10 * jnp.log10(error)
