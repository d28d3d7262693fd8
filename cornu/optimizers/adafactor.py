"""Adafactor: mean squares of a matrix kept as one row and one column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.variable import Variable
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class Adafactor(Optimizer):
    """Adafactor: Adam without momentum, whose mean squares take the room of a row and a column.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        beta_2_decay: power of the step at which the fraction of new squares falls.
        epsilon_1: small number added to the squares.
        epsilon_2: least size of a variable by which the step is scaled.
        clip_threshold: largest root mean square of a step.
        relative_step: whether the learning rate falls with the root of the step.
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
        Shazeer and Stern 2018, https://arxiv.org/abs/1804.04235

    >>> weight = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.Adafactor(learning_rate=0.1)
    >>> optimizer.apply([keras.ops.ones(1)], [weight])
    >>> bool(weight[0] < 1.0)
    True
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
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
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build(self, var_list: Iterable[Variable]) -> None:
        variables = list(var_list)
        super().build(variables)
        self._r, self._c, self._v = [], [], []
        for variable in variables:
            row, column, square = self._slots(variable)
            self._r.append(row)
            self._c.append(column)
            self._v.append(square)

    def _slots(self, variable: Variable) -> tuple:
        if variable.overwrite_with_gradient:
            return None, None, None
        name, shape, dtype = variable.path.replace("/", "_"), variable.shape, variable.dtype
        if len(shape) < 2:
            # Files hold these two places for variables without rows and columns too.
            row = self.add_variable((), dtype="int32", name=f"{name}_row")
            column = self.add_variable((), dtype="int32", name=f"{name}_column")
        else:
            row = self.add_variable(shape[:-1], dtype=dtype, name=f"{name}_row")
            column = self.add_variable(shape[:-2] + shape[-1:], dtype=dtype, name=f"{name}_column")
        return row, column, self.add_variable_from_reference(variable, "velocity")

    def update_step(self, gradient: jax.Array, variable: Variable, learning_rate: Any) -> None:
        index = self._get_variable_index(variable)
        dtype = variable.dtype
        gradient, rate = jnp.asarray(gradient, dtype), jnp.asarray(learning_rate, dtype)

        step = jnp.asarray(self.iterations, dtype) + 1

        row, column, v = self._r[index], self._c[index], self._v[index]
        if self.relative_step:
            rate = jnp.minimum(rate, 1 / jnp.sqrt(step))
        share = 1 - step**self.beta_2_decay
        alpha = jnp.maximum(self.epsilon_2, root_mean_square(variable.raw_value)) * rate
        square = jnp.square(gradient) + self.epsilon_1
        if variable.ndim < 2:
            square = v.assign(share * v.raw_value + (1 - share) * square)
        else:
            rows = row.assign(share * row.raw_value + (1 - share) * jnp.mean(square, -1))
            columns = column.assign(share * column.raw_value + (1 - share) * jnp.mean(square, -2))
            rows = rows / jnp.mean(rows, -1, keepdims=True)
            square = v.assign(rows[..., :, None] * columns[..., None, :])
        change = gradient * jax.lax.rsqrt(square)
        change = change / jnp.maximum(1.0, root_mean_square(change) / self.clip_threshold)
        variable.assign(variable.raw_value - (alpha * change).astype(dtype))

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }


def root_mean_square(value: jax.Array) -> jax.Array:
    """The root of the mean of the squares."""
    return jnp.sqrt(jnp.mean(jnp.square(value)))
