"""Schedule-free AdamW: averages of the iterates in place of a falling learning rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.variable import Variable
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class ScheduleFreeAdamW(Optimizer):
    """AdamW whose iterates are averaged, so that the learning rate need not fall.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        beta_1: fraction of the average in the point at which gradients are taken.
        beta_2: fraction of the old mean of squares kept in each step.
        epsilon: small number added to the divisor.
        warmup_steps: number of steps in which the learning rate rises to its full value.
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
        ValueError: for a `beta_1` outside (0, 1].

    Reference:
        Defazio et al. 2024, https://arxiv.org/abs/2405.15682

    >>> weight = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.ScheduleFreeAdamW(learning_rate=0.1)
    >>> optimizer.apply([keras.ops.ones(1)], [weight])
    >>> bool(weight[0] < 1.0)
    True
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
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
        if not 0 < beta_1 <= 1:
            raise ValueError(f"ScheduleFreeAdamW: beta_1 must lie in (0, 1]; got {beta_1!r}.")
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def build(self, var_list: Iterable[Variable]) -> None:
        variables = list(var_list)
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        for variable, iterate in zip(variables, self._momentums):
            if iterate is not None:
                iterate.assign(variable.raw_value)

    def update_step(self, gradient: jax.Array, variable: Variable, learning_rate: Any) -> None:
        index = self._get_variable_index(variable)
        dtype = variable.dtype
        gradient, rate = jnp.asarray(gradient, dtype), jnp.asarray(learning_rate, dtype)
        step = jnp.asarray(self.iterations, dtype) + 1
        if self.warmup_steps:
            rate = rate * jnp.minimum(step / self.warmup_steps, 1)
        iterate, v = self._momentums[index], self._velocities[index]
        # The variable lies between the iterate and the average, so it gives the average away.
        average = (variable.raw_value - (1 - self.beta_1) * iterate.raw_value) / self.beta_1
        square = v.assign(self.beta_2 * v.raw_value + (1 - self.beta_2) * jnp.square(gradient))
        square = square / (1 - jnp.asarray(self.beta_2, dtype) ** step)
        change = rate * gradient / (jnp.sqrt(square) + self.epsilon)
        new = iterate.assign(iterate.raw_value - change)
        average = average + (new - average) / step
        variable.assign((1 - self.beta_1) * new + self.beta_1 * average)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "warmup_steps": self.warmup_steps,
        }
