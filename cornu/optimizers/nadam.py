"""Nadam: Adam that looks ahead along its momentum."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.variable import Variable
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class Nadam(Optimizer):
    """Nadam: Adam with Nesterov momentum.

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
        Dozat 2016, http://cs229.stanford.edu/proj2015/054_report.pdf

    >>> weight = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.Nadam(learning_rate=0.1)
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
        self._u_product = self.add_variable((), initializer="ones", name="u_product")

    def update_step(self, gradient: jax.Array, variable: Variable, learning_rate: Any) -> None:
        index = self._get_variable_index(variable)
        dtype = variable.dtype
        gradient, rate = jnp.asarray(gradient, dtype), jnp.asarray(learning_rate, dtype)

        step = jnp.asarray(self.iterations, dtype) + 1

        m, v = self._momentums[index], self._velocities[index]
        u, u_next = self._share(step, dtype), self._share(step + 1, dtype)
        product = jnp.asarray(self._u_product.raw_value, dtype)
        mean = m.assign(m.raw_value + (gradient - m.raw_value) * (1 - self.beta_1))
        square = v.assign(v.raw_value + (jnp.square(gradient) - v.raw_value) * (1 - self.beta_2))
        mean = u_next * mean / (1 - product * u_next) + (1 - u) * gradient / (1 - product)
        square = square / (1 - jnp.asarray(self.beta_2, dtype) ** step)
        variable.assign(variable.raw_value - mean * rate / (jnp.sqrt(square) + self.epsilon))

    def _share(self, step: jax.Array, dtype: Any) -> jax.Array:
        return self.beta_1 * (1 - 0.5 * jnp.asarray(0.96, dtype) ** step)

    def _backend_update_step(
        self, grads: list, trainable_variables: list, learning_rate: Any
    ) -> None:
        dtype = self._u_product.dtype
        share = self._share(jnp.asarray(self.iterations, dtype) + 1, dtype)
        self._u_product.assign(self._u_product.raw_value * share)
        super()._backend_update_step(grads, trainable_variables, learning_rate)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
