"""FTRL-proximal: sparse linear models by regularised leaders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

from cornu import initializers
from cornu.core.variable import Variable
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class Ftrl(Optimizer):
    """FTRL-proximal: the weights that would have been best so far, under L1 and L2 penalties.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        learning_rate_power: how the learning rate falls with the sum of squares; at most 0.
        initial_accumulator_value: start of the sum of squares; at least 0.
        l1_regularization_strength: L1 penalty; at least 0.
        l2_regularization_strength: L2 penalty of the weights; at least 0.
        l2_shrinkage_regularization_strength: L2 penalty of the gradients; at least 0.
        beta: added to the root of the sum of squares.
        weight_decay: fraction of each variable, times the learning rate, taken off in each step.
        clipnorm: largest norm of the gradient of one variable.
        clipvalue: largest absolute value of an element of a gradient.
        global_clipnorm: largest norm of all gradients together.
        use_ema: whether to keep moving averages of the variables.
        ema_momentum: fraction of the old average kept in each step.
        ema_overwrite_frequency: steps after which variables are set to their averages.
        loss_scale_factor: factor of the loss, by which gradients are divided again.
        gradient_accumulation_steps: number of calls whose mean gradient makes one step.
        name: its name.
        **kwargs: none are known.

    Raises:
        ValueError: for values out of range.

    Reference:
        McMahan et al. 2013, https://research.google.com/pubs/archive/41159.pdf

    >>> weight = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.Ftrl(learning_rate=0.1)
    >>> optimizer.apply([keras.ops.ones(1)], [weight])
    >>> bool(weight[0] < 1.0)
    True
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
            name=name,
            **kwargs,
        )
        if learning_rate_power > 0:
            raise ValueError(
                f"Ftrl: learning_rate_power must be at most 0; got {learning_rate_power}."
            )
        for argument, value in {
            "initial_accumulator_value": initial_accumulator_value,
            "l1_regularization_strength": l1_regularization_strength,
            "l2_regularization_strength": l2_regularization_strength,
            "l2_shrinkage_regularization_strength": l2_shrinkage_regularization_strength,
        }.items():
            if value < 0:
                raise ValueError(f"Ftrl: {argument} must be at least 0; got {value}.")
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def build(self, var_list: Iterable[Variable]) -> None:
        variables = list(var_list)
        super().build(variables)
        self._sums, self._linears = self.add_optimizer_variables(
            variables,
            ["accumulator", "linear"],
            [initializers.Constant(self.initial_accumulator_value), "zeros"],
        )

    def update_step(self, gradient: jax.Array, variable: Variable, learning_rate: Any) -> None:
        index = self._get_variable_index(variable)
        dtype = variable.dtype
        gradient, rate = jnp.asarray(gradient, dtype), jnp.asarray(learning_rate, dtype)

        accumulator, linear = self._sums[index], self._linears[index]
        weight, before = variable.raw_value, accumulator.raw_value
        shrunk = gradient + 2 * self.l2_shrinkage_regularization_strength * weight
        after = before + jnp.square(gradient)
        power = -self.learning_rate_power
        pull = (after**power - before**power) / rate
        z = linear.assign(linear.raw_value + shrunk - pull * weight)
        l1, l2 = self.l1_regularization_strength, self.l2_regularization_strength
        curvature = after**power / rate + 2 * (l2 + self.beta / (2 * rate))
        variable.assign((jnp.clip(z, -l1, l1) - z) / curvature)
        accumulator.assign(after)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "l2_shrinkage_regularization_strength": self.l2_shrinkage_regularization_strength,
            "beta": self.beta,
        }
