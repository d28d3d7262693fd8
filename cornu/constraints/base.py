"""What all constraints share."""

from __future__ import annotations

from typing import Any

import jax


class Constraint:
    """Base of functions that bring a weight back into a set after each optimizer step.

    Subclasses define `__call__(w)`, and `get_config` if their constructor takes arguments.

    >>> class Halved(keras.constraints.Constraint):
    ...     def __call__(self, w):
    ...         return w / 2
    >>> Halved()(keras.ops.ones((2,))).tolist()
    [0.5, 0.5]
    """

    def __call__(self, w: Any) -> jax.Array:
        """The weight, projected."""
        raise NotImplementedError(f"{type(self).__name__} must define `__call__(self, w)`.")

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {}

    @classmethod
    def from_config(cls, config: dict) -> Constraint:
        """A constraint made from what `get_config` returned."""
        return cls(**config)
