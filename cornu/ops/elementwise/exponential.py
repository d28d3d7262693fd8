"""Exponentials, logarithms, roots and the error function, element by element."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_float, op, operand


@op
def exp(x: TensorLike) -> jax.Array:
    """`e**x`, element by element.

    Args:
        x: tensor of any shape.

    >>> keras.ops.exp([0.0, 1.0])
    Array([1.       , 2.7182817], dtype=float32)
    """
    return jnp.exp(as_float(x))


@op
def exp2(x: TensorLike) -> jax.Array:
    """`2**x`, element by element.

    Args:
        x: tensor of any shape.

    >>> keras.ops.exp2([0.0, 3.0])
    Array([1., 8.], dtype=float32)
    """
    return jnp.exp2(as_float(x))


@op
def expm1(x: TensorLike) -> jax.Array:
    """`e**x - 1`, exact for small `x` too.

    Args:
        x: tensor of any shape.

    >>> keras.ops.expm1(0.0).item()
    0.0
    """
    return jnp.expm1(as_float(x))


@op
def log(x: TensorLike) -> jax.Array:
    """Natural logarithm; NaN for negative numbers.

    Args:
        x: tensor of any shape.

    >>> keras.ops.log(1.0).item()
    0.0
    """
    return jnp.log(as_float(x))


@op
def log10(x: TensorLike) -> jax.Array:
    """Logarithm to base 10.

    Args:
        x: tensor of any shape.

    >>> keras.ops.log10(1.0).item()
    0.0
    """
    return jnp.log10(as_float(x))


@op
def log1p(x: TensorLike) -> jax.Array:
    """`log(1 + x)`, exact for small `x` too.

    Args:
        x: tensor of any shape.

    >>> keras.ops.log1p(0.0).item()
    0.0
    """
    return jnp.log1p(as_float(x))


@op
def log2(x: TensorLike) -> jax.Array:
    """Logarithm to base 2.

    Args:
        x: tensor of any shape.

    >>> keras.ops.log2([1.0, 8.0])
    Array([0., 3.], dtype=float32)
    """
    return jnp.log2(as_float(x))


@op
def logaddexp(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """`log(exp(x1) + exp(x2))` without overflow.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.logaddexp(0.0, float("-inf")).item()
    0.0
    """
    return jnp.logaddexp(operand(x1), operand(x2))


@op
def logaddexp2(x1: TensorLike, x2: TensorLike) -> jax.Array:
    """`log2(2**x1 + 2**x2)` without overflow.

    Args:
        x1, x2: tensors or numbers, whose shapes broadcast.

    >>> keras.ops.logaddexp2(3.0, 3.0).item()
    4.0
    """
    return jnp.logaddexp2(operand(x1), operand(x2))


@op
def logsumexp(
    x: TensorLike, axis: int | Sequence[int] | None = None, keepdims: bool = False
) -> jax.Array:
    """`log(sum(exp(x)))` along axes; the largest element is taken out first, so nothing overflows.

    Args:
        x: tensor of any shape.
        axis: axis or axes to reduce; all of them for None.
        keepdims: whether reduced axes stay, with size 1.

    >>> keras.ops.logsumexp([1000.0, float("-inf")]).item()
    1000.0
    """
    return jax.scipy.special.logsumexp(as_float(x), axis=axis, keepdims=keepdims)


@op
def sqrt(x: TensorLike) -> jax.Array:
    """Square root; NaN for negative numbers.

    Args:
        x: tensor of any shape.

    >>> keras.ops.sqrt([4, 9])
    Array([2., 3.], dtype=float32)
    """
    return jnp.sqrt(as_float(x))


@op
def rsqrt(x: TensorLike) -> jax.Array:
    """`1 / sqrt(x)`, element by element.

    Args:
        x: tensor of any shape.

    >>> keras.ops.rsqrt(4.0).item()
    0.5
    """
    return jax.lax.rsqrt(as_float(x))


@op
def cbrt(x: TensorLike) -> jax.Array:
    """Cube root, also of negative numbers.

    Args:
        x: tensor of any shape.

    >>> keras.ops.cbrt(0.0).item()
    0.0
    """
    return jnp.cbrt(as_float(x))


@op
def erf(x: TensorLike) -> jax.Array:
    """Error function, `2 / sqrt(pi)` times the integral of `exp(-t**2)` from 0 to `x`.

    Args:
        x: tensor of any shape.

    >>> keras.ops.erf(0.0).item()
    0.0
    """
    return jax.lax.erf(as_float(x))


@op
def erfc(x: TensorLike) -> jax.Array:
    """`1 - erf(x)`, exact for large `x` too.

    Args:
        x: tensor of any shape.

    >>> keras.ops.erfc(0.0).item()
    1.0
    """
    return jax.lax.erfc(as_float(x))


@op
def erfinv(x: TensorLike) -> jax.Array:
    """The number whose error function is `x`, for `x` between -1 and 1.

    Args:
        x: tensor of any shape.

    >>> keras.ops.erfinv(0.0).item()
    0.0
    """
    return jax.lax.erf_inv(as_float(x))


@op
def i0(x: TensorLike) -> jax.Array:
    """Modified Bessel function of the first kind, order 0.

    Args:
        x: tensor of any shape.

    >>> keras.ops.i0(0.0).item()
    1.0000001192092896
    """
    return jax.numpy.i0(as_float(x))
