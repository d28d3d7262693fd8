"""`LossScaleOptimizer`: keeps float16 gradients in range by a factor that finds its own size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import registry
from cornu.core.variable import Variable
from cornu.optimizers.conditional import update_if
from cornu.optimizers.optimizer import Optimizer


class LossScaleOptimizer(Optimizer):
    """Scales the loss up before, and the gradients down after differentiation.

    Small gradients are zero in float16, where the smallest number is 6e-8. The scale doubles after
    `dynamic_growth_steps` steps in a row with finite gradients; a step whose gradients are not
    finite is left out, and halves it.

    Args:
        inner_optimizer: the optimizer that gets the true gradients.
        initial_scale: the scale at the start.
        dynamic_growth_steps: number of steps after which the scale doubles.
        name: its name.
        **kwargs: none are known; set clipping and the like on the inner optimizer.

    Reference:
        Micikevicius et al. 2018, https://arxiv.org/abs/1710.03740

    >>> optimizer = keras.optimizers.LossScaleOptimizer(
    ...     keras.optimizers.SGD(learning_rate=1.0), initial_scale=8.0
    ... )
    >>> weight = keras.Variable(1.0)
    >>> optimizer.apply([keras.ops.array(4.0)], [weight])
    >>> float(weight)
    0.5
    """

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(learning_rate=0.0, name=name)
        if kwargs:
            raise ValueError(
                f"LossScaleOptimizer takes no arguments {sorted(kwargs)}. Set them on the inner "
                "optimizer."
            )
        if not isinstance(inner_optimizer, Optimizer):
            raise TypeError(
                "LossScaleOptimizer needs an optimizer as inner_optimizer; got "
                f"{type(inner_optimizer).__name__}. Use `keras.optimizers.get` to make one."
            )
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps

    def build(self, var_list: Iterable[Variable]) -> None:
        variables = list(var_list)
        super().build(variables)
        self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
        self.dynamic_scale = self.add_variable((), name="dynamic_scale")
        self.dynamic_scale.assign(self.initial_scale)
        self.inner_optimizer.build(variables)

    @property
    def variables(self) -> list[Variable]:
        """The scale's state, then that of the inner optimizer."""
        return [*super().variables, *self.inner_optimizer.variables]

    @property
    def iterations(self) -> Any:
        """Number of steps that the inner optimizer has done."""
        return self.inner_optimizer.iterations

    @iterations.setter
    def iterations(self, variable: Variable) -> None:
        self.inner_optimizer.iterations = variable

    @property
    def learning_rate(self) -> Any:
        """The learning rate of the inner optimizer."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        self.inner_optimizer.learning_rate = learning_rate

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the scale."""
        scale = self.dynamic_scale.raw_value if self.built else self.initial_scale
        return self.inner_optimizer.scale_loss(loss * scale)

    def check_finite(self, grads: Sequence[Any]) -> jax.Array:
        """Whether all elements of all gradients are finite, a scalar; None is passed over."""
        found = [jnp.all(jnp.isfinite(gradient)) for gradient in grads if gradient is not None]
        return jnp.all(jnp.stack(found)) if found else jnp.asarray(True)

    def apply(
        self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None
    ) -> None:
        """Do one step with gradients of the scaled loss, if they are finite."""
        grads = list(grads)
        if not grads:
            return
        variables = self._variables_for(grads, trainable_variables)
        pairs = self._present(grads, variables)
        finite = self.check_finite([gradient for gradient, _ in pairs])
        variables = [variable for _, variable in pairs]
        state = [self.step_counter, self.dynamic_scale, *self.inner_optimizer.variables]
        count, scale = self.step_counter.raw_value, self.dynamic_scale.raw_value

        def step() -> None:
            true = [g if v.overwrite_with_gradient else unscaled(g, scale) for g, v in pairs]
            self.inner_optimizer.apply(true, variables)
            grown = count + 1 >= self.dynamic_growth_steps
            self.step_counter.assign(jnp.where(grown, 0, count + 1))
            self.dynamic_scale.assign(jnp.where(grown, scale * 2.0, scale))

        update_if(finite, [*state, *variables], step)
        self.step_counter.assign(jnp.where(finite, self.step_counter.raw_value, 0))
        self.dynamic_scale.assign(jnp.where(finite, self.dynamic_scale.raw_value, scale / 2.0))

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Set variables to the averages of the inner optimizer, if it keeps them."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict:
        return {
            "name": self.name,
            "inner_optimizer": registry.serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> LossScaleOptimizer:
        """An optimizer made from what `get_config` returned."""
        inner = registry.deserialize(
            config["inner_optimizer"], custom_objects=custom_objects, expected=(Optimizer,)
        )
        # Older files hold the arguments of every optimizer, none of which was set.
        known = ("name", "initial_scale", "dynamic_growth_steps")
        return cls(inner, **{key: config[key] for key in known if key in config})


def unscaled(gradient: jax.Array, scale: jax.Array) -> jax.Array:
    """The gradient divided by the scale, in float32 since the scale may be inf in float16."""
    dtype = jnp.promote_types(gradient.dtype, scale.dtype)
    return (gradient.astype(dtype) / scale).astype(gradient.dtype)
