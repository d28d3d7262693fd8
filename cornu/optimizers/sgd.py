"""Gradient descent, with momentum if wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.variable import Variable
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class SGD(Optimizer):
    """Gradient descent, with or without momentum.

    `w -= learning_rate * g`, or with momentum `v = momentum * v - learning_rate * g; w += v`.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        momentum: fraction of the last change that is done again, from 0 to 1.
        nesterov: whether to look ahead along the momentum: `w += momentum * v - learning_rate * g`.
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
        ValueError: for a momentum outside [0, 1].

    >>> weight = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.SGD(learning_rate=0.1)
    >>> optimizer.apply([keras.ops.ones(1)], [weight])
    >>> bool(weight[0] < 1.0)
    True
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(f"SGD: momentum must be a number from 0 to 1; got {momentum!r}.")
        self.momentum = momentum
        self.nesterov = nesterov

    def build(self, variables: Iterable[Variable]) -> None:
        variables = list(variables)
        super().build(variables)
        self.momentums = (
            self.add_optimizer_variables(variables, "momentum") if self.momentum != 0 else []
        )

    def update_step(self, gradient: jax.Array, variable: Variable, learning_rate: Any) -> None:
        dtype = variable.dtype
        gradient, rate = jnp.asarray(gradient, dtype), jnp.asarray(learning_rate, dtype)
        if not self.momentums:
            variable.assign(variable.raw_value - rate * gradient)
            return
        slot = self.momentums[self._get_variable_index(variable)]
        momentum = jnp.asarray(self.momentum, dtype)
        velocity = momentum * slot.raw_value - rate * gradient
        slot.assign(velocity)
        change = momentum * velocity - rate * gradient if self.nesterov else velocity
        variable.assign(variable.raw_value + change)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "nesterov": self.nesterov,
        }
