"""Comparisons, tests for special values and logic; the results are boolean."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_array, op, operand


@op
def equal(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Whether `x1 == x2`, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.equal([1, 2, 3], 2)
    Array([False,  True, False], dtype=bool)
    """
    return jnp.equal(operand(x1), operand(x2))


@op
def not_equal(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Whether `x1 != x2`, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.not_equal([1, 2, 3], 2)
    Array([ True, False,  True], dtype=bool)
    """
    return jnp.not_equal(operand(x1), operand(x2))


@op
def greater(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Whether `x1 > x2`, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.greater([1, 2, 3], 2)
    Array([False, False,  True], dtype=bool)
    """
    return jnp.greater(operand(x1), operand(x2))


@op
def greater_equal(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Whether `x1 >= x2`, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.greater_equal([1, 2, 3], 2)
    Array([False,  True,  True], dtype=bool)
    """
    return jnp.greater_equal(operand(x1), operand(x2))


@op
def less(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Whether `x1 < x2`, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.less([1, 2, 3], 2)
    Array([ True, False, False], dtype=bool)
    """
    return jnp.less(operand(x1), operand(x2))


@op
def less_equal(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Whether `x1 <= x2`, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.less_equal([1, 2, 3], 2)
    Array([ True,  True, False], dtype=bool)
    """
    return jnp.less_equal(operand(x1), operand(x2))


@op
def logical_and(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Whether both are true, element by element; numbers count as true unless 0.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.logical_and([True, True, False], [True, False, False])
    Array([ True, False, False], dtype=bool)
    """
    return jnp.logical_and(operand(x1), operand(x2))


@op
def logical_or(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Whether one or both are true, element by element; numbers count as true unless 0.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.logical_or([True, True, False], [True, False, False])
    Array([ True,  True, False], dtype=bool)
    """
    return jnp.logical_or(operand(x1), operand(x2))


@op
def logical_xor(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """Whether exactly one is true, element by element; numbers count as true unless 0.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.logical_xor([True, True, False], [True, False, False])
    Array([False,  True, False], dtype=bool)
    """
    return jnp.logical_xor(operand(x1), operand(x2))


@op
def logical_not(x: TensorLike) -> jax.Array:
    """Whether false, element by element; numbers count as true unless 0.

    Args:
        x: tensor of any shape.

    >>> keras.ops.logical_not([True, False])
    Array([False,  True], dtype=bool)
    """
    return jnp.logical_not(as_array(x))


@op(tensors=("x1", "x2", "rtol", "atol"))
def isclose(
    x1: TensorLike, x2: TensorLike, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> jax.Array:
    """Whether `|x1 - x2| <= atol + rtol * |x2|`, element by element.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.
        rtol, atol: relative and absolute tolerance.
        equal_nan: whether NaN equals NaN.

    >>> keras.ops.isclose([1.0, 2.0], [1.0, 2.1])
    Array([ True, False], dtype=bool)
    """
    return jnp.isclose(operand(x1), operand(x2), rtol, atol, equal_nan)


@op
def allclose(
    x1: TensorLike, x2: TensorLike, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> jax.Array:
    """Whether all elements are close, as `isclose` tells.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.
        rtol, atol: relative and absolute tolerance.
        equal_nan: whether NaN equals NaN.

    >>> keras.ops.allclose([1.0, 2.0], [1.0, 2.1])
    Array(False, dtype=bool)
    """
    return jnp.allclose(operand(x1), operand(x2), rtol, atol, equal_nan)


@op
def isin(
    x1: TensorLike, x2: TensorLike, assume_unique: bool = False, invert: bool = False
) -> jax.Array:
    """Whether each element of `x1` is one of the elements of `x2`.

    Args:
        x1: tensor or number.
        x2: tensor of any shape.
        assume_unique: promise that no element comes twice in either; may be faster.
        invert: whether to tell which are not in `x2`.

    >>> keras.ops.isin([1, 2, 3], [2, 3])
    Array([False,  True,  True], dtype=bool)
    """
    return jnp.isin(operand(x1), operand(x2), assume_unique=assume_unique, invert=invert)


@op
def isfinite(x: TensorLike) -> jax.Array:
    """Whether neither infinite nor NaN.

    Args:
        x: tensor of any shape.

    >>> keras.ops.isfinite([1.0, float("inf")])
    Array([ True, False], dtype=bool)
    """
    return jnp.isfinite(as_array(x))


@op
def isinf(x: TensorLike) -> jax.Array:
    """Whether plus or minus infinity.

    Args:
        x: tensor of any shape.

    >>> keras.ops.isinf([1.0, float("inf")])
    Array([False,  True], dtype=bool)
    """
    return jnp.isinf(as_array(x))


@op
def isnan(x: TensorLike) -> jax.Array:
    """Whether not a number.

    Args:
        x: tensor of any shape.

    >>> keras.ops.isnan([1.0, float("nan")])
    Array([False,  True], dtype=bool)
    """
    return jnp.isnan(as_array(x))


@op
def isposinf(x: TensorLike) -> jax.Array:
    """Whether plus infinity.

    Args:
        x: tensor of any shape.

    >>> keras.ops.isposinf([float("-inf"), float("inf")])
    Array([False,  True], dtype=bool)
    """
    return jnp.isposinf(as_array(x))


@op
def isneginf(x: TensorLike) -> jax.Array:
    """Whether minus infinity.

    Args:
        x: tensor of any shape.

    >>> keras.ops.isneginf([float("-inf"), float("inf")])
    Array([ True, False], dtype=bool)
    """
    return jnp.isneginf(as_array(x))


@op
def isreal(x: TensorLike) -> jax.Array:
    """Whether the imaginary part is 0.

    Args:
        x: tensor of any shape.

    >>> keras.ops.isreal([1.0, 1j])
    Array([ True, False], dtype=bool)
    """
    return jnp.isreal(as_array(x))


@op
def signbit(x: TensorLike) -> jax.Array:
    """Whether the sign bit is set; it is for -0.0.

    Args:
        x: tensor of any shape.

    >>> keras.ops.signbit([1.0, -0.0])
    Array([False,  True], dtype=bool)
    """
    return jnp.signbit(as_array(x))
