"""Initializers whose values follow from their arguments alone."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.engine import dtypes
from cornu.initializers.base import Initializer


class Constant(Initializer):
    """The same value everywhere, or an array that broadcasts to the shape.

    Args:
        value: a number, or an array that broadcasts to the shape asked for.

    >>> keras.initializers.Constant(3)((2,)).tolist()
    [3.0, 3.0]
    """

    def __init__(self, value: Any = 0.0):
        self.value = value

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        value = np.asarray(self.value).astype(dtypes.canonical(dtype))
        return jnp.asarray(np.broadcast_to(value, tuple(shape)))

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {"value": registry.serialize(self.value)}

    @classmethod
    def from_config(cls, config: dict) -> Constant:
        """An initializer made from what `get_config` returned."""
        return cls(registry.deserialize(config["value"], expected=()))


class Zeros(Initializer):
    """All 0.

    >>> keras.initializers.Zeros()((2,)).tolist()
    [0.0, 0.0]
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        return jnp.asarray(np.zeros(tuple(shape), dtypes.canonical(dtype)))


class Ones(Initializer):
    """All 1.

    >>> keras.initializers.Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        return jnp.asarray(np.ones(tuple(shape), dtypes.canonical(dtype)))


class Identity(Initializer):
    """The identity matrix times `gain`; for matrices only.

    Args:
        gain: the value on the diagonal.

    Raises:
        ValueError: when called with a shape that is not of two dimensions.

    >>> keras.initializers.Identity()((2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, gain: float = 1.0):
        self.gain = gain

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        if len(shape) != 2:
            raise ValueError(
                f"Identity makes matrices, so the shape must have two dimensions; got {shape}. "
                "For other weights use Orthogonal."
            )
        return jnp.asarray((self.gain * np.eye(*shape)).astype(dtypes.canonical(dtype)))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"gain": self.gain}
