"""`Program`: one step of a model, compiled for one batch, for many, or for many models.

A step reads and assigns Variables. The program makes a pure function of it, from (state, batch) to
(state, result), and compiles that. A step that is short beside the cost of a dispatch runs many
times in one program, over data that lies on the device; the number of times is an argument, so one
compilation serves all. Compiled code follows the arrays it gets: sharded ones give a sharded step.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from cornu import tree
from cornu.core import state as states
from cornu.core.state import State
from cornu.core.variable import Variable, unwrapped
from cornu.engine import compilation
from cornu.engine.interrupts import state_change
from cornu.engine.owner import Owner
from cornu.training.steps.compilations import Compilations
from cornu.training.steps.cost import count_operations

# Below this many operations a step takes less than about ten milliseconds, and what the host does
# for each, on the same cores, counts.
SHORT_STEP_OPERATIONS = 1e9
# Results that one run of a collecting program has room for.
MOST_COLLECTED = 512


class Program:
    """One step function of a model, compiled for one or for many steps at a time.

    Args:
        step: takes a batch `(x, y, sample_weight)`, reads and assigns Variables, returns a result
            (nested structure of arrays).
        variables: gives the Variables that the step may read or change.
        begin: called before each step, to change the state it begins with; None for nothing.
        final: gives the result from the Variables alone after a run of steps, where the step's own
            result does not depend on the batch; None if it does.
        collects: whether a run of steps gives the results of all its steps, not of the last.
        donates: whether each step may use the memory of the state it is given for the next one.
        models: whether `pure` and `steps` take the states and batches of many models, along a first
            axis, each of which takes its own steps.

    >>> from cornu.core.state import State
    >>> from cornu.training.program import Program
    >>> total = keras.Variable(0.0, name="total")
    >>> program = Program(total.assign_add, lambda: State.of(non_trainable=[total]))
    >>> float(program.run(keras.ops.array(2.0))), float(total)
    (2.0, 2.0)
    """

    def __init__(
        self,
        step: Callable,
        variables: Callable[[], State],
        *,
        begin: Callable[[], None] | None = None,
        final: Callable[[], Any] | None = None,
        collects: bool = False,
        donates: bool = True,
        models: bool = False,
    ):
        self.step, self.begin, self.final = step, begin, final
        self.find_variables = variables
        self.collects, self.donates, self.models = collects, donates, models
        self.compilations = Compilations()
        self.options: dict | None = None
        # Looks at single batches; see `training/checks`.
        self.check: Any = None
        self.missing: list[Variable] = []
        self.seconds_per_step: float | None = None
        self.warm = False
        self.others: list[Variable] = []
        self._updated: set[int] = set()
        self._owner: Owner | None = None
        self.names: list[str] | None = None
        self._short: dict[Any, bool] = {}
        compilation.keep_compiled_programs()
        self._prepare()

    def _prepare(self) -> None:
        self.variables = self.find_variables().including(self.others)
        self._leaves, self._structure = jax.tree.flatten(self.variables, is_leaf=states.is_variable)
        if self._owner is not None:
            self._hand_to(self._owner)
        self.compilations.start_anew()
        donated = (0,) if self.donates else ()
        self._one = jax.jit(self.pure, donate_argnums=donated, compiler_options=self.options)
        self._many = jax.jit(
            self._loop, donate_argnums=donated, static_argnums=(3, 4), compiler_options=self.options
        )

    # --- pure functions ------------------------------------------------------------------------

    def pure(self, state: State, batch: Any) -> tuple[State, Any]:
        """The step as a pure function: the state behind it, and its result."""
        return jax.vmap(self._pure)(state, batch) if self.models else self._pure(state, batch)

    def _pure(self, state: State, batch: Any) -> tuple[State, Any]:
        result, effects = states.isolated(self._whole_step, self.variables)(state, batch)
        known = set(map(id, self._leaves))
        self._updated |= {id(variable) for variable in effects.assigned}
        self.missing = [v for v in effects.assigned if id(v) not in known]
        return effects.after(self.variables, state), result

    def _whole_step(self, batch: Any) -> Any:
        if self.begin is not None:
            self.begin()
        return self._noted(self.step(batch))

    def _noted(self, result: Any) -> Any:
        # JAX gives dicts back with sorted keys; the logs' own order is kept here.
        self.names = list(result) if type(result) is dict else None
        return tree.map_structure(_as_array, result)

    def steps(
        self, state: State, batch_at: Callable[[Any], Any], count: Any, capacity: int = 0
    ) -> tuple[State, Any]:
        """Many steps as a pure function.

        Args:
            state: the state before.
            batch_at: gives the batch of the step of that number, from 0.
            count: number of steps, a number or a scalar array.
            capacity: results that a program which collects has room for.

        Returns:
            The state behind the steps, and the result of the last; of a program that collects, the
            results of all, along a new first axis.
        """
        if self.final is not None:
            state = lax.fori_loop(0, count, lambda i, s: self.pure(s, batch_at(i))[0], state)
            return state, self.result_of(state)

        def step(i: Any, carry: tuple) -> tuple:
            state, found = carry
            state, result = self.pure(state, batch_at(i))
            if self.collects:
                result = jax.tree.map(lambda all, one: all.at[i].set(one), found, result)
            return state, result

        shapes = jax.eval_shape(lambda s: self.pure(s, batch_at(0))[1], state)
        rows = (capacity,) if self.collects else ()
        empty = jax.tree.map(lambda s: jnp.zeros(rows + s.shape, s.dtype), shapes)
        return lax.fori_loop(0, count, step, (state, empty))

    def result_of(self, state: State) -> Any:
        """What `final` gives in that state."""

        def one(state: State) -> Any:
            return states.pure(lambda: self._noted(self.final()), self.variables)(state)[0]

        return jax.vmap(one)(state) if self.models else one(state)

    def _loop(
        self,
        state: State,
        data: Any,
        order: Any,
        batch_size: int,
        capacity: int,
        start: Any,
        count: Any,
    ) -> tuple[State, Any]:
        def batch_at(i: Any) -> Any:
            rows = lax.dynamic_slice(order, ((start + i) * batch_size,), (batch_size,))
            return jax.tree.map(lambda a: a.at[rows].get(mode="promise_in_bounds"), data)

        return self.steps(state, batch_at, count, capacity)

    # --- running -------------------------------------------------------------------------------

    def is_short(self, batch: Any) -> bool:
        """Whether a step on such a batch is short beside a dispatch; traces it the first time."""
        key = _key(batch)
        if key not in self._short:
            # Of several threads that predict, one finds out what the state is.
            with state_change:
                self._look_at(batch, key)
        return self._short[key]

    def _look_at(self, batch: Any, key: Any) -> None:
        if key in self._short:
            return
        while True:
            traced = self._one.trace(self.state(), batch)
            if not self.missing:
                break
            # State that came into being, or was first used, while the step was traced.
            self.others += self.missing
            self._prepare()
        cost = count_operations(traced.jaxpr.jaxpr)
        self._short[key] = cost.operations < SHORT_STEP_OPERATIONS
        fraction = cost.convolutions / max(cost.operations, 1)
        # State is donated where it changes: in training.
        options = compilation.options_for(fraction, self.donates, cost.gates)
        if options != self.options:
            # JAX finds what it has traced again, so this costs nothing.
            self.options = options
            self._prepare()

    def run(self, batch: Any) -> Any:
        """One step; the state goes back into the Variables."""
        with state_change:
            self.is_short(batch)
            return self._dispatch(self._one, (batch,), batch)

    def run_many(self, data: Any, order: Any, batch_size: int, start: int, count: int) -> Any:
        """`count` steps from batch `start` of the data in this order.

        Returns:
            The last step's result; of a program that collects, the results of all steps with a new
            first axis, at least `count` long.
        """
        most = self.most_steps(len(order) // batch_size) if self.collects else 1
        # A power of two, so that data of nearly the same length share a program.
        capacity = 1 << (most - 1).bit_length()
        arguments = (data, order, batch_size, capacity, np.int32(start), np.int32(count))
        with state_change:
            return self._dispatch(self._many, arguments, data, batch_size, len(order), capacity)

    def most_steps(self, steps: int) -> int:
        """How many of an epoch's steps one run may have."""
        return min(steps, MOST_COLLECTED) if self.collects else steps

    def _dispatch(self, program: Callable, arguments: tuple, shaped: Any, *sizes: int) -> Any:
        state = self.state()
        if self.compilations.is_new(shaped, sizes):
            with compilation.compiling(self.options):
                state, result = program(state, *arguments)
        else:
            state, result = program(state, *arguments)
        self._store(state)
        return result if self.names is None else {key: result[key] for key in self.names}

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> State:
        """The Variables' values, such as the compiled step may take."""
        if self.donates:
            for variable in self._leaves:
                variable.take_back()
        return self._structure.unflatten([variable._value for variable in self._leaves])

    def _store(self, state: State) -> None:
        # A prediction must not bring back the weights of its beginning, if another thread trains:
        # Variables that a step cannot have changed keep their values.
        for variable, value in zip(self._leaves, self._structure.flatten_up_to(state)):
            if self.donates or id(variable) in self._updated:
                variable.take(value)

    @contextlib.contextmanager
    def owning(self) -> Iterator[None]:
        """While steps run: what other threads read of the state survives donation."""
        if self._owner is not None:
            yield
            return
        self._owner, self._owned = Owner(), []
        self._hand_to(self._owner)
        try:
            yield
        finally:
            for variable, before in self._owned:
                variable._owner = before
            self._owner = None

    def _hand_to(self, owner: Owner) -> None:
        for variable in self._leaves:
            if variable._owner is not owner:
                self._owned.append((variable, variable._owner))
                variable._owner = owner

    def wait(self) -> None:
        """Wait until the last step is done; raises what went wrong in it on the device."""
        jax.block_until_ready([variable._value for variable in self._leaves])


def _as_array(value: Any) -> Any:
    return None if value is None else jnp.asarray(unwrapped(value))


def _key(batch: Any) -> tuple:
    return tuple((a.shape, a.dtype) for a in jax.tree.leaves(batch))
