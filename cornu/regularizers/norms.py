"""Penalties on the size of weights and on the angles between them."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.op import as_float
from cornu.regularizers.base import Regularizer


class L1(Regularizer):
    """`l1 * sum(abs(x))`, which drives weights to 0.

    Args:
        l1: factor, not negative.

    Raises:
        ValueError: if it is negative or no finite number.

    >>> keras.regularizers.L1(0.5)([-1.0, 3.0]).item()
    2.0
    """

    def __init__(self, l1: float = 0.01):
        self.l1 = check_factor("l1", l1, default=0.01)

    def __call__(self, x: Any) -> jax.Array:
        return self.l1 * jnp.sum(jnp.abs(as_float(x)))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"l1": self.l1}


class L2(Regularizer):
    """`l2 * sum(x²)`, which keeps weights small.

    Args:
        l2: factor, not negative.

    Raises:
        ValueError: if it is negative or no finite number.

    >>> keras.regularizers.L2(0.5)([-1.0, 3.0]).item()
    5.0
    """

    def __init__(self, l2: float = 0.01):
        self.l2 = check_factor("l2", l2, default=0.01)

    def __call__(self, x: Any) -> jax.Array:
        return self.l2 * jnp.sum(jnp.square(as_float(x)))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"l2": self.l2}


class L1L2(Regularizer):
    """`l1 * sum(abs(x)) + l2 * sum(x²)`.

    Args:
        l1: factor of the sum of absolute values, not negative.
        l2: factor of the sum of squares, not negative.

    Raises:
        ValueError: if one is negative or no finite number.

    >>> keras.regularizers.L1L2(l1=1.0, l2=0.5)([-1.0, 3.0]).item()
    9.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0):
        self.l1 = check_factor("l1", l1, default=0.0)
        self.l2 = check_factor("l2", l2, default=0.0)

    def __call__(self, x: Any) -> jax.Array:
        x = as_float(x)
        penalty = jnp.zeros((), x.dtype)
        if self.l1:
            penalty += self.l1 * jnp.sum(jnp.abs(x))
        if self.l2:
            penalty += self.l2 * jnp.sum(jnp.square(x))
        return penalty

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"l1": self.l1, "l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """`factor` times the mean absolute cosine between different rows (or columns) of a matrix.

    Args:
        factor: factor, not negative.
        mode: `"rows"` or `"columns"`, whichever should be orthogonal.

    Raises:
        ValueError: for a negative factor, an unknown mode, or an input that is no matrix.

    >>> keras.regularizers.OrthogonalRegularizer()([[1.0, 0.0], [0.0, 1.0]]).item()
    0.0
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows"):
        if mode not in ("rows", "columns"):
            raise ValueError(f"mode must be 'rows' or 'columns'; got {mode!r}.")
        self.factor = check_factor("factor", factor, default=0.01)
        self.mode = mode

    def __call__(self, inputs: Any) -> jax.Array:
        x = as_float(inputs)
        if x.ndim != 2:
            raise ValueError(
                f"OrthogonalRegularizer takes matrices; got a tensor of shape {tuple(x.shape)}."
            )
        vectors = x if self.mode == "rows" else x.T
        square = jnp.sum(jnp.square(vectors), axis=1, keepdims=True)
        # A zero vector has no direction; the floor makes its cosines 0 and its gradient finite.
        unit = vectors * jax.lax.rsqrt(jnp.maximum(square, 1e-12))
        count = unit.shape[0]
        cosines = (unit @ unit.T) * (1 - jnp.eye(count, dtype=x.dtype))
        pairs = max(count * (count - 1), 1)
        return self.factor * jnp.sum(jnp.abs(cosines)) / pairs

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"factor": self.factor, "mode": self.mode}


def check_factor(name: str, value: Any, default: float) -> float:
    """The value as a float, after a check; the default for None."""
    if value is None:
        return default
    number = value if isinstance(value, bool) or not hasattr(value, "__float__") else float(value)
    if not isinstance(number, float) or math.isinf(number) or not number >= 0:
        raise ValueError(f"{name} must be a finite number, not negative; got {value!r}.")
    return number
