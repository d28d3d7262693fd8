"""Cosine schedules, once or with restarts (Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983)."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from cornu.optimizers.schedules.schedule import LearningRateSchedule, as_float, check_positive


class CosineDecay(LearningRateSchedule):
    """Rises along a line to a target, if there is a warm-up, then falls along half a cosine.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: number of steps of the fall; positive.
        alpha: the lowest rate, as a fraction of the highest.
        name: its name.
        warmup_target: the rate at the end of the warm-up; None for no warm-up.
        warmup_steps: number of steps of the warm-up.

    >>> schedule = keras.optimizers.schedules.CosineDecay(1.0, 10)
    >>> round(float(schedule(5)), 4)
    0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ):
        check_positive("CosineDecay", decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> jax.Array:
        step, initial = as_float(step), as_float(self.initial_learning_rate)
        if self.warmup_target is None:
            return self._fall(step, initial)
        target, warmup = as_float(self.warmup_target), as_float(self.warmup_steps)
        # Without warm-up steps the line is never taken; the bound only keeps it finite.
        rise = initial + (target - initial) * step / jnp.maximum(warmup, 1)
        return jnp.where(step < warmup, rise, self._fall(step - warmup, target))

    def _fall(self, step: jax.Array, top: jax.Array) -> jax.Array:
        part = jnp.minimum(step / as_float(self.decay_steps), 1.0)
        share = 0.5 * (1 + jnp.cos(math.pi * part))
        alpha = as_float(self.alpha)
        return top * ((1 - alpha) * share + alpha)

    def get_config(self) -> dict:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }


class CosineDecayRestarts(LearningRateSchedule):
    """Falls along half a cosine, jumps up and falls again, each time longer and from lower.

    Args:
        initial_learning_rate: the rate at step 0.
        first_decay_steps: number of steps of the first fall; positive.
        t_mul: how much longer each fall is than the one before.
        m_mul: fraction of the height before from which each fall starts.
        alpha: the lowest rate, as a fraction of the highest.
        name: its name.

    >>> schedule = keras.optimizers.schedules.CosineDecayRestarts(1.0, 10)
    >>> float(schedule(10))
    1.0
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ):
        check_positive("CosineDecayRestarts", first_decay_steps=first_decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> jax.Array:
        part = as_float(step) / as_float(self.first_decay_steps)
        if self.t_mul == 1.0:
            fall = jnp.floor(part)
            part = part - fall
        else:
            # The falls before number i take (1 - t_mul**i) / (1 - t_mul) first spans together.
            t_mul = as_float(self.t_mul)
            fall = jnp.floor(jnp.log(1.0 - part * (1.0 - t_mul)) / jnp.log(t_mul))
            part = (part - (1.0 - t_mul**fall) / (1.0 - t_mul)) / t_mul**fall
        share = 0.5 * as_float(self.m_mul) ** fall * (1 + jnp.cos(math.pi * part))
        alpha = as_float(self.alpha)
        return as_float(self.initial_learning_rate) * ((1 - alpha) * share + alpha)

    def get_config(self) -> dict:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
