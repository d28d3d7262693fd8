"""Random choices that depend on a tensor: classes, kept elements, orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.seed_generator import draw_seed
from cornu.engine import dtypes
from cornu.kernels import dropout_mask
from cornu.ops.op import TensorLike, as_array, as_float
from cornu.random.distributions import Seed, key_of


def categorical(
    logits: TensorLike, num_samples: int, dtype: Any = "int32", seed: Seed = None
) -> jax.Array:
    """Draw classes with given log-probabilities.

    Args:
        logits: shape (batch, classes); need not be normalized.
        num_samples: how many to draw per row.
        dtype: integer dtype of the result.
        seed: int, `SeedGenerator` or None.

    Returns:
        Class numbers of shape (batch, num_samples).

    Raises:
        ValueError: if `logits` has another rank than 2.

    >>> keras.random.categorical([[0.0, -1e9]], 3, seed=1).tolist()
    [[0, 0, 0]]
    """
    logits = as_float(logits)
    if logits.ndim != 2:
        raise ValueError(
            "keras.random.categorical needs logits of shape (batch, classes); got shape "
            f"{logits.shape}."
        )
    shape = (logits.shape[0], num_samples)
    classes = jax.random.categorical(key_of(seed), logits[..., None], axis=1, shape=shape)
    return classes.astype(dtypes.canonical(dtype))


def dropout(
    inputs: TensorLike,
    rate: float,
    noise_shape: Sequence[int | None] | None = None,
    seed: Seed = None,
) -> jax.Array:
    """Set a random fraction of the elements to 0 and scale the others up by 1 / (1 - rate).

    Args:
        inputs: float tensor of any shape.
        rate: share to drop, from 0 to 1.
        noise_shape: shape of the mask, which broadcasts against `inputs`: 1 where one draw holds
            for the whole axis, None for the size of that axis.
        seed: int, `SeedGenerator` or None.

    Raises:
        ValueError: for a rate outside of 0 to 1.

    >>> keras.random.dropout([[1.0, 1.0]], 0.5, noise_shape=(1, 1), seed=5).tolist()
    [[2.0, 2.0]]
    """
    if isinstance(rate, (int, float)) and not 0 <= rate <= 1:
        raise ValueError(f"dropout: rate is a share, from 0 to 1; got {rate!r}.")
    x = as_float(inputs)
    keep = dropout_mask(draw_seed(seed), mask_shape(noise_shape, x.shape), rate)
    # Scaling the kept ones and zeroing the rest must also clear infinities, so no multiplication.
    scale = 1.0 / (1.0 - rate) if not isinstance(rate, (int, float)) or rate < 1 else 0.0
    return jnp.where(keep, (x * scale).astype(x.dtype), jnp.zeros((), x.dtype))


def mask_shape(noise_shape: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a mask, its None replaced by the sizes of the tensor's axes."""
    if noise_shape is None:
        return tuple(shape)
    if len(noise_shape) != len(shape):
        raise ValueError(
            f"noise_shape {tuple(noise_shape)} must have as many axes as the tensor of shape "
            f"{tuple(shape)}."
        )
    return tuple(size if n is None else int(n) for n, size in zip(noise_shape, shape))


def shuffle(x: TensorLike, axis: int = 0, seed: Seed = None) -> jax.Array:
    """Put the slices along an axis into random order.

    Args:
        x: tensor.
        axis: the axis that is reordered; slices along it stay whole.
        seed: int, `SeedGenerator` or None.

    >>> sorted(keras.random.shuffle([1, 2, 3], seed=1).tolist())
    [1, 2, 3]
    """
    return jax.random.permutation(key_of(seed), as_array(x), axis=axis)
