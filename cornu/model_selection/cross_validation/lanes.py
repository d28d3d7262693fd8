"""One pure program that takes all folds through an epoch, or through their tests, side by side.

The state of fold k lies in row k of every array; a step is the model's own, mapped over the rows
by `jax.vmap`. All folds read from the same data on the device, each by its own order of indices,
and batches keep the size that they have in a fold alone, so the results are those of the folds one
by one, up to the rounding of sums.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from cornu.core import seed_generator
from cornu.core.scope import StatelessScope
from cornu.core.tracking import unique
from cornu.model_selection.cross_validation.models import state_variables


@dataclass(frozen=True)
class Pass:
    """How the folds go through parts of their own sizes: what is done by all, and what is left.

    Attributes:
        batch_size: samples in a step.
        full: steps that every fold takes with a whole batch.
        tails: for folds that still have samples then: (their numbers, first sample, samples).
    """

    batch_size: int
    full: int
    tails: tuple[tuple[tuple[int, ...], int, int], ...]

    @classmethod
    def through(cls, lengths: list[int], batch_size: int) -> Pass:
        """The way through parts of these lengths, one for each fold."""
        full = min(lengths) // batch_size
        tails = []
        for length in sorted(set(lengths)):
            folds = tuple(k for k, n in enumerate(lengths) if n == length)
            for start in range(full * batch_size, length, batch_size):
                tails.append((folds, start, min(batch_size, length - start)))
        return cls(batch_size, full, tuple(tails))


class OfFolds(NamedTuple):
    """Arrays with a row for each fold, `(folds, samples, ...)`, where others are shared by all."""

    values: Any


class FoldsProgram:
    """The compiled programs of a model for all folds together.

    Args:
        worker: a model whose state exists.
        batch: a first batch, from which metrics may make theirs.

    Raises:
        Unsuitable: if a step changes state that is not the model's.
    """

    def __init__(self, worker: Any, batch: Any):
        self.worker = worker
        self.names: list[str] = []
        self.settle(batch)
        self.epoch = jax.jit(self._epoch, static_argnums=(0, 1), donate_argnums=(2,))
        self.finish = jax.jit(self._finish, static_argnums=(0, 1))

    def settle(self, batch: Any) -> None:
        """Find all variables that steps change; metrics may make theirs when first used."""
        for _ in range(2):
            own = [*state_variables(self.worker), *self.worker.metrics_variables]
            self.variables = unique([*own, seed_generator._global.state])
            self.missing: list = []
            self.jaxpr = jax.make_jaxpr(functools.partial(self._step, self.worker.train_step))(
                [v._value for v in self.variables], batch
            )
            if not self.missing:
                return
        raise Unsuitable(f"its step changes {self.missing[0].path!r}, which is not its own")

    def stacked(self, models: list, seeds: list[int]) -> list[jax.Array]:
        """The state of all folds: arrays `(folds, ...)`."""
        rows = [[v._value for v in state_variables(model)] for model in models]
        metrics = [v._value for v in self.variables[len(rows[0]) : -1]]
        seeds = [np.array([seed & 0xFFFFFFFF, 0], np.uint32) for seed in seeds]
        rows = [[*row, *metrics, seed] for row, seed in zip(rows, seeds)]
        return [jnp.stack(values) for values in zip(*rows)]

    def put_back(self, state: list, fold: int, model: Any) -> None:
        """Give a fold's model its row of the state."""
        for variable, values in zip(state_variables(model), state):
            variable._value = values[fold]

    # --- pure functions ------------------------------------------------------------------------

    def _step(self, step: Callable, state: list, batch: Any) -> list:
        with self._scope(state) as scope:
            step(batch)
            known = {id(v) for v in self.variables}
            self.missing = [v for i, v in scope.updated.items() if i not in known]
            return [scope.get_current_value(v) for v in self.variables]

    def _scope(self, state: list) -> StatelessScope:
        return StatelessScope(list(zip(self.variables, state)))

    def _changed(self, change: Callable, state: list) -> list:
        def one(state: list) -> list:
            with self._scope(state) as scope:
                change()
                return [scope.get_current_value(v) for v in self.variables]

        return jax.vmap(one)(state)

    def _results(self, state: list) -> list[jax.Array]:
        def one(state: list) -> list:
            with self._scope(state):
                results = self.worker.get_metrics_result()
                self.names = list(results)
                return [jnp.asarray(value) for value in results.values()]

        return jax.vmap(one)(state)

    def _through(
        self, way: Pass, step: Callable, state: list, order: Any, data: Any, weights: Any
    ) -> tuple[list, list]:
        """Reset the metrics, take all steps of a pass, and give the state and the results."""

        def one(state: list, rows: Any, weights: Any) -> list:
            whole = (*data, weights)
            batch = jax.tree.map(lambda a: a.at[rows].get(mode="promise_in_bounds"), whole)
            return self._step(step, state, batch)

        by_fold = isinstance(weights, OfFolds)
        weights = weights.values if by_fold else weights
        steps = jax.vmap(one, in_axes=(0, 0, 0 if by_fold else None))
        state = self._changed(self.worker.reset_metrics, state)
        size = way.full * way.batch_size
        if way.full:
            blocks = order[:, :size].reshape(len(order), way.full, way.batch_size)
            state, _ = lax.scan(
                lambda state, rows: (steps(state, rows, weights), None),
                state,
                jnp.swapaxes(blocks, 0, 1),
            )
        for folds, start, count in way.tails:
            chosen = np.array(folds)
            own = jax.tree.map(lambda a, f=chosen: a[f], weights) if by_fold else weights
            part = [values[chosen] for values in state]
            part = steps(part, order[chosen, start : start + count], own)
            state = [values.at[chosen].set(new) for values, new in zip(state, part)]
        return state, self._results(state)

    def _epoch(
        self,
        way: Pass,
        validation_way: Pass | None,
        state: list,
        order: Any,
        data: Any,
        weights: Any,
        validation_order: Any,
        test_weights: Any,
    ) -> tuple[list, list, list]:
        step = self.worker.train_step
        state, logs = self._through(way, step, state, order, data, weights)
        found: list = []
        if validation_way is not None:
            state, found = self._through(
                validation_way, self.worker.test_step, state, validation_order, data, test_weights
            )
        return state, logs, found

    def _finish(
        self,
        ways: tuple[Pass, ...],
        predict: bool,
        state: list,
        orders: tuple,
        data: Any,
        weights: Any,
    ) -> tuple[list, list, Any]:
        """Scores for each of the orders, and predictions for the first."""
        worker = self.worker
        state = self._changed(
            lambda: worker.optimizer.finalize_variable_values(worker.trainable_weights), state
        )
        scores = [
            self._through(way, worker.test_step, state, order, data, weights)[1]
            for way, order in zip(ways, orders)
        ]
        return state, scores, self._predictions(state, orders[0], data) if predict else None

    def _predictions(self, state: list, order: Any, data: Any) -> Any:
        x, _ = data

        def one(state: list, rows: Any) -> Any:
            with self._scope(state):
                batch = jax.tree.map(lambda a: a.at[rows].get(mode="promise_in_bounds"), x)
                return self.worker.predict_step((batch, None, None))

        return jax.vmap(one)(state, order)


class Unsuitable(ValueError):
    """Folds that cannot be trained together, with the reason."""
