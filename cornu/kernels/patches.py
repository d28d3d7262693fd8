"""Windows that do not overlap, as the rows of a matrix, and back."""

from collections.abc import Sequence
from math import prod

import jax.numpy as jnp
from jax import Array, lax


def to_rows(x: Array, positions: Sequence[int], window: Sequence[int], low: Sequence[int]) -> Array:
    """Cut x (batch, *space, channels) into windows side by side.

    Args:
        x: the array to cut.
        positions: number of windows per spatial dimension.
        window: size of the windows.
        low: padding before the first element, possibly negative. After the last one x is padded or
            cut as the number of windows needs it.

    Returns:
        Array of shape (batch * positions, window * channels).
    """
    ndim = len(window)
    pads = [
        (lo, m * k - n - lo, 0)
        for n, m, k, lo in zip(x.shape[1:-1], positions, window, low, strict=True)
    ]
    x = lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *pads, (0, 0, 0)])
    split = [size for pair in zip(positions, window, strict=True) for size in pair]
    x = x.reshape(x.shape[0], *split, x.shape[-1])
    x = jnp.transpose(x, (0, *range(1, 2 * ndim, 2), *range(2, 2 * ndim + 1, 2), 2 * ndim + 1))
    return x.reshape(x.shape[0] * prod(positions), prod(window) * x.shape[-1])


def from_rows(
    rows: Array,
    positions: Sequence[int],
    window: Sequence[int],
    low: Sequence[int],
    space: Sequence[int],
) -> Array:
    """Undo `to_rows`: put the windows side by side again, as (batch, *space, channels)."""
    ndim = len(window)
    batch, channels = rows.shape[0] // prod(positions), rows.shape[1] // prod(window)
    x = rows.reshape(batch, *positions, *window, channels)
    pairs = [axis for d in range(ndim) for axis in (1 + d, 1 + ndim + d)]
    x = jnp.transpose(x, (0, *pairs, 2 * ndim + 1))
    x = x.reshape(batch, *(m * k for m, k in zip(positions, window, strict=True)), channels)
    pads = [
        (-lo, n + lo - m * k, 0) for n, m, k, lo in zip(space, positions, window, low, strict=True)
    ]
    return lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *pads, (0, 0, 0)])
