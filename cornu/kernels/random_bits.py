"""Random bits from a counter and a key, by an integer hash that vectorises.

Each element's index is hashed together with the key, so the bits do not depend on how an array is
split over devices, and cost little more than writing them. The rounds are the 32-bit finalisers
with the lowest known bias (https://github.com/skeeto/hash-prospector). Good for dropout, noise and
augmentation; it is no cryptographic generator.
"""

from collections.abc import Sequence
from functools import partial
from math import prod

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

# Indices count in uint32: larger arrays are drawn as rows of this length, each with its own key.
ROW = 2**31


def random_bits(key: Array, shape: Sequence[int]) -> Array:
    """Draw uniformly distributed 32-bit words.

    Args:
        key: two words of dtype uint32, shape (2,). Every key gives its own stream.
        shape: shape of the result.

    Returns:
        Array of dtype uint32.

    >>> import jax.numpy as jnp
    >>> random_bits(jnp.array([1, 2], "uint32"), (2, 3)).shape
    (2, 3)
    """
    return _random_bits(key, tuple(shape))


def uniform(key: Array, shape: Sequence[int], dtype: str = "float32") -> Array:
    """Draw numbers uniformly distributed in [0, 1).

    Args:
        key: two words of dtype uint32, shape (2,).
        shape: shape of the result.
        dtype: floating-point dtype; every multiple of its resolution below 1 is equally likely.

    Returns:
        Array of that dtype.

    >>> import jax.numpy as jnp
    >>> bool(uniform(jnp.array([1, 2], "uint32"), (100,)).max() < 1)
    True
    """
    return _uniform(key, tuple(shape), jnp.dtype(dtype))


def dropout_mask(key: Array, shape: Sequence[int], rate: float | Array) -> Array:
    """Draw which elements to keep, each with probability 1 - rate.

    Args:
        key: two words of dtype uint32, shape (2,).
        shape: shape of the result.
        rate: fraction of elements to drop, from 0 to 1.

    Returns:
        Array of dtype bool, True where an element is kept.

    >>> import jax.numpy as jnp
    >>> key = jnp.array([1, 2], "uint32")
    >>> bool(dropout_mask(key, (8,), 0.0).all()), bool(dropout_mask(key, (8,), 1.0).any())
    (True, False)
    """
    if isinstance(rate, int | float):
        if rate >= 1:
            return jnp.zeros(tuple(shape), "bool")
        threshold = np.uint32(min(round(rate * 2**32), 2**32 - 1))
        return _at_least(key, tuple(shape), threshold)
    return uniform(key, shape) >= rate


@partial(jax.jit, static_argnums=1)
def _random_bits(key: Array, shape: tuple[int, ...]) -> Array:
    size = prod(shape)
    if not isinstance(size, int) or size <= 2 * ROW:  # sizes are symbolic in some exports
        return hashed(key, lax.iota("uint32", size)).reshape(shape)
    rows = -(-size // ROW)
    columns = lax.iota("uint32", ROW)
    keys = row_keys(key, lax.iota("uint32", rows))
    return jax.vmap(hashed, (0, None))(keys, columns).reshape(-1)[:size].reshape(shape)


@partial(jax.jit, static_argnums=(1, 2))
def _uniform(key: Array, shape: tuple[int, ...], dtype: jnp.dtype) -> Array:
    digits = jnp.finfo(dtype).nmant + 1
    bits = _random_bits(key, shape)
    if digits <= 32:
        return (bits >> (32 - digits)).astype(dtype) * dtype.type(2.0**-digits)
    low = _random_bits(key ^ np.uint32(0x5BD1E995), shape)
    high = bits.astype(dtype) * dtype.type(2.0**-32)
    return high + (low >> (64 - digits)).astype(dtype) * dtype.type(2.0**-digits)


@partial(jax.jit, static_argnums=1)
def _at_least(key: Array, shape: tuple[int, ...], threshold: Array) -> Array:
    return _random_bits(key, shape) >= threshold


def hashed(key: Array, index: Array) -> Array:
    """Hash indices (uint32) with a key of two words.

    Both derived words depend on both words of the key. The second enters after the first rounds:
    keys whose first derived words are close would otherwise permute one stream.
    """
    first = _mix(key[1] ^ _mix(key[0] + np.uint32(0x9E3779B9)))
    second = _mix(first + np.uint32(0xD1B54A33) ^ _mix(key[1] + key[0] * np.uint32(0x85EBCA6B)))
    x = _mix(index ^ first) + second
    x = (x ^ (x >> 16)) * np.uint32(0x7FEB352D)
    return x ^ (x >> 15)


def row_keys(key: Array, rows: Array) -> Array:
    """A key of its own for each row (uint32): shape (rows, 2)."""
    first = key[0] ^ _mix(rows ^ np.uint32(0x3C6EF372))
    return jnp.stack([first, jnp.broadcast_to(key[1], rows.shape)], axis=-1)


def _mix(x: Array) -> Array:
    x = (x ^ (x >> 16)) * np.uint32(0x21F0AAAD)
    x = (x ^ (x >> 15)) * np.uint32(0x735A2D97)
    return x ^ (x >> 15)
