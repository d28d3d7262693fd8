"""Compare a kernel with its plain definition, in values and gradients."""

import zlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

TOLERANCE = {"float64": 1e-12, "float32": 2e-5, "float16": 5e-3, "bfloat16": 4e-2}


def normal(*shape: int, dtype: str = "float32") -> jax.Array:
    """Standard normal numbers that depend on the shape only."""
    rng = np.random.default_rng(zlib.crc32(repr(shape).encode()))
    return jnp.asarray(rng.normal(size=shape), dtype)


def assert_close(actual: Any, expected: Any) -> None:
    """Compare trees of arrays to the precision of their dtypes, relative to the largest element."""
    actual, expected = jax.tree.leaves(actual), jax.tree.leaves(expected)
    assert len(actual) == len(expected)
    for a, b in zip(actual, expected, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        b = np.asarray(b, "float64")
        size = np.max(np.abs(b), initial=1.0, where=np.isfinite(b))
        tolerance = TOLERANCE[str(a.dtype)] * size
        np.testing.assert_allclose(np.asarray(a, "float64"), b, rtol=0, atol=tolerance)


def value_and_gradients(function: Callable, *args: Any) -> tuple:
    """The value, and the gradients of its floating-point arguments for a random cotangent."""

    @jax.jit
    def run(*args: Any) -> tuple:
        value, pull_back = jax.vjp(function, *args)
        cotangent = jax.tree.map(lambda y: normal(*y.shape).astype(y.dtype), value)
        gradients = jax.tree.leaves(pull_back(cotangent))
        return value, [each for each in gradients if each.dtype != jax.dtypes.float0]

    return run(*args)


def assert_same(kernel: Callable, reference: Callable, *args: Any) -> None:
    """Compare a kernel and its reference, each compiled, in value and gradients."""
    assert_close(value_and_gradients(kernel, *args), value_and_gradients(reference, *args))
