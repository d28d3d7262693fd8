"""The variables that an optimizer keeps, and their way to files and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cornu import initializers
from cornu.core.scope import name_path
from cornu.core.tracking import Tracked
from cornu.core.variable import Variable, unwrapped
from cornu.engine.identity import IdentityMap
from cornu.engine.user_warnings import warn
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class OptimizerState(Tracked):
    """Base of `Optimizer` that holds its variables."""

    name: str
    built: bool
    use_ema: bool
    gradient_accumulation_steps: int | None

    def __init__(self, learning_rate: Any):
        self.built = False
        self._variables: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._positions = IdentityMap()
        self._iterations = self.add_variable((), dtype="int32", name="iteration")
        self._learning_rate: Any = None
        self._set_learning_rate(learning_rate)

    # --- state -----------------------------------------------------------------------------

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str | None = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Add a variable to the optimizer's state.

        Args:
            shape: its shape.
            initializer: name of an initializer, or a function `(shape, dtype)`.
            dtype: its dtype; `floatx` by default.
            aggregation: how replicas agree.
            layout: kept for compatibility.
            name: its name.
        """
        with name_path((self.name,)):
            variable = Variable(
                initializers.get(initializer),
                shape=shape,
                dtype=dtype,
                trainable=False,
                autocast=False,
                aggregation=aggregation,
                name=name,
            )
        self._track(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Add a variable of the shape and dtype of a model's variable.

        Args:
            reference_variable: the model's variable.
            name: put behind the path of the model's variable.
            initializer: name of an initializer, or a function `(shape, dtype)`.
        """
        path = reference_variable.path.replace("/", "_")
        return self.add_variable(
            reference_variable.shape,
            initializer=initializer,
            dtype=reference_variable.dtype,
            name=f"{path}_{name or 'variable'}",
        )

    def add_optimizer_variables(
        self,
        trainable_variables: Iterable[Variable],
        name: str | Sequence[str],
        initializer: Any = "zeros",
    ) -> Any:
        """Add one variable, or several, for each of a model's variables.

        Args:
            trainable_variables: the model's variables.
            name: name of the new variables, or a list of names.
            initializer: as in `add_variable`, or a list with one for each name.

        Returns:
            A list of variables; for several names a tuple of lists.
        """
        names = [name] if isinstance(name, str) else list(name)
        several = isinstance(initializer, (list, tuple))
        starts = list(initializer) if several else [initializer] * len(names)
        lists: tuple[list, ...] = tuple([] for _ in names)
        for variable in trainable_variables:
            for slots, slot_name, start in zip(lists, names, starts):
                slots.append(
                    None
                    if variable.overwrite_with_gradient
                    else self.add_variable_from_reference(variable, slot_name, start)
                )
        return lists[0] if isinstance(name, str) else lists

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state for these variables.

        Args:
            variables: the model's trainable variables.
        """
        variables = list(variables)
        self._trainable_variables = variables
        self._positions = IdentityMap((variable, i) for i, variable in enumerate(variables))
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulators = self.add_optimizer_variables(variables, "gradient_accumulator")
        self.built = True

    def _get_variable_index(self, variable: Variable) -> int:
        return self._positions[variable]

    @property
    def variables(self) -> list[Variable]:
        """All of the optimizer's state, in the order in which files keep it."""
        return list(self._variables)

    @property
    def iterations(self) -> Any:
        """Number of steps done so far."""
        if self.gradient_accumulation_steps:
            return self._iterations.raw_value // self.gradient_accumulation_steps
        return self._iterations

    @iterations.setter
    def iterations(self, variable: Variable) -> None:
        if self.built:
            raise RuntimeError(
                f"Optimizer {self.name!r} is built; set `iterations` before the first step."
            )
        place = next(i for i, v in enumerate(self._variables) if v is self._iterations)
        self._variables[place] = variable
        self._iterations = variable

    # --- learning rate -----------------------------------------------------------------------

    @property
    def learning_rate(self) -> Any:
        """The learning rate of the next step: a Variable, or the value that a schedule gives."""
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        if isinstance(self._learning_rate, LearningRateSchedule):
            # Several calls whose gradients are accumulated make one step.
            return self._learning_rate(unwrapped(self.iterations))
        return self._learning_rate()

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        is_number = not callable(learning_rate) or isinstance(learning_rate, Variable)
        if is_number and not isinstance(self._learning_rate, Variable):
            raise TypeError(
                f"Optimizer {self.name!r} was made with a schedule or function as its learning "
                "rate, which a number cannot replace. Make it with a number, or set another "
                "schedule."
            )
        self._set_learning_rate(learning_rate)

    def _set_learning_rate(self, learning_rate: Any) -> None:
        previous = self._learning_rate
        if callable(learning_rate) and not isinstance(learning_rate, Variable):
            self._variables = [v for v in self._variables if v is not previous]
            self._learning_rate = learning_rate
        elif isinstance(previous, Variable):
            previous.assign(learning_rate)
        else:
            self._learning_rate = self.add_variable((), name="learning_rate")
            self._learning_rate.assign(learning_rate)

    # --- files -------------------------------------------------------------------------------

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the values of `variables`.

        Args:
            weights: one array for each of them.

        Raises:
            ValueError: if it is not built, or for a wrong number or shape.
        """
        variables = self.variables
        if not self.built:
            raise ValueError(
                f"Optimizer {self.name!r} must be built before `set_weights`. Call "
                "`optimizer.build(model.trainable_variables)`."
            )
        if len(weights) != len(variables):
            raise ValueError(
                f"Optimizer {self.name!r} has {len(variables)} variables; "
                f"got {len(weights)} values."
            )
        for variable, value in zip(variables, weights):
            variable.assign(value)

    def save_own_variables(self, store: Any) -> None:
        """Write the state to a store, a dict from index to array."""
        for index, variable in enumerate(self.variables):
            store[str(index)] = np.asarray(variable.raw_value)

    def load_own_variables(self, store: Any) -> None:
        """Read the state that `save_own_variables` wrote; warn and skip if it differs."""
        variables = self.variables
        if self.built and 0 < len(store) <= 2 < len(variables):
            # Saved before the first step: no more than the counter and the learning rate.
            variables = variables[: len(store)]
        if len(store) != len(variables):
            hint = "" if self.built else " It is not built: call `build(variables)` before loading."
            warn(
                f"The state of optimizer {self.name!r} was not loaded: it has {len(variables)} "
                f"variables, the file {len(store)}.{hint}"
            )
            return
        for index, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(index)]))
