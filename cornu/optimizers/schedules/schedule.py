"""What all learning rate schedules share."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine import dtypes


class LearningRateSchedule:
    """Base of schedules: functions from the number of steps done to the learning rate.

    Subclasses define `__call__(step)`, where `step` is a scalar int array that may be traced, and
    `get_config`.

    >>> class Halving(keras.optimizers.schedules.LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.5**step
    >>> optimizer = keras.optimizers.SGD(learning_rate=Halving())
    """

    def __call__(self, step: Any) -> jax.Array:
        """The learning rate after `step` steps."""
        raise NotImplementedError(f"{type(self).__name__} must define `__call__(self, step)`.")

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        raise NotImplementedError(
            f"{type(self).__name__} must define `get_config`, which returns the constructor's "
            "arguments as a dict, so that it can be saved."
        )

    @classmethod
    def from_config(cls, config: dict) -> LearningRateSchedule:
        """A schedule made from what `get_config` returned."""
        return cls(**config)


def as_float(value: Any) -> jax.Array:
    """A number, array or Variable as an array of the default float type."""
    return jnp.asarray(value, dtypes.standardize_dtype(None))


def check_positive(owner: str, **values: Any) -> None:
    """Raise a ValueError unless all values are positive."""
    for name, value in values.items():
        if value is None or value <= 0:
            raise ValueError(f"{owner}: {name} must be positive; got {value!r}.")
