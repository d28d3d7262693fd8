"""AdamW: Adam with weight decay apart from the gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.optimizers.adam import Adam
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class AdamW(Adam):
    """Adam with decoupled weight decay: `w -= learning_rate * weight_decay * w` in each step.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        weight_decay: fraction of each variable, times the learning rate, taken off in each step.
        beta_1: fraction of the old mean of gradients kept in each step.
        beta_2: fraction of the old mean of squares kept in each step.
        epsilon: small number added to the divisor.
        amsgrad: whether to divide by the largest mean of squares so far.
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
        ValueError: if `weight_decay` is None.

    Reference:
        Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101

    >>> weight = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.AdamW(learning_rate=0.1, weight_decay=0.5)
    >>> optimizer.apply([keras.ops.zeros(1)], [weight])
    >>> round(float(weight[0]), 4)
    0.95
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        if weight_decay is None:
            raise ValueError("AdamW needs a number as weight_decay; use Adam for none.")
        super().__init__(
            learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            amsgrad=amsgrad,
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
