"""Adam: steps scaled by running moments of the gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.variable import Variable
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class Adam(Optimizer):
    """Adam: the mean of the gradients over the root of the mean of their squares.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        beta_1: fraction of the old mean of gradients kept in each step.
        beta_2: fraction of the old mean of squares kept in each step.
        epsilon: small number added to the divisor.
        amsgrad: whether to divide by the largest mean of squares so far.
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
        Kingma and Ba 2014, https://arxiv.org/abs/1412.6980;
        Reddi et al. 2018 for AMSGrad, https://openreview.net/pdf?id=ryQu7f-RZ

    >>> weight = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.Adam(learning_rate=0.1)
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
        amsgrad: bool = False,
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
        self.amsgrad = amsgrad

    def build(self, var_list: Iterable[Variable]) -> None:
        variables = list(var_list)
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        if self.amsgrad:
            self._velocity_hats = self.add_optimizer_variables(variables, "velocity_hat")

    def update_step(self, gradient: jax.Array, variable: Variable, learning_rate: Any) -> None:
        index = self._get_variable_index(variable)
        dtype = variable.dtype
        gradient, rate = jnp.asarray(gradient, dtype), jnp.asarray(learning_rate, dtype)

        step = jnp.asarray(self.iterations, dtype) + 1

        m, v = self._momentums[index], self._velocities[index]
        correction_1 = 1 - jnp.asarray(self.beta_1, dtype) ** step
        correction_2 = 1 - jnp.asarray(self.beta_2, dtype) ** step
        alpha = rate * jnp.sqrt(correction_2) / correction_1
        mean = m.raw_value + (gradient - m.raw_value) * (1 - self.beta_1)
        square = v.raw_value + (jnp.square(gradient) - v.raw_value) * (1 - self.beta_2)
        m.assign(mean)
        v.assign(square)
        if self.amsgrad:
            largest = self._velocity_hats[index]
            square = jnp.maximum(largest.raw_value, square)
            largest.assign(square)
        variable.assign(variable.raw_value - mean * alpha / (jnp.sqrt(square) + self.epsilon))

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
