"""Epochs and tests of all folds in one compiled program, each fold in a row of every array.

All folds read from the same data on the device, each by its own order of indices, and batches keep
the size that they have in a fold alone, so the results are those of the folds one by one, up to the
rounding of sums.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import state as states
from cornu.core.state import State
from cornu.training.model_state import state_of
from cornu.training.program import Program
from cornu.training.steps.programs import program_of


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


class FoldWeights(NamedTuple):
    """Sample weights with a row for each fold, `(folds, samples, ...)`; others hold for all."""

    values: Any


class FoldEpochs:
    """Whole epochs of all folds, and their tests, as compiled functions of the folds' states.

    Args:
        worker: a model whose state exists.
        batch: a first batch, from which metrics may make theirs.

    Raises:
        Unsuitable: if a step changes state that is not the model's.
    """

    def __init__(self, worker: Any, batch: Any):
        self.worker = worker
        single = program_of(worker, "train")
        single.is_short(batch)
        if single.others:
            raise Unsuitable(f"its step changes {single.others[0].path!r}, which is not its own")
        self.variables = state_of(worker)
        self.jaxpr = jax.make_jaxpr(single.pure)(states.read(self.variables), batch)
        results, finish = worker.get_metrics_result, worker.optimizer.finalize_variable_values

        def program(step: Callable, final: Callable | None = results) -> Program:
            return Program(step, lambda: self.variables, final=final, models=True)

        self.train, self.test = program(worker.train_step), program(worker.test_step)
        self.predict = program(worker.predict_step, None)
        self.reset = self._mapped(worker.reset_metrics)
        self.end = self._mapped(lambda: finish(worker.trainable_weights))
        self.epoch = jax.jit(self._epoch, static_argnums=(0, 1), donate_argnums=(2,))
        self.finish = jax.jit(self._finish, static_argnums=(0, 1))

    def _mapped(self, change: Callable) -> Callable[[State], State]:
        """A change of a model's state as a function of the states of all folds."""
        return jax.vmap(lambda state: states.pure(change, self.variables)(state)[1])

    @property
    def names(self) -> list[str]:
        """Names of the results, in their order."""
        return self.train.names or []

    def stacked(self, models: list, seeds: list[int]) -> State:
        """The states of all folds as one, whose arrays are `(folds, ...)`."""
        metrics = states.read(self.variables).metrics
        rows = []
        for model, seed in zip(models, seeds):
            # Metrics begin anew; the global random numbers are those of the fold alone.
            start = replace(states.read(state_of(model, "train")), metrics=metrics)
            words = np.array([seed & 0xFFFFFFFF, 0], np.uint32)
            rows.append([*jax.tree.leaves(start)[:-1], words])
        structure = jax.tree.structure(self.variables, is_leaf=states.is_variable)
        return structure.unflatten([jnp.stack(values) for values in zip(*rows)])

    def put_back(self, state: State, fold: int, model: Any) -> None:
        """Give a fold's model its row of the state."""
        own, found = state_of(model), replace(state, metrics=None, seeds=None)
        values = jax.tree.leaves(jax.tree.map(lambda a: a[fold], found))
        states.write(states.leaves(replace(own, metrics=None, seeds=None)), values)

    # --- pure functions ------------------------------------------------------------------------

    def _through(
        self, way: Pass, program: Program, state: State, order: Any, data: Any, weights: Any
    ) -> tuple[State, Any]:
        """Reset the metrics, take all steps of a pass, and give the state and the results."""
        by_fold = isinstance(weights, FoldWeights)
        weights = weights.values if by_fold else weights

        def batch_of(rows: Any, weights: Any) -> tuple:
            take = jax.vmap(lambda a, i: a.at[i].get(mode="promise_in_bounds"), (None, 0))
            own = jax.vmap(lambda a, i: a.at[i].get(mode="promise_in_bounds"))
            x, y = jax.tree.map(lambda a: take(a, rows), data)
            return x, y, jax.tree.map(lambda a: (own if by_fold else take)(a, rows), weights)

        state = self.reset(state)
        size = way.full * way.batch_size
        if way.full:
            blocks = order[:, :size].reshape(len(order), way.full, way.batch_size)
            state, _ = program.steps(state, lambda i: batch_of(blocks[:, i], weights), way.full)
        for folds, start, count in way.tails:
            chosen = np.array(folds)
            own = jax.tree.map(lambda a, f=chosen: a[f], weights) if by_fold else weights
            part = jax.tree.map(lambda a, f=chosen: a[f], state)
            part, _ = program.pure(part, batch_of(order[chosen, start : start + count], own))
            state = jax.tree.map(lambda a, new, f=chosen: a.at[f].set(new), state, part)
        return state, program.result_of(state)

    def _epoch(
        self,
        way: Pass,
        validation_way: Pass | None,
        state: State,
        order: Any,
        data: Any,
        weights: Any,
        validation_order: Any,
        test_weights: Any,
    ) -> tuple[State, Any, Any]:
        state, logs = self._through(way, self.train, state, order, data, weights)
        found: Any = {}
        if validation_way is not None:
            state, found = self._through(
                validation_way, self.test, state, validation_order, data, test_weights
            )
        return state, logs, found

    def _finish(
        self,
        ways: tuple[Pass, ...],
        predicts: bool,
        state: State,
        orders: tuple,
        data: Any,
        weights: Any,
    ) -> tuple[State, list, Any]:
        """Scores for each of the orders, and predictions for the first."""
        state = self.end(state)
        scores = [
            self._through(way, self.test, state, order, data, weights)[1]
            for way, order in zip(ways, orders)
        ]
        if not predicts:
            return state, scores, None
        x, _ = data
        batch = jax.tree.map(lambda a: a[orders[0]], x)
        return state, scores, self.predict.pure(state, (batch, None, None))[1]


class Unsuitable(ValueError):
    """Folds that cannot be trained together, with the reason."""
