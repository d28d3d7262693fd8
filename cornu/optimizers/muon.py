"""Muon: momentum made orthogonal, for matrices; Adam for everything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.variable import Variable
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class Muon(Optimizer):
    """Steps along the orthogonal matrix nearest to the momentum.

    Matrices other than embeddings take such steps; vectors, convolution kernels, embeddings and
    excluded layers take those of AdamW.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        adam_beta_1: `beta_1` of Adam.
        adam_beta_2: `beta_2` of Adam.
        adam_weight_decay: weight decay of the variables that Adam trains.
        epsilon: small number added to divisors.
        weight_decay: weight decay of the matrices.
        clipnorm: largest norm of the gradient of one variable.
        clipvalue: largest absolute value of an element of a gradient.
        global_clipnorm: largest norm of all gradients together.
        use_ema: whether to keep moving averages of the variables.
        ema_momentum: fraction of the old average kept in each step.
        ema_overwrite_frequency: steps after which variables are set to their averages.
        loss_scale_factor: factor of the loss, by which gradients are divided again.
        gradient_accumulation_steps: number of calls whose mean gradient makes one step.
        name: its name.
        exclude_layers: regular expressions; Adam trains variables in whose path one is found.
        exclude_embeddings: whether Adam trains variables with "embedding" in their path.
        muon_a: first coefficient of the Newton-Schulz iteration.
        muon_b: second coefficient.
        muon_c: third coefficient.
        adam_lr_ratio: learning rate of Adam, as a multiple of that of the matrices.
        momentum: fraction of the old momentum kept in each step.
        ns_steps: number of Newton-Schulz iterations.
        nesterov: whether to look ahead along the momentum.
        rms_rate: root mean square of a step at learning rate 1; None for steps of norm-1 rows.
        **kwargs: none are known.

    Reference:
        Jordan et al. 2024, https://kellerjordan.github.io/posts/muon;
        Liu et al. 2025, https://arxiv.org/abs/2502.16982

    >>> weight = keras.Variable([[1.0]])
    >>> optimizer = keras.optimizers.Muon(learning_rate=0.1)
    >>> optimizer.apply([keras.ops.ones((1, 1))], [weight])
    >>> bool(weight[0, 0] < 1.0)
    True
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
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
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.epsilon = epsilon
        self.exclude_layers = list(exclude_layers or [])
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.exclude_embeddings = exclude_embeddings
        self.adam_weight_decay = adam_weight_decay
        self.rms_rate = rms_rate

    def build(self, var_list: Iterable[Variable]) -> None:
        variables = list(var_list)
        super().build(variables)
        self._momentums: list[Variable | None] = []
        self._velocities: list[Variable | None] = []
        for variable in variables:
            momentum = velocity = None
            if not variable.overwrite_with_gradient:
                momentum = self.add_variable_from_reference(variable, "momentum")
                if self._uses_adam(variable):
                    velocity = self.add_variable_from_reference(variable, "velocity")
            self._momentums.append(momentum)
            self._velocities.append(velocity)

    def _uses_adam(self, variable: Variable) -> bool:
        if variable.ndim != 2:
            return True
        if self.exclude_embeddings and "embedding" in variable.path.lower():
            return True
        return any(re.search(pattern, variable.path) for pattern in self.exclude_layers)

    def update_step(self, gradient: jax.Array, variable: Variable, learning_rate: Any) -> None:
        dtype = variable.dtype
        gradient, rate = jnp.asarray(gradient, dtype), jnp.asarray(learning_rate, dtype)
        index = self._get_variable_index(variable)
        if self._velocities[index] is not None:
            self._adam_step(gradient, variable, rate * self.adam_lr_ratio, index)
            return
        slot = self._momentums[index]
        momentum = slot.assign(self.momentum * slot.raw_value + gradient)
        ahead = gradient + self.momentum * momentum if self.nesterov else momentum
        change = self._orthogonalized(ahead)
        if self.rms_rate is not None:
            # A semi-orthogonal matrix of n x m has root mean square 1 / sqrt(max(n, m)).
            change = change * (self.rms_rate * max(variable.shape) ** 0.5)
        variable.assign(variable.raw_value - rate * change)

    def _adam_step(self, gradient: Any, variable: Variable, rate: Any, index: int) -> None:
        dtype, m, v = variable.dtype, self._momentums[index], self._velocities[index]
        step = jnp.asarray(self.iterations, dtype) + 1
        correction_1 = 1 - jnp.asarray(self.adam_beta_1, dtype) ** step
        correction_2 = 1 - jnp.asarray(self.adam_beta_2, dtype) ** step
        mean = m.assign(m.raw_value + (gradient - m.raw_value) * (1 - self.adam_beta_1))
        square = jnp.square(gradient)
        square = v.assign(v.raw_value + (square - v.raw_value) * (1 - self.adam_beta_2))
        alpha = rate * jnp.sqrt(correction_2) / correction_1
        variable.assign(variable.raw_value - mean * alpha / (jnp.sqrt(square) + self.epsilon))

    def _orthogonalized(self, matrix: jax.Array) -> jax.Array:
        """The matrix with all singular values brought near 1, by a polynomial in it."""
        if matrix.shape[0] > matrix.shape[1]:
            return self._orthogonalized(matrix.T).T
        matrix = matrix / (jnp.linalg.norm(matrix) + self.epsilon)
        for _ in range(self.ns_steps):
            square = matrix @ matrix.T
            polynomial = self.muon_b * square + self.muon_c * square @ square
            matrix = self.muon_a * matrix + polynomial @ matrix
        return matrix

    def _apply_weight_decay(self, variables: list[Variable]) -> None:
        for variable in variables:
            adam = self._velocities[self._get_variable_index(variable)] is not None
            decay = self.adam_weight_decay if adam else self.weight_decay
            if decay is not None and self._use_weight_decay(variable):
                self._decay(variable, decay)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "adam_beta_1": self.adam_beta_1,
            "adam_beta_2": self.adam_beta_2,
            "epsilon": self.epsilon,
            "exclude_layers": self.exclude_layers,
            "muon_a": self.muon_a,
            "muon_b": self.muon_b,
            "muon_c": self.muon_c,
            "adam_lr_ratio": self.adam_lr_ratio,
            "momentum": self.momentum,
            "ns_steps": self.ns_steps,
            "nesterov": self.nesterov,
            "exclude_embeddings": self.exclude_embeddings,
            "adam_weight_decay": self.adam_weight_decay,
            "rms_rate": self.rms_rate,
        }
