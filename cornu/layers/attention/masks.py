"""What queries may see: masks of all kinds brought to one shape, for sequences and for grids.

The one shape is (batch, others..., query axes..., key axes...), where the others are axes that act
like a batch; with an axis of heads behind the others, if a mask tells heads apart.
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp


class Grid(NamedTuple):
    """The sizes of an attention, and where its axes lie.

    Args:
        owner: the layer, for messages.
        query: sizes of the query but for its features: the batch first.
        value: the same of the value.
        axes: the axes that are attended over.
        heads: number of heads.
    """

    owner: str
    query: tuple
    value: tuple
    axes: tuple[int, ...]
    heads: int

    @property
    def others(self) -> list[int]:
        """The axes that act like a batch, the batch first."""
        return [axis for axis in range(len(self.query)) if axis not in self.axes]

    @property
    def batches(self) -> list:
        """Sizes of the axes that act like a batch."""
        return [self.query[axis] for axis in self.others]

    @property
    def queries(self) -> list:
        """Sizes of the query's axes."""
        return [self.query[axis] for axis in self.axes]

    @property
    def keys(self) -> list:
        """Sizes of the key's axes."""
        return [self.value[axis] for axis in self.axes]

    @property
    def is_sequence(self) -> bool:
        """Whether this is attention over the one axis between batch and features."""
        return len(self.query) == 2

    def reordered(self, x: jax.Array) -> jax.Array:
        """From the order of a tensor's axes to batch, others, axes attended over."""
        return jnp.transpose(x, (*self.others, *self.axes))


def of_queries(grid: Grid, mask: Any) -> jax.Array:
    """A query's mask, shaped like its first axes or (batch, query axes...), in the one shape."""
    mask = jnp.asarray(mask, "bool")
    ones = [1] * len(grid.axes)
    others = [1] * (len(grid.others) - 1)
    if len(others) and _fits(mask.shape, (grid.batches[0], *grid.queries)):
        return mask.reshape(mask.shape[0], *others, *mask.shape[1:], *ones)
    mask = grid.reordered(_in_order(grid, "query_mask", mask, grid.query))
    return mask.reshape(*mask.shape, *ones)


def of_keys(grid: Grid, name: str, mask: Any) -> jax.Array:
    """A mask of keys or values in the one shape.

    Args:
        grid: the sizes.
        name: "value_mask" or "key_mask", for messages.
        mask: shaped like the first axes of the value; or (batch, key axes...), for all others; or
            like an attention mask.
    """
    mask = jnp.asarray(mask, "bool")
    ones = [1] * len(grid.axes)
    others = [1] * (len(grid.others) - 1)
    if len(others) and _fits(mask.shape, (grid.batches[0], *grid.keys)):
        return mask.reshape(mask.shape[0], *others, *ones, *mask.shape[1:])
    if mask.ndim > len(grid.value):
        return of_pairs(grid, name, mask)
    mask = grid.reordered(_in_order(grid, name, mask, grid.value))
    split = len(grid.others)
    return mask.reshape(*mask.shape[:split], *ones, *mask.shape[split:])


def of_pairs(grid: Grid, name: str, mask: Any) -> jax.Array:
    """A mask of pairs of a query and a key in the one shape, with or without heads.

    Args:
        grid: the sizes.
        name: the argument, for messages.
        mask: booleans that broadcast to the one shape, with heads or without; or (batch, query
            axes..., key axes...), for all others.

    Raises:
        ValueError: if it does not fit.
    """
    mask = jnp.asarray(mask, "bool")
    pairs = [*grid.queries, *grid.keys]
    whole = [*grid.batches, *pairs]
    others = [1] * (len(grid.others) - 1)
    if mask.ndim == len(whole) + 1 and _fits(mask.shape, [*grid.batches, grid.heads, *pairs]):
        return mask
    if len(others) and _fits(mask.shape, [grid.batches[0], *pairs]):
        return mask.reshape(mask.shape[0], *others, *mask.shape[1:])
    if mask.ndim > len(whole) or not _fits(mask.shape, whole[len(whole) - mask.ndim :]):
        with_heads = (*grid.batches, grid.heads, *pairs)
        raise ValueError(
            f"{grid.owner}: {name} must have the shape {tuple(whole)} (batch, queries, keys), or "
            f"{with_heads} (with heads), or broadcast to it; got {tuple(mask.shape)}."
        )
    return mask.reshape(*[1] * (len(whole) - mask.ndim), *mask.shape)


def causal(grid: Grid) -> jax.Array:
    """Query i sees the keys up to i, in the one shape; grids are read row by row."""
    queries, keys = prod(grid.queries), prod(grid.keys)
    return _for_all(grid, jnp.arange(queries)[:, None] >= jnp.arange(keys))


def window(grid: Grid, size: int) -> jax.Array:
    """Query i sees key j if |i - j| is below the size, in the one shape."""
    queries, keys = prod(grid.queries), prod(grid.keys)
    return _for_all(grid, jnp.abs(jnp.arange(queries)[:, None] - jnp.arange(keys)) < size)


def together(grid: Grid, parts: list) -> jax.Array | None:
    """The masks in the one shape as one; None if there is none."""
    rank = len(grid.others) + 2 * len(grid.axes)
    by_head = any(part.ndim > rank for part in parts)
    found = None
    for part in parts:
        if by_head and part.ndim == rank:
            part = jnp.expand_dims(part, len(grid.others))
        found = part if found is None else found & part
    return found


def flat(grid: Grid, mask: jax.Array | None) -> jax.Array | None:
    """From the one shape to (batches, queries, keys), or with heads behind the batches."""
    if mask is None or grid.is_sequence:
        return mask
    heads = [grid.heads] if mask.ndim > len(grid.others) + 2 * len(grid.axes) else []
    mask = jnp.broadcast_to(mask, (*grid.batches, *heads, *grid.queries, *grid.keys))
    return mask.reshape(prod(grid.batches), *heads, prod(grid.queries), prod(grid.keys))


def _for_all(grid: Grid, mask: jax.Array) -> jax.Array:
    return mask.reshape(*[1] * len(grid.others), *grid.queries, *grid.keys)


def _in_order(grid: Grid, name: str, mask: Any, sizes: tuple) -> jax.Array:
    """A mask of the first axes of a tensor, with axes of 1 for those behind."""
    mask = jnp.asarray(mask, "bool")
    if not 2 <= mask.ndim <= len(sizes) or not _fits(mask.shape, sizes[: mask.ndim]):
        raise ValueError(
            f"{grid.owner}: {name} must have the shape {tuple(sizes)}, one value for each step; "
            f"got {tuple(mask.shape)}."
        )
    return mask.reshape(*mask.shape, *[1] * (len(sizes) - mask.ndim))


def _fits(shape: Any, wanted: Any) -> bool:
    """Whether a shape broadcasts to another of the same rank; unknown sizes may be equal."""
    return len(shape) == len(wanted) and all(
        m == 1 or m == n or type(m) is not int or type(n) is not int for m, n in zip(shape, wanted)
    )
