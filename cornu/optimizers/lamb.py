"""Lamb: Adam whose step has the norm of the variable, for large batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.variable import Variable
from cornu.optimizers.clipping import norm
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class Lamb(Optimizer):
    """Lamb: Adam's step, scaled for each variable by the ratio of its norm to that of the step.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        beta_1: fraction of the old mean of gradients kept in each step.
        beta_2: fraction of the old mean of squares kept in each step.
        epsilon: small number added to the divisor.
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

    Reference:
        You et al. 2019, https://arxiv.org/abs/1904.00962

    >>> weight = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.Lamb(learning_rate=0.1)
    >>> optimizer.apply([keras.ops.ones(1)], [weight])
    >>> bool(weight[0] < 1.0)
    True
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
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
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, var_list: Iterable[Variable]) -> None:
        variables = list(var_list)
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )

    def update_step(self, gradient: jax.Array, variable: Variable, learning_rate: Any) -> None:
        index = self._get_variable_index(variable)
        dtype = variable.dtype
        gradient, rate = jnp.asarray(gradient, dtype), jnp.asarray(learning_rate, dtype)

        step = jnp.asarray(self.iterations, dtype) + 1

        m, v = self._momentums[index], self._velocities[index]
        mean = m.assign(m.raw_value + (gradient - m.raw_value) * (1 - self.beta_1))
        square = v.assign(v.raw_value + (jnp.square(gradient) - v.raw_value) * (1 - self.beta_2))
        mean = mean / (1 - jnp.asarray(self.beta_1, dtype) ** step)
        square = square / (1 - jnp.asarray(self.beta_2, dtype) ** step)
        change = mean / (jnp.sqrt(square) + self.epsilon)
        weight_norm, change_norm = norm(variable.raw_value), norm(change)
        known = (weight_norm > 0) & (change_norm > 0)
        ratio = jnp.where(known, weight_norm / jnp.where(known, change_norm, 1), 1).astype(dtype)
        variable.assign(variable.raw_value - ratio * rate * change)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
