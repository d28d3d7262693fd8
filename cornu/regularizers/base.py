"""What all regularizers share."""

from __future__ import annotations

from typing import Any

import jax


class Regularizer:
    """Base of objects that give the penalty which a weight or an output adds to the loss.

    Subclasses define `__call__(x)`, and `get_config` if their constructor takes arguments.

    >>> class Mean(keras.Regularizer):
    ...     def __call__(self, x):
    ...         return keras.ops.mean(x)
    >>> Mean()([1.0, 3.0]).item()
    2.0
    """

    def __call__(self, x: Any) -> jax.Array:
        """The penalty, a scalar."""
        raise NotImplementedError(f"{type(self).__name__} must define `__call__(self, x)`.")

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        raise NotImplementedError(
            f"{type(self).__name__} must define `get_config`, which returns the constructor's "
            "arguments as a dict, so that it can be saved."
        )

    @classmethod
    def from_config(cls, config: dict) -> Regularizer:
        """A regularizer made from what `get_config` returned."""
        return cls(**config)
