"""Tensors of a given shape, drawn from a distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core.seed_generator import SeedGenerator, draw_seed
from cornu.engine import dtypes
from cornu.ops.op import TensorLike, operand, unwrap

Seed = int | SeedGenerator | jax.Array | None
"""A seed: the same int gives the same values; a generator gives new ones each time; None too."""


def normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: Seed = None,
) -> jax.Array:
    """Draw from a normal distribution.

    Args:
        shape: shape of the result.
        mean: its mean.
        stddev: its standard deviation.
        dtype: float dtype; `floatx` by default.
        seed: int, `SeedGenerator` or None.

    >>> keras.random.normal((2, 3), seed=1).shape
    (2, 3)
    """
    dtype = float_dtype(dtype, "normal")
    values = jax.random.normal(key_of(seed), tuple(shape), dtype)
    return (values * operand(unwrap(stddev)) + operand(unwrap(mean))).astype(dtype)


def truncated_normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: Seed = None,
) -> jax.Array:
    """Draw from a normal distribution without what lies two standard deviations off the mean.

    Args:
        shape: shape of the result.
        mean: mean of the distribution.
        stddev: standard deviation before values are left out.
        dtype: float dtype; `floatx` by default.
        seed: int, `SeedGenerator` or None.

    >>> bool((abs(keras.random.truncated_normal((100,), seed=1)) <= 2).all())
    True
    """
    dtype = float_dtype(dtype, "truncated_normal")
    values = jax.random.truncated_normal(key_of(seed), -2.0, 2.0, tuple(shape), dtype)
    return (values * operand(unwrap(stddev)) + operand(unwrap(mean))).astype(dtype)


def uniform(
    shape: Sequence[int],
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: Any = None,
    seed: Seed = None,
) -> jax.Array:
    """Draw numbers spread evenly over [minval, maxval).

    Args:
        shape: shape of the result.
        minval: lower end.
        maxval: upper end.
        dtype: float dtype; `floatx` by default. `randint` draws integers.
        seed: int, `SeedGenerator` or None.

    Raises:
        ValueError: for a dtype that is no float.

    >>> bool((keras.random.uniform((100,), 2.0, 3.0, seed=1) >= 2).all())
    True
    """
    dtype = float_dtype(dtype, "uniform")
    minval, maxval = operand(unwrap(minval)), operand(unwrap(maxval))
    return jax.random.uniform(key_of(seed), tuple(shape), dtype, minval, maxval)


def randint(
    shape: Sequence[int], minval: int, maxval: int, dtype: Any = "int32", seed: Seed = None
) -> jax.Array:
    """Draw integers spread evenly over [minval, maxval).

    Args:
        shape: shape of the result.
        minval: lower end.
        maxval: upper end, not drawn itself.
        dtype: integer dtype.
        seed: int, `SeedGenerator` or None.

    Raises:
        ValueError: for a dtype that is no integer.

    >>> bool((keras.random.randint((100,), 0, 5, seed=1) < 5).all())
    True
    """
    if not dtypes.is_integer(dtype):
        raise ValueError(
            f"keras.random.randint draws integers; got dtype {dtypes.standardize_dtype(dtype)!r}. "
            "Use keras.random.uniform for floats."
        )
    minval, maxval = operand(unwrap(minval)), operand(unwrap(maxval))
    return jax.random.randint(key_of(seed), tuple(shape), minval, maxval, dtypes.canonical(dtype))


def gamma(
    shape: Sequence[int], alpha: TensorLike, dtype: Any = None, seed: Seed = None
) -> jax.Array:
    """Draw from a gamma distribution with scale 1.

    Args:
        shape: shape of the result.
        alpha: its shape parameter, positive; broadcasts against `shape`.
        dtype: float dtype; `floatx` by default.
        seed: int, `SeedGenerator` or None.

    >>> bool((keras.random.gamma((3,), 2.0, seed=1) > 0).all())
    True
    """
    dtype = float_dtype(dtype, "gamma")
    return jax.random.gamma(key_of(seed), operand(unwrap(alpha)), tuple(shape), dtype)


def beta(
    shape: Sequence[int],
    alpha: TensorLike,
    beta: TensorLike,
    dtype: Any = None,
    seed: Seed = None,
) -> jax.Array:
    """Draw from a beta distribution: numbers from 0 to 1.

    Args:
        shape: shape of the result.
        alpha: first parameter, positive; broadcasts against `shape`.
        beta: second parameter, likewise.
        dtype: float dtype; `floatx` by default.
        seed: int, `SeedGenerator` or None.

    >>> bool((keras.random.beta((3,), 2.0, 5.0, seed=1) < 1).all())
    True
    """
    dtype = float_dtype(dtype, "beta")
    alpha, beta = operand(unwrap(alpha)), operand(unwrap(beta))
    return jax.random.beta(key_of(seed), alpha, beta, tuple(shape), dtype)


def binomial(
    shape: Sequence[int],
    counts: TensorLike,
    probabilities: TensorLike,
    dtype: Any = None,
    seed: Seed = None,
) -> jax.Array:
    """Draw how many of `counts` trials succeed.

    Args:
        shape: shape of the result.
        counts: number of trials; broadcasts against `shape`.
        probabilities: of success, from 0 to 1; broadcasts against `shape`.
        dtype: float dtype of the result; `floatx` by default.
        seed: int, `SeedGenerator` or None.

    >>> keras.random.binomial((2,), 10, 1.0, seed=1).tolist()
    [10.0, 10.0]
    """
    dtype = float_dtype(dtype, "binomial")
    # The sampler of JAX works in float32 or wider only.
    wide = jnp.promote_types(dtype, "float32")
    counts = jnp.asarray(unwrap(counts), wide)
    probabilities = jnp.asarray(unwrap(probabilities), wide)
    values = jax.random.binomial(key_of(seed), counts, probabilities, tuple(shape), wide)
    return values.astype(dtype)


def key_of(seed: Any) -> jax.Array:
    """A key of `jax.random` from any kind of seed."""
    return jax.random.wrap_key_data(draw_seed(seed), impl="threefry2x32")


def float_dtype(dtype: Any, function: str) -> np.dtype:
    """The dtype, `floatx` for None; an error if it is no float."""
    if not dtypes.is_float(dtype):
        raise ValueError(
            f"keras.random.{function} draws floats; got dtype "
            f"{dtypes.standardize_dtype(dtype)!r}. Use keras.random.randint for integers."
        )
    return dtypes.canonical(dtype)
