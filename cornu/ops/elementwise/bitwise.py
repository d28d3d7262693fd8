"""Operations on the bits of integers, element by element."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_array, op, operand


@op
def bitwise_and(x: TensorLike, y: TensorLike) -> jax.Array:
    """Bits set in both.

    Args:
        x, y: tensors of integers or bools, whose shapes broadcast.

    >>> keras.ops.bitwise_and([5, 6], 3)
    Array([1, 2], dtype=int32)
    """
    return jnp.bitwise_and(operand(x), operand(y))


@op
def bitwise_or(x: TensorLike, y: TensorLike) -> jax.Array:
    """Bits set in one or both.

    Args:
        x, y: tensors of integers or bools, whose shapes broadcast.

    >>> keras.ops.bitwise_or([5, 6], 3)
    Array([7, 7], dtype=int32)
    """
    return jnp.bitwise_or(operand(x), operand(y))


@op
def bitwise_xor(x: TensorLike, y: TensorLike) -> jax.Array:
    """Bits set in exactly one.

    Args:
        x, y: tensors of integers or bools, whose shapes broadcast.

    >>> keras.ops.bitwise_xor([5, 6], 3)
    Array([6, 5], dtype=int32)
    """
    return jnp.bitwise_xor(operand(x), operand(y))


@op
def bitwise_left_shift(x: TensorLike, y: TensorLike) -> jax.Array:
    """Bits of `x` moved to the left by `y` places.

    Args:
        x, y: tensors of integers or bools, whose shapes broadcast.

    >>> keras.ops.bitwise_left_shift([1, 3], 2)
    Array([ 4, 12], dtype=int32)
    """
    return jnp.left_shift(operand(x), operand(y))


@op
def left_shift(x: TensorLike, y: TensorLike) -> jax.Array:
    """Bits of `x` moved to the left by `y` places.

    Args:
        x, y: tensors of integers or bools, whose shapes broadcast.

    >>> keras.ops.left_shift([1, 3], 2)
    Array([ 4, 12], dtype=int32)
    """
    return jnp.left_shift(operand(x), operand(y))


@op
def bitwise_right_shift(x: TensorLike, y: TensorLike) -> jax.Array:
    """Bits of `x` moved to the right by `y` places, keeping the sign.

    Args:
        x, y: tensors of integers or bools, whose shapes broadcast.

    >>> keras.ops.bitwise_right_shift([4, -8], 2)
    Array([ 1, -2], dtype=int32)
    """
    return jnp.right_shift(operand(x), operand(y))


@op
def right_shift(x: TensorLike, y: TensorLike) -> jax.Array:
    """Bits of `x` moved to the right by `y` places, keeping the sign.

    Args:
        x, y: tensors of integers or bools, whose shapes broadcast.

    >>> keras.ops.right_shift([4, -8], 2)
    Array([ 1, -2], dtype=int32)
    """
    return jnp.right_shift(operand(x), operand(y))


@op
def bitwise_not(x: TensorLike) -> jax.Array:
    """The other bits: those not set.

    Args:
        x: tensor of integers or bools.

    >>> keras.ops.bitwise_not([0, 5])
    Array([-1, -6], dtype=int32)
    """
    return jnp.invert(as_array(x))


@op
def bitwise_invert(x: TensorLike) -> jax.Array:
    """The other bits: those not set.

    Args:
        x: tensor of integers or bools.

    >>> keras.ops.bitwise_invert([0, 5])
    Array([-1, -6], dtype=int32)
    """
    return jnp.invert(as_array(x))
