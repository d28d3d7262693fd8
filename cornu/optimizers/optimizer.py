"""`Optimizer`: what all optimizers share, from gradients to assigned variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.core.identifiers import unknown_arguments
from cornu.core.state import pure
from cornu.core.variable import Variable
from cornu.engine.identity import IdentitySet
from cornu.engine.names import auto_name, to_snake_case
from cornu.engine.user_warnings import warn
from cornu.optimizers.clipping import clip_by_global_norm, clip_by_norm
from cornu.optimizers.conditional import update_if
from cornu.optimizers.schedules.schedule import LearningRateSchedule
from cornu.optimizers.settings import check_learning_rate, check_numbers
from cornu.optimizers.state import OptimizerState


class Optimizer(OptimizerState):
    """Base of optimizers: objects that change variables by their gradients.

    Subclasses define `update_step(gradient, variable, learning_rate)`, `build(variables)` if they
    keep state for each variable, and `get_config` if their constructor takes more arguments.

    Args:
        learning_rate: a number, a `LearningRateSchedule`, or a function without arguments.
        weight_decay: fraction of each variable, times the learning rate, taken off in each step.
        clipnorm: largest norm of the gradient of one variable.
        clipvalue: largest absolute value of an element of a gradient.
        global_clipnorm: largest norm of all gradients together.
        use_ema: whether to keep exponential moving averages of the variables.
        ema_momentum: fraction of the old average kept in each step, from 0 to 1.
        ema_overwrite_frequency: number of steps after which the variables are set to their
            averages; None to do so only at the end of training.
        loss_scale_factor: factor of the loss, by which gradients are divided again.
        gradient_accumulation_steps: number of calls whose mean gradient makes one step; at least 2.
        name: its name; made from the class name by default.
        **kwargs: none are known.

    Raises:
        ValueError: for values out of range, unknown arguments, or more than one way of clipping.

    >>> class Descent(keras.optimizers.Optimizer):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         self.assign_sub(variable, learning_rate * gradient)
    >>> weight = keras.Variable(1.0)
    >>> Descent(learning_rate=0.5).apply([keras.ops.ones(())], [weight])
    >>> float(weight)
    0.5
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Callable,
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
        if kwargs.pop("decay", None) is not None:
            warn(
                "The argument `decay` of optimizers has no effect; pass a schedule such as "
                "`keras.optimizers.schedules.InverseTimeDecay` as the learning rate."
            )
        self.name = name or auto_name(to_snake_case(type(self).__name__))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._check_settings(learning_rate, kwargs)
        self._excluded = IdentitySet()
        self._excluded_names: list[str] = []
        self._warned_of_missing = False
        super().__init__(learning_rate)

    def __new__(cls, *args: Any, **kwargs: Any) -> Optimizer:
        check_numbers(cls, args, kwargs)
        return super().__new__(cls)

    def _check_settings(self, learning_rate: Any, unknown: dict) -> None:
        where = f"{type(self).__name__} {self.name!r}"
        if unknown:
            hint = " Did you mean learning_rate?" if "lr" in unknown else ""
            raise ValueError(f"{where}: {unknown_arguments(type(self), unknown)}{hint}")
        check_learning_rate(where, learning_rate)
        clips = {key: getattr(self, key) for key in ("clipnorm", "clipvalue", "global_clipnorm")}
        given = {key: value for key, value in clips.items() if value is not None}
        if len(given) > 1:
            raise ValueError(f"{where} clips gradients in one way only; got {given}.")
        for key, value in {**given, "weight_decay": self.weight_decay}.items():
            if value is not None and not isinstance(value, bool) and value < 0:
                raise ValueError(f"{where}: {key} must not be negative; got {value}.")
        if self.use_ema and not 0 <= self.ema_momentum <= 1:
            raise ValueError(f"{where}: ema_momentum must lie in [0, 1]; got {self.ema_momentum}.")
        frequency = self.ema_overwrite_frequency
        if self.use_ema and frequency and (not isinstance(frequency, int) or frequency < 1):
            raise ValueError(
                f"{where}: ema_overwrite_frequency must be a positive int or None; "
                f"got {frequency!r}."
            )
        steps = self.gradient_accumulation_steps
        if steps is not None and (not isinstance(steps, int) or steps < 2):
            raise ValueError(
                f"{where}: gradient_accumulation_steps must be an int of at least 2, or None; "
                f"got {steps!r}."
            )

    # --- steps -------------------------------------------------------------------------------

    def update_step(self, gradient: jax.Array, variable: Variable, learning_rate: Any) -> None:
        """Change one variable, and the state that belongs to it, by its gradient.

        Args:
            gradient: array of the variable's shape.
            variable: the model's variable.
            learning_rate: scalar array.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define "
            "`update_step(self, gradient, variable, learning_rate)`."
        )

    def apply_gradients(self, grads_and_vars: Iterable[tuple]) -> Any:
        """Do one step with pairs (gradient, variable).

        Returns:
            The number of calls so far.

        Raises:
            ValueError: if there are no pairs, or a variable is unknown.
        """
        pairs = list(grads_and_vars)
        if not pairs:
            raise ValueError(
                f"Optimizer {self.name!r}: `apply_gradients` got no pairs (gradient, variable). "
                "Pass one for each variable to train."
            )
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])
        return self._iterations

    def apply(
        self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None
    ) -> None:
        """Do one step.

        Args:
            grads: one gradient for each variable, None for those that the loss does not depend on.
            trainable_variables: the variables; those it was built for by default.

        Raises:
            ValueError: if there are no gradients at all, their number is not that of the variables,
                or a variable is unknown.

        >>> optimizer = keras.optimizers.SGD(learning_rate=0.5)
        >>> weight = keras.Variable([1.0, 2.0])
        >>> optimizer.apply([keras.ops.ones(2)], [weight])
        >>> weight.numpy().tolist()
        [0.5, 1.5]
        """
        grads = list(grads)
        if not grads:
            return
        variables = self._variables_for(grads, trainable_variables)
        pairs = self._present(grads, variables)
        for gradient, variable in pairs:
            if variable.overwrite_with_gradient:
                variable.assign(gradient)
        pairs = [(g, v) for g, v in pairs if not v.overwrite_with_gradient]
        if pairs:
            grads, variables = [g for g, _ in pairs], [v for _, v in pairs]
            if self.loss_scale_factor:
                grads = [gradient / self.loss_scale_factor for gradient in grads]
            self._accumulate_and_step(grads, variables)
            for variable in variables:
                if variable.constraint is not None:
                    variable.assign(variable.constraint(variable.raw_value))
        self._iterations.assign_add(1)

    def _variables_for(self, grads: list, trainable_variables: Any) -> list[Variable]:
        if trainable_variables is None:
            if not self.built:
                raise ValueError(
                    f"Optimizer {self.name!r} got gradients without variables, but is not built. "
                    "Call `optimizer.build(model.trainable_variables)` first, or pass them."
                )
            trainable_variables = self._trainable_variables
        variables = list(trainable_variables)
        if len(grads) != len(variables):
            raise ValueError(
                f"Optimizer {self.name!r} got {len(grads)} gradients for {len(variables)} "
                "variables; there must be one for each (None where there is none)."
            )
        if not self.built:
            self.build(variables)
        for variable in variables:
            if variable not in self._positions:
                raise ValueError(
                    f"Optimizer {self.name!r} was built for other variables and does not know "
                    f"{getattr(variable, 'path', variable)!r}. Build it with all variables that it "
                    "shall train, or make a new optimizer."
                )
        return variables

    def _present(self, grads: list, variables: list[Variable]) -> list[tuple]:
        pairs = [(g, v) for g, v in zip(grads, variables) if g is not None]
        if not pairs:
            raise ValueError(
                f"Optimizer {self.name!r} got None as the gradient of every variable: the loss "
                "depends on none of them."
            )
        if len(pairs) < len(grads) and not self._warned_of_missing:
            self._warned_of_missing = True
            missing = [v.path for g, v in zip(grads, variables) if g is None]
            warn(
                f"There are no gradients for {missing}, so they are not trained: the loss does not "
                "depend on them."
            )
        return [(jnp.asarray(g, v.dtype), v) for g, v in pairs]

    def _accumulate_and_step(self, grads: list, variables: list[Variable]) -> None:
        steps = self.gradient_accumulation_steps
        if not steps:
            self._step(grads, variables)
            return
        slots = [self._accumulators[self._get_variable_index(v)] for v in variables]
        sums = [slot.raw_value + gradient for slot, gradient in zip(slots, grads)]
        is_last = (self._iterations.raw_value + 1) % steps == 0
        for slot, total in zip(slots, sums):
            slot.assign(jnp.where(is_last, jnp.zeros_like(total), total))
        kept = IdentitySet([*slots, self._iterations])
        state = [v for v in self.variables if v not in kept]
        update_if(
            is_last,
            [*state, *variables],
            lambda: self._step([total / steps for total in sums], variables),
        )

    def _step(self, grads: list, variables: list[Variable]) -> None:
        grads = self._clipped(grads)
        learning_rate = jnp.asarray(self._learning_rate_value())
        self._apply_weight_decay(variables)
        self._backend_update_step(grads, variables, learning_rate)
        if self.use_ema:
            self._update_averages(self._trainable_variables)

    def _backend_update_step(self, grads: list, trainable_variables: list, learning_rate: Any):
        for gradient, variable in zip(grads, trainable_variables):
            self.update_step(gradient, variable, learning_rate)

    def _learning_rate_value(self) -> Any:
        rate = self.learning_rate
        return rate.raw_value if isinstance(rate, Variable) else rate

    def _clipped(self, grads: list) -> list:
        if self.clipnorm is not None and self.clipnorm > 0:
            return [clip_by_norm(gradient, self.clipnorm) for gradient in grads]
        if self.global_clipnorm is not None and self.global_clipnorm > 0:
            return clip_by_global_norm(grads, self.global_clipnorm)
        if self.clipvalue is not None and self.clipvalue > 0:
            return [jnp.clip(gradient, -self.clipvalue, self.clipvalue) for gradient in grads]
        return grads

    def stateless_apply(
        self,
        optimizer_variables: Sequence[Any],
        grads: Sequence[Any],
        trainable_variables: Sequence[Any],
    ) -> tuple[list, list]:
        """Do one step as a pure function.

        Args:
            optimizer_variables: values of `variables`.
            grads: one gradient for each trainable variable.
            trainable_variables: values of the variables it was built for.

        Returns:
            The new values of the trainable variables, and of `variables`.

        Raises:
            ValueError: if it is not built, or for a wrong number of values.
        """
        if not self.built:
            raise ValueError(
                f"Optimizer {self.name!r} must be built before `stateless_apply`. Call "
                "`optimizer.build(model.trainable_variables)`."
            )
        state = self.variables
        for what, given, known in (
            ("optimizer_variables", optimizer_variables, state),
            ("trainable_variables", trainable_variables, self._trainable_variables),
        ):
            if len(given) != len(known):
                raise ValueError(
                    f"Optimizer {self.name!r} got {len(given)} values as {what}; it has "
                    f"{len(known)}."
                )
        variables = self._trainable_variables, state
        values = list(trainable_variables), list(optimizer_variables)
        return pure(self.apply, variables)(values, grads)[1]

    def scale_loss(self, loss: Any) -> Any:
        """The loss times `loss_scale_factor`, if there is one."""
        return loss * self.loss_scale_factor if self.loss_scale_factor else loss

    def assign(self, variable: Variable, value: Any) -> None:
        """Set a variable."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Add to a variable."""
        variable.assign(variable.raw_value + jnp.asarray(value, variable.dtype))

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtract from a variable."""
        variable.assign(variable.raw_value - jnp.asarray(value, variable.dtype))

    # --- weight decay and averages -------------------------------------------------------------

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Leave variables out of weight decay.

        Args:
            var_list: variables.
            var_names: regular expressions; a variable in whose name one is found is left out.

        A model that has trained keeps its compiled step: call this before `fit`, for instance after
        loading, or compile the model again.
        """
        self._excluded = IdentitySet(var_list or ())
        self._excluded_names = list(var_names or ())

    def _use_weight_decay(self, variable: Variable) -> bool:
        if variable in self._excluded:
            return False
        return not any(re.search(pattern, variable.name) for pattern in self._excluded_names)

    def _apply_weight_decay(self, variables: list[Variable]) -> None:
        if self.weight_decay is None:
            return
        for variable in variables:
            if self._use_weight_decay(variable):
                self._decay(variable, self.weight_decay)

    def _decay(self, variable: Variable, share: float) -> None:
        rate = jnp.asarray(self._learning_rate_value(), variable.dtype)
        value = variable.raw_value
        variable.assign(value - value * jnp.asarray(share, variable.dtype) * rate)

    def _update_averages(self, variables: list[Variable]) -> None:
        count = jnp.asarray(self.iterations)
        for variable, average in zip(variables, self._averages):
            if average is None:
                continue
            # The first step sets the average to the variable itself.
            momentum = jnp.where(count != 0, self.ema_momentum, 0.0).astype(average.dtype)
            new = momentum * average.raw_value + (1 - momentum) * variable.raw_value
            average.assign(new)
            if self.ema_overwrite_frequency:
                now = (count + 1) % self.ema_overwrite_frequency == 0
                variable.assign(jnp.where(now, new, variable.raw_value))

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Set variables to their averages, at the end of training, if `use_ema` is on.

        Args:
            var_list: variables it was built for.
        """
        if not self.use_ema:
            return
        for variable in var_list:
            average = self._averages[self._get_variable_index(variable)]
            if average is not None:
                variable.assign(average.raw_value)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            rate = float(np.asarray(rate.raw_value))
        else:
            rate = registry.serialize(rate)
        return {
            "name": self.name,
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Optimizer:
        """An optimizer made from what `get_config` returned."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = registry.deserialize(
                config["learning_rate"], custom_objects, expected=(LearningRateSchedule,)
            )
        return cls(**config)
