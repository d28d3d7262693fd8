"""Rows of a table by index, with a gradient that scatters without index arithmetic."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from cornu.kernels.platforms import is_stock_only


def embedding_lookup(table: Array, ids: Array) -> Array:
    """Look rows up in a table.

    An id outside of [0, rows) gives a row of NaN (of zeros if the table holds integers) and takes
    no part in the gradient. Negative ids do not count from the end: they come from bugs.

    Args:
        table: array of shape (rows, features).
        ids: integer array of any shape.

    Returns:
        Array of shape (*ids.shape, features).

    >>> import jax.numpy as jnp
    >>> embedding_lookup(jnp.eye(3), jnp.array([2, 0])).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    if is_stock_only():
        return embedding_lookup_reference(table, ids)
    return _lookup_compiled(table, ids)


def embedding_lookup_reference(table: Array, ids: Array) -> Array:
    """Plain definition of `embedding_lookup`."""
    fill = jnp.nan if jnp.issubdtype(table.dtype, jnp.inexact) else 0
    return table.at[ids].get(mode="fill", fill_value=fill, wrap_negative_indices=False)


@jax.custom_vjp
def _lookup(table: Array, ids: Array) -> Array:
    rows = table.at[ids].get(mode="clip", wrap_negative_indices=False)
    missing = (ids < 0) | (ids >= table.shape[0])
    fill = np.array(np.nan if jnp.issubdtype(table.dtype, jnp.inexact) else 0, table.dtype)
    return jnp.where(missing[..., None], fill, rows)


def _forward(table: Array, ids: Array) -> tuple[Array, tuple]:
    return _lookup(table, ids), (ids, jnp.empty((table.shape[0], 0), table.dtype))


def _backward(saved: tuple, dy: Array) -> tuple[Array, None]:
    ids, like_table = saved
    ids, dy = ids.reshape(-1), dy.reshape(-1, dy.shape[-1])
    wide = jnp.promote_types(dy.dtype, "float32")
    gradient = jnp.zeros((like_table.shape[0], dy.shape[-1]), wide)
    # "drop" leaves out what is out of range, as XLA's scatter does by itself: it costs nothing.
    gradient = gradient.at[ids].add(dy.astype(wide), mode="drop", wrap_negative_indices=False)
    return gradient.astype(like_table.dtype), None


_lookup.defvjp(_forward, _backward)
_lookup_compiled = jax.jit(_lookup)
