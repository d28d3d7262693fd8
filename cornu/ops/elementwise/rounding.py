"""Rounding and changes of precision."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_array, as_float, op


@op
def ceil(x: TensorLike) -> jax.Array:
    """The next integer above, as a float.

    Args:
        x: tensor of any shape.

    >>> keras.ops.ceil([1.2, -1.2])
    Array([ 2., -1.], dtype=float32)
    """
    return jnp.ceil(as_float(x))


@op
def floor(x: TensorLike) -> jax.Array:
    """The next integer below, as a float.

    Args:
        x: tensor of any shape.

    >>> keras.ops.floor([1.2, -1.2])
    Array([ 1., -2.], dtype=float32)
    """
    return jnp.floor(as_float(x))


@op
def trunc(x: TensorLike) -> jax.Array:
    """The next integer towards 0.

    Args:
        x: tensor of any shape.

    >>> keras.ops.trunc([1.7, -1.7])
    Array([ 1., -1.], dtype=float32)
    """
    return jnp.trunc(as_array(x))


@op
def round(x: TensorLike, decimals: int = 0) -> jax.Array:
    """Rounded to decimals; a half goes to the even neighbor.

    Args:
        x: tensor of any shape.
        decimals: number of decimals; negative for tens, hundreds, ...

    >>> keras.ops.round([0.5, 1.5, 2.4])
    Array([0., 2., 2.], dtype=float32)
    """
    x = as_array(x)
    if decimals >= 0 or not jnp.issubdtype(x.dtype, jnp.integer):
        return jnp.round(x, decimals)
    unit = 10**-decimals
    whole, rest = jnp.divmod(x, unit)
    up = (2 * rest > unit) | ((2 * rest == unit) & (whole % 2 == 1))
    return (whole + up) * unit
