"""Sums, products, quotients, remainders, extremes and powers, element by element."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_array, as_float, op, operand


@op
def add(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Sum, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.add([1, 2], 3)
    Array([4, 5], dtype=int32)
    """
    return jnp.add(operand(x1), operand(x2))


@op
def subtract(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Difference, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.subtract([1, 2], 3)
    Array([-2, -1], dtype=int32)
    """
    return jnp.subtract(operand(x1), operand(x2))


@op
def multiply(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Product, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.multiply([1, 2], 3)
    Array([3, 6], dtype=int32)
    """
    return jnp.multiply(operand(x1), operand(x2))


@op
def divide(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Quotient, element by element; always of a float type.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.divide([1, 3], 2)
    Array([0.5, 1.5], dtype=float32)
    """
    return jnp.true_divide(operand(x1), operand(x2))


@op
def true_divide(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Quotient, element by element: another name of `divide`.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.true_divide([1, 3], 2)
    Array([0.5, 1.5], dtype=float32)
    """
    return jnp.true_divide(operand(x1), operand(x2))


@op
def divide_no_nan(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Quotient, element by element, and 0 wherever the divisor is 0.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.divide_no_nan([1.0, 3.0], [0.0, 2.0])
    Array([0. , 1.5], dtype=float32)
    """
    x1, x2 = operand(x1), operand(x2)
    zero = jnp.equal(x2, 0)
    # The divisor is replaced before the division too, which keeps the gradient free of NaN.
    quotient = jnp.true_divide(x1, jnp.where(zero, jnp.ones_like(x2), x2))
    return jnp.where(zero, jnp.zeros_like(quotient), quotient)


@op
def floor_divide(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Quotient rounded down, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.floor_divide([7, -7], 2)
    Array([ 3, -4], dtype=int32)
    """
    return jnp.floor_divide(operand(x1), operand(x2))


@op
def mod(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Remainder with the sign of the divisor, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.mod([7, -7], 4)
    Array([3, 1], dtype=int32)
    """
    return jnp.mod(operand(x1), operand(x2))


@op
def fmod(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Remainder with the sign of the dividend, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.fmod([7, -7], 4)
    Array([ 3, -3], dtype=int32)
    """
    return jnp.fmod(operand(x1), operand(x2))


@op
def power(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """`x1` to the power `x2`, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.power([1, 2, 3], 2)
    Array([1, 4, 9], dtype=int32)
    """
    return jnp.power(operand(x1), operand(x2))


@op
def negative(x: TensorLike) -> jax.Array:
    """The value with the other sign.

    Args:
        x: tensor of any shape.

    >>> keras.ops.negative([1, -2])
    Array([-1,  2], dtype=int32)
    """
    return jnp.negative(as_array(x))


@op
def absolute(x: TensorLike) -> jax.Array:
    """Absolute value; of a complex number, its modulus.

    Args:
        x: tensor of any shape.

    >>> keras.ops.absolute([1, -2])
    Array([1, 2], dtype=int32)
    """
    return jnp.abs(as_array(x))


abs = absolute


@op
def fabs(x: TensorLike) -> jax.Array:
    """Absolute value as a float.

    Args:
        x: tensor of any shape.

    >>> keras.ops.fabs([1, -2])
    Array([1., 2.], dtype=float32)
    """
    return jnp.fabs(as_float(x))


@op
def sign(x: TensorLike) -> jax.Array:
    """-1, 0 or 1, by the sign of each element.

    Args:
        x: tensor of any shape.

    >>> keras.ops.sign([-2.0, 0.0, 3.0])
    Array([-1.,  0.,  1.], dtype=float32)
    """
    return jnp.sign(as_array(x))


@op
def square(x: TensorLike) -> jax.Array:
    """Square, element by element.

    Args:
        x: tensor of any shape.

    >>> keras.ops.square([2, -3])
    Array([4, 9], dtype=int32)
    """
    return jnp.square(as_array(x))


@op
def reciprocal(x: TensorLike) -> jax.Array:
    """`1 / x`, element by element.

    Args:
        x: tensor of any shape.

    >>> keras.ops.reciprocal([2.0, 4.0])
    Array([0.5 , 0.25], dtype=float32)
    """
    return jnp.reciprocal(as_float(x))


@op
def maximum(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """The larger of two, element by element; NaN where either is.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.maximum([1, 5], 3)
    Array([3, 5], dtype=int32)
    """
    return jnp.maximum(operand(x1), operand(x2))


@op
def minimum(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """The smaller of two, element by element; NaN where either is.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.minimum([1, 5], 3)
    Array([1, 3], dtype=int32)
    """
    return jnp.minimum(operand(x1), operand(x2))


@op
def fmax(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """The larger of two, element by element; the other where one is NaN.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.fmax([1.0, float("nan")], 3.0)
    Array([3., 3.], dtype=float32)
    """
    return jnp.fmax(operand(x1), operand(x2))


@op
def fmin(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """The smaller of two, element by element; the other where one is NaN.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.fmin([1.0, float("nan")], 3.0)
    Array([1., 3.], dtype=float32)
    """
    return jnp.fmin(operand(x1), operand(x2))


@op
def clip(x: TensorLike, x_min: TensorLike, x_max: TensorLike) -> jax.Array:
    """The value, or the nearer bound where it lies outside.

    Args:
        x: tensor of any shape.
        x_min: lower bound.
        x_max: upper bound.

    >>> keras.ops.clip([1, 5, 9], 2, 6)
    Array([2, 5, 6], dtype=int32)
    """
    x = as_array(x)
    if x.dtype == bool:
        x = x.astype("int32")
    return jnp.clip(x, operand(x_min), operand(x_max))


@op
def hypot(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """`sqrt(x1**2 + x2**2)` without overflow, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.hypot(3.0, 4.0).item()
    5.0
    """
    return jnp.hypot(operand(x1), operand(x2))


@op
def heaviside(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Step function: 0 below zero, 1 above, `x2` at zero.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.heaviside([-1.0, 0.0, 2.0], 0.5)
    Array([0. , 0.5, 1. ], dtype=float32)
    """
    return jnp.heaviside(operand(x1), operand(x2))


@op
def nextafter(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """The float next to `x1` in the direction of `x2`.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.nextafter(1.0, 2.0) > 1.0
    Array(True, dtype=bool, weak_type=True)
    """
    return jnp.nextafter(operand(x1), operand(x2))


@op
def ldexp(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """`x1 * 2**x2` for integers `x2`, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.ldexp([1.0, 3.0], 2)
    Array([ 4., 12.], dtype=float32)
    """
    return jnp.ldexp(operand(x1), operand(x2))


@op
def gcd(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Greatest common divisor of integers, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.gcd([12, 9], 8)
    Array([4, 1], dtype=int32)
    """
    return jnp.gcd(operand(x1), operand(x2))


@op
def lcm(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Least common multiple of integers, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.lcm([4, 9], 6)
    Array([12, 18], dtype=int32)
    """
    return jnp.lcm(operand(x1), operand(x2))


@op
def nan_to_num(
    x: TensorLike, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> jax.Array:
    """NaN and the infinities replaced by numbers.

    Args:
        x: tensor of any shape.
        nan: what NaN becomes.
        posinf: what infinity becomes; the largest number of the type for None.
        neginf: what minus infinity becomes; the smallest number of the type for None.

    >>> keras.ops.nan_to_num([float("nan"), 1.0])
    Array([0., 1.], dtype=float32)
    """
    return jnp.nan_to_num(as_array(x), nan=nan, posinf=posinf, neginf=neginf)
