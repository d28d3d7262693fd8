"""Trigonometric and hyperbolic functions and their inverses; angles are in radians."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_float, op, operand


@op
def sin(x: TensorLike) -> jax.Array:
    """Sine.

    Args:
        x: tensor of any shape.

    >>> keras.ops.sin(0.0).item()
    0.0
    """
    return jnp.sin(as_float(x))


@op
def cos(x: TensorLike) -> jax.Array:
    """Cosine.

    Args:
        x: tensor of any shape.

    >>> keras.ops.cos(0.0).item()
    1.0
    """
    return jnp.cos(as_float(x))


@op
def tan(x: TensorLike) -> jax.Array:
    """Tangent.

    Args:
        x: tensor of any shape.

    >>> keras.ops.tan(0.0).item()
    0.0
    """
    return jnp.tan(as_float(x))


@op
def arcsin(x: TensorLike) -> jax.Array:
    """The angle between -pi/2 and pi/2 with this sine; NaN outside -1 to 1.

    Args:
        x: tensor of any shape.

    >>> keras.ops.arcsin(0.0).item()
    0.0
    """
    return jnp.arcsin(as_float(x))


@op
def arccos(x: TensorLike) -> jax.Array:
    """The angle between 0 and pi with this cosine; NaN outside -1 to 1.

    Args:
        x: tensor of any shape.

    >>> keras.ops.arccos(1.0).item()
    0.0
    """
    return jnp.arccos(as_float(x))


@op
def arctan(x: TensorLike) -> jax.Array:
    """The angle between -pi/2 and pi/2 with this tangent.

    Args:
        x: tensor of any shape.

    >>> keras.ops.arctan(0.0).item()
    0.0
    """
    return jnp.arctan(as_float(x))


@op
def arctan2(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """The angle of the point `(x2, x1)`, between -pi and pi.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.arctan2(0.0, 1.0).item()
    0.0
    """
    return jnp.arctan2(operand(x1), operand(x2))


@op
def sinh(x: TensorLike) -> jax.Array:
    """Hyperbolic sine.

    Args:
        x: tensor of any shape.

    >>> keras.ops.sinh(0.0).item()
    0.0
    """
    return jnp.sinh(as_float(x))


@op
def cosh(x: TensorLike) -> jax.Array:
    """Hyperbolic cosine.

    Args:
        x: tensor of any shape.

    >>> keras.ops.cosh(0.0).item()
    1.0
    """
    return jnp.cosh(as_float(x))


@op
def tanh(x: TensorLike) -> jax.Array:
    """Hyperbolic tangent.

    Args:
        x: tensor of any shape.

    >>> keras.ops.tanh(0.0).item()
    0.0
    """
    return jnp.tanh(as_float(x))


@op
def arcsinh(x: TensorLike) -> jax.Array:
    """Inverse hyperbolic sine.

    Args:
        x: tensor of any shape.

    >>> keras.ops.arcsinh(0.0).item()
    0.0
    """
    return jnp.arcsinh(as_float(x))


@op
def arccosh(x: TensorLike) -> jax.Array:
    """Inverse hyperbolic cosine; NaN below 1.

    Args:
        x: tensor of any shape.

    >>> keras.ops.arccosh(1.0).item()
    0.0
    """
    return jnp.arccosh(as_float(x))


@op
def arctanh(x: TensorLike) -> jax.Array:
    """Inverse hyperbolic tangent; NaN outside -1 to 1.

    Args:
        x: tensor of any shape.

    >>> keras.ops.arctanh(0.0).item()
    0.0
    """
    return jnp.arctanh(as_float(x))


@op
def sinc(x: TensorLike) -> jax.Array:
    """`sin(pi x) / (pi x)`, and 1 at 0.

    Args:
        x: tensor of any shape.

    >>> keras.ops.sinc(0.0).item()
    1.0
    """
    return jnp.sinc(as_float(x))


@op
def deg2rad(x: TensorLike) -> jax.Array:
    """Degrees turned into radians.

    Args:
        x: tensor of any shape.

    >>> keras.ops.deg2rad(0.0).item()
    0.0
    """
    return jnp.deg2rad(as_float(x))


@op
def rad2deg(x: TensorLike) -> jax.Array:
    """Radians turned into degrees.

    Args:
        x: tensor of any shape.

    >>> keras.ops.rad2deg(0.0).item()
    0.0
    """
    return jnp.rad2deg(as_float(x))
