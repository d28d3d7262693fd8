"""Compiled programs of a model's steps: pure functions from (state, batch) to (state, result).

A step that is short beside the cost of a dispatch runs many times in one program, over data that
lies on the device; the number of times is an argument, so one compilation serves all.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from cornu import tree
from cornu.core import seed_generator
from cornu.core.scope import StatelessScope
from cornu.core.tracking import unique
from cornu.core.variable import Variable
from cornu.engine import compilation
from cornu.engine.interrupts import state_change
from cornu.engine.owner import Owner
from cornu.training.steps.cost import count_operations

# Below this many operations a step takes less than about ten milliseconds, and what the host does
# for each, on the same cores, counts.
SHORT_STEP_OPERATIONS = 1e9
# Results that one run of a collecting program has room for.
MOST_COLLECTED = 512
OWN_REFERENCES = 2


class StepProgram:
    """One step function of a model, compiled for one or for many steps at a time.

    Args:
        step: takes a batch `(x, y, sample_weight)`, reads and assigns Variables, returns a result
            (nested structure of arrays).
        variables: gives the Variables that the step may read or change.
        final: gives the result from the Variables alone after a run of steps, where the step's own
            result does not depend on the batch; None if it does.
        collects: whether a run of steps gives the results of all its steps, not of the last.
        donate: whether the state's memory may be reused.
        stateless: whether `step` has the pure form `(state, batch) -> (result, state)`, with the
            state in the groups that `groups` gives.
        groups: lists of Variables that make up the state of a pure step.
        begin: called before each step, to change the state it begins with; None for nothing.
    """

    def __init__(
        self,
        step: Callable,
        variables: Callable[[], list],
        *,
        final: Callable | None = None,
        collects: bool = False,
        donate: bool = True,
        stateless: bool = False,
        groups: Callable[[], tuple] | None = None,
        begin: Callable[[], None] | None = None,
    ):
        self.step = step
        self.find_variables = variables
        self.final = final
        self.collects = collects
        self.stateless = stateless
        self.groups = groups
        self.begin = begin
        self.donate = donate
        self.owner: Owner | None = None
        self._updated: set[int] = set()
        self.options: dict | None = None
        self.extra: list = []
        # Looks at single batches; see `training/checks`.
        self.check: Any = None
        self.missing: dict[int, Any] = {}
        self.seconds_per_step: float | None = None
        self.warm = False
        self.keys: list[str] | None = None
        self._short: dict[Any, bool] = {}
        compilation.keep_compiled_programs()
        self._prepare()

    def _prepare(self) -> None:
        self.variables = unique([*self.find_variables(), *self.extra])
        if self.owner is not None:
            self._hand_to(self.owner)
        donated = (0,) if self.donate else ()
        self._one = jax.jit(self._pure, donate_argnums=donated, compiler_options=self.options)
        self._many = jax.jit(
            self._loop, donate_argnums=donated, static_argnums=(3, 4), compiler_options=self.options
        )

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> list[jax.Array]:
        """The Variables' values, no buffer twice (donating one buffer twice is an error)."""
        seen: set[int] = set()
        values = []
        own = self.owner
        for variable in self.variables:
            owner = variable._owner
            value = variable._value if owner is own or owner is None else owner.read(variable)
            if self.donate and id(value) in seen:
                value = jnp.array(value, copy=True)
            seen.add(id(value))
            values.append(value)
        return values

    def store(self, state: list[jax.Array]) -> None:
        """Give the Variables the values of a state; those that it cannot have changed keep theirs.

        A prediction must not bring back the weights of its beginning, if another thread trains.
        """
        donate, updated = self.donate, self._updated
        for variable, value in zip(self.variables, state):
            if donate or id(variable) in updated:
                variable._value = value

    def own_state(self) -> None:
        """Copy the Variables' values, so that arrays a user holds survive donation."""
        for variable in self.variables:
            # One reference is the Variable's, one the argument's: any other is somebody else's.
            if sys.getrefcount(variable._value) > OWN_REFERENCES:
                variable._value = jnp.array(variable._value, copy=True)

    @contextlib.contextmanager
    def owning(self) -> Iterator[None]:
        """While steps run: what others read of the state, in any thread, survives donation."""
        if self.owner is not None:
            yield
            return
        self.own_state()
        self.owner, self._owned = Owner(), []
        self._hand_to(self.owner)
        try:
            yield
        finally:
            for variable, before in self._owned:
                variable._owner = before
            self.owner = None

    def _hand_to(self, owner: Owner) -> None:
        for variable in self.variables:
            if variable._owner is not owner:
                self._owned.append((variable, variable._owner))
                variable._owner = owner

    # --- pure functions ------------------------------------------------------------------------

    def _pure(self, state: list, batch: Any) -> tuple[list, Any]:
        with StatelessScope(list(zip(self.variables, state))) as scope:
            if self.begin is not None:
                self.begin()
            if self.stateless:
                result = self._pure_user_step(batch)
            else:
                result = self.step(batch)
            known = {id(v) for v in self.variables}
            self._updated |= scope.updated.keys()
            self.missing = {i: v for i, v in scope.updated.items() if i not in known}
            new_state = [scope.get_current_value(v) for v in self.variables]
            result = tree.map_structure(_plain, result)
            self._note_order(result)
        return new_state, result

    def _note_order(self, result: Any) -> None:
        # JAX gives dicts back with sorted keys; the logs' own order is kept here.
        self.keys = list(result) if type(result) is dict else None

    def _ordered(self, result: Any) -> Any:
        return result if self.keys is None else {key: result[key] for key in self.keys}

    def _pure_user_step(self, batch: Any) -> Any:
        groups = self.groups()
        values = tuple([v.raw_value for v in group] for group in groups)
        result, new_values = self.step(values, batch)
        for group, new in zip(groups, new_values):
            for variable, value in zip(group, new):
                variable.assign(value)
        return result

    def _loop(
        self,
        state: list,
        data: Any,
        order: Any,
        batch_size: int,
        capacity: int,
        start: Any,
        count: Any,
    ) -> tuple[list, Any]:
        def batch_at(i: Any) -> Any:
            rows = lax.dynamic_slice(order, (i * batch_size,), (batch_size,))
            return jax.tree.map(lambda a: a.at[rows].get(mode="promise_in_bounds"), data)

        if self.final is not None:

            def body(i: Any, state: list) -> list:
                return self._pure(state, batch_at(start + i))[0]

            state = lax.fori_loop(0, count, body, state)
            with StatelessScope(list(zip(self.variables, state))):
                result = tree.map_structure(_plain, self.final())
                self._note_order(result)
                return state, result

        def step(i: Any, carry: tuple) -> tuple:
            state, found = carry
            state, result = self._pure(state, batch_at(start + i))
            if self.collects:
                result = jax.tree.map(lambda all, one: all.at[i].set(one), found, result)
            return state, result

        shapes = jax.eval_shape(lambda s: self._pure(s, batch_at(0))[1], state)
        rows = (capacity,) if self.collects else ()
        empty = jax.tree.map(lambda s: jnp.zeros(rows + s.shape, s.dtype), shapes)
        return lax.fori_loop(0, count, step, (state, empty))

    # --- running -------------------------------------------------------------------------------

    def is_short(self, batch: Any) -> bool:
        """Whether a step on such a batch is short beside a dispatch; traces it the first time."""
        key = tuple((a.shape, a.dtype) for a in jax.tree.leaves(batch))
        if key not in self._short:
            # Of several threads that predict, one finds out what the state is.
            with state_change:
                self._look_at(batch, key)
        return self._short[key]

    def _look_at(self, batch: Any, key: tuple) -> None:
        if key not in self._short:
            while True:
                traced = self._one.trace(self.state(), batch)
                if not self.missing:
                    break
                # State that came into being, or was first used, while the step was traced.
                self.extra += list(self.missing.values())
                self._prepare()
            cost = count_operations(traced.jaxpr.jaxpr)
            self._short[key] = cost.operations < SHORT_STEP_OPERATIONS
            share = cost.convolutions / max(cost.operations, 1)
            # State is donated where it changes: in training.
            options = compilation.options_for(share, self.donate, cost.gates)
            if options != self.options:
                # JAX finds what it has traced again, so this costs nothing.
                self.options = options
                self._prepare()

    def run(self, batch: Any) -> Any:
        """One step; the state goes back into the Variables."""
        with state_change:
            self.is_short(batch)
            return self._dispatch(self._one, batch)

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
            return self._dispatch(self._many, *arguments)

    def most_steps(self, steps: int) -> int:
        """How many of an epoch's steps one run may have."""
        return min(steps, MOST_COLLECTED) if self.collects else steps

    def _dispatch(self, program: Callable, *arguments: Any) -> Any:
        owner = self.owner
        if owner is not None and owner.lent:
            self.own_state()
            owner.lent = False
        if self.options is None:
            state, result = program(self.state(), *arguments)
        else:
            with compilation.compiling(self.options):
                state, result = program(self.state(), *arguments)
        self.store(state)
        return self._ordered(result)


def _plain(value: Any) -> Any:
    if isinstance(value, Variable):
        value = value.value
    return jnp.asarray(value) if value is not None else None


def global_seed_state() -> list:
    """The state of the global seed generator, if something has used it."""
    generator = seed_generator._global
    return [] if generator is None else [generator.state]
