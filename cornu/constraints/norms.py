"""Constraints on the sign of weights and on the norm of the vectors they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.constraints.base import Constraint
from cornu.engine import config
from cornu.ops.op import as_float

Axis = int | Sequence[int]


class NonNeg(Constraint):
    """Negative weights become 0.

    >>> keras.constraints.NonNeg()([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """

    def __call__(self, w: Any) -> jax.Array:
        return jnp.maximum(as_float(w), 0)


class MaxNorm(Constraint):
    """Vectors longer than `max_value` are cut to that length.

    Args:
        max_value: the greatest norm allowed.
        axis: axis or axes along which norms are taken: 0 for a kernel of shape
            (inputs, units), so that each unit's incoming weights form a vector; (0, 1, 2) for a
            kernel of an image convolution.

    References:
        Srivastava et al., 2014, https://jmlr.org/papers/v15/srivastava14a.html

    >>> keras.constraints.MaxNorm(5.0)([[6.0], [8.0]]).round(4).tolist()
    [[3.0], [4.0]]
    """

    def __init__(self, max_value: float = 2, axis: Axis = 0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> jax.Array:
        w = as_float(w)
        norms = norm(w, self.axis)
        return w * (jnp.clip(norms, 0, self.max_value) / (config.epsilon() + norms))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"max_value": self.max_value, "axis": self.axis}


class UnitNorm(Constraint):
    """Every vector gets length 1.

    Args:
        axis: axis or axes along which norms are taken; see `MaxNorm`.

    >>> unit = keras.constraints.UnitNorm()([[3.0], [4.0]])
    >>> [round(x, 4) for x in unit[:, 0].tolist()]
    [0.6, 0.8]
    """

    def __init__(self, axis: Axis = 0):
        self.axis = axis

    def __call__(self, w: Any) -> jax.Array:
        w = as_float(w)
        return w / (config.epsilon() + norm(w, self.axis))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Vectors are moved towards lengths between `min_value` and `max_value`.

    Args:
        min_value: the smallest norm allowed.
        max_value: the greatest norm allowed.
        rate: 1 goes the whole way at once; below 1, that fraction of it at each step.
        axis: axis or axes along which norms are taken; see `MaxNorm`.

    >>> keras.constraints.MinMaxNorm(max_value=5.0)([[6.0], [8.0]]).round(4).tolist()
    [[3.0], [4.0]]
    """

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: Axis = 0,
    ):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> jax.Array:
        w = as_float(w)
        norms = norm(w, self.axis)
        target = jnp.clip(norms, self.min_value, self.max_value)
        target = self.rate * target + (1 - self.rate) * norms
        return w * (target / (config.epsilon() + norms))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


def norm(w: jax.Array, axis: Axis) -> jax.Array:
    """Euclidean norms along the axes, which stay with size 1."""
    axes = axis if isinstance(axis, int) else tuple(axis)
    return jnp.sqrt(jnp.sum(jnp.square(w), axis=axes, keepdims=True))
