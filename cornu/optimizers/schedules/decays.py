"""Schedules that let the learning rate fall by a formula in the number of steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.optimizers.schedules.schedule import LearningRateSchedule, as_float, check_positive


class ExponentialDecay(LearningRateSchedule):
    """Falls by a constant factor: `initial * decay_rate ** (step / decay_steps)`.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: number of steps in which it falls by `decay_rate`; positive.
        decay_rate: the factor.
        staircase: whether to fall at the end of each `decay_steps` only.
        name: its name.

    >>> schedule = keras.optimizers.schedules.ExponentialDecay(1.0, 10, 0.5)
    >>> float(schedule(20))
    0.25
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ):
        check_positive("ExponentialDecay", decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> jax.Array:
        part = as_float(step) / as_float(self.decay_steps)
        part = jnp.floor(part) if self.staircase else part
        return as_float(self.initial_learning_rate) * as_float(self.decay_rate) ** part

    def get_config(self) -> dict:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


class InverseTimeDecay(LearningRateSchedule):
    """Falls as `initial / (1 + decay_rate * step / decay_steps)`.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: unit in which steps are counted; positive.
        decay_rate: how fast it falls.
        staircase: whether to fall at the end of each `decay_steps` only.
        name: its name.

    >>> schedule = keras.optimizers.schedules.InverseTimeDecay(1.0, 10, 1.0)
    >>> float(schedule(10))
    0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ):
        check_positive("InverseTimeDecay", decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> jax.Array:
        part = as_float(step) / as_float(self.decay_steps)
        part = jnp.floor(part) if self.staircase else part
        return as_float(self.initial_learning_rate) / (1 + as_float(self.decay_rate) * part)

    def get_config(self) -> dict:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


class PolynomialDecay(LearningRateSchedule):
    """Goes from one rate to another in a given number of steps, along a power of the steps left.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: number of steps until the end rate; positive.
        end_learning_rate: the rate from then on.
        power: the power; 1 is a straight line.
        cycle: whether to start again, in ever longer spans, after the end.
        name: its name.

    >>> schedule = keras.optimizers.schedules.PolynomialDecay(1.0, 10, end_learning_rate=0.0)
    >>> float(schedule(5))
    0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ):
        check_positive("PolynomialDecay", decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> jax.Array:
        step, span = as_float(step), as_float(self.decay_steps)
        if self.cycle:
            span = span * jnp.maximum(jnp.ceil(step / span), 1.0)
        else:
            step = jnp.minimum(step, span)
        left = (1 - step / span) ** as_float(self.power)
        end = as_float(self.end_learning_rate)
        return (as_float(self.initial_learning_rate) - end) * left + end

    def get_config(self) -> dict:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }


class PiecewiseConstantDecay(LearningRateSchedule):
    """Takes given values between given steps.

    Args:
        boundaries: increasing numbers of steps; each is the last step of its value.
        values: the rates, one more than there are boundaries.
        name: its name.

    Raises:
        ValueError: if the numbers of boundaries and values do not match.

    >>> schedule = keras.optimizers.schedules.PiecewiseConstantDecay([5, 9], [1.0, 0.5, 0.25])
    >>> [float(schedule(step)) for step in (5, 6, 10)]
    [1.0, 0.5, 0.25]
    """

    def __init__(
        self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"
    ):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "PiecewiseConstantDecay needs one value more than boundaries; got "
                f"{len(boundaries)} boundaries and {len(values)} values."
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> jax.Array:
        passed = jnp.asarray(step) > jnp.asarray(self.boundaries)
        return jnp.asarray([as_float(value) for value in self.values])[jnp.sum(passed)]

    def get_config(self) -> dict:
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
