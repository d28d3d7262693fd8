"""All folds of a small model trained at once, in one program."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from cornu import tree
from cornu.data import ArrayFeed
from cornu.data.base_feed import check_weights
from cornu.model_selection.cross_validation.lanes import FoldEpochs, FoldWeights, Pass, Unsuitable
from cornu.model_selection.cross_validation.models import FoldModels, create_state
from cornu.model_selection.cross_validation.one_fold import Fold
from cornu.model_selection.cross_validation.samples import (
    FoldTask,
    Samples,
    Settings,
    with_validation,
)
from cornu.model_selection.cross_validation.stopwatch import Laps
from cornu.model_selection.cross_validation.suitability import check_model, check_settings
from cornu.model_selection.parts import take
from cornu.training.outputs import class_weights_of

IN_FLIGHT = 8


@dataclass
class Lane:
    """One fold's model, data order and weights."""

    task: FoldTask
    model: Any
    train: np.ndarray
    validation: np.ndarray | None
    feed: ArrayFeed
    weights: Any


def run_together(
    tasks: list[FoldTask],
    samples: Samples,
    settings: Settings,
    models: FoldModels,
    progress: Any,
    measured: dict[str, float] | None = None,
) -> list[Fold]:
    """Train and test all folds side by side.

    Args:
        tasks: the folds.
        samples: all data.
        settings: how to train.
        models: where the folds' models come from.
        progress: what shows the run.
        measured: seconds of an epoch, "alone" of one fold; gets "together", that of all. None if
            this way is taken in any case.

    Raises:
        Unsuitable: if these folds cannot be trained together, or the clock says that it is slower.
    """
    begin = time.perf_counter()
    check_settings(tasks, samples, settings, models)
    # Only the first model, until it is clear that the others are needed.
    lanes = [lane_of(tasks[0], samples, settings, models)]
    worker = lanes[0].model if models.worker is None else models.worker
    with models.seeded(tasks[0].seed):
        check_model(worker, lanes[0].model)
        batch = first_batch(lanes[0], samples, settings)
        program = epochs_of(models, worker, batch, settings)
    lanes += [lane_of(task, samples, settings, models) for task in tasks[1:]]
    with models.seeded(tasks[0].seed):
        for lane in lanes:
            check_model(worker, lane.model)
        data = jax.tree.map(jax.numpy.asarray, (samples.x, samples.y))
        state = program.stacked([lane.model for lane in lanes], [task.seed for task in tasks])
        trial = None if measured is None else Trial(measured, len(lanes), settings.epochs)
        state, histories = train(program, lanes, state, data, samples, settings, progress, trial)
        folds = tested(program, lanes, state, data, samples, settings)
    for fold, history in zip(folds, histories):
        fold.history = history
        fold.seconds = (time.perf_counter() - begin) / len(folds)
    return folds


class Trial:
    """Times the epochs of all folds, and ends their run if they are faster one by one.

    Args:
        measured: seconds of an epoch, "alone" of one fold; gets "together", that of all.
        folds: number of folds.
        epochs: number of epochs of each.
    """

    def __init__(self, measured: dict[str, float], folds: int, epochs: int):
        self.measured, self.folds, self.epochs = measured, folds, epochs
        self.laps = Laps()
        self.decided = False

    def epoch_done(self, epoch: int, results: Any) -> None:
        """Called behind each epoch, counted from 0; the first one compiles.

        Raises:
            Unsuitable: if all epochs of all folds one by one end sooner than those left together.
        """
        if self.decided:
            return
        jax.block_until_ready(results)
        if epoch == 0:
            self.laps.begin()
            return
        self.laps.end()
        self.measured["together"] = self.laps.best
        if not self.laps.enough:
            return
        self.decided = True
        left = self.laps.best * (self.epochs - epoch - 1)
        if left > self.measured["alone"] * self.folds * self.epochs:
            raise Unsuitable("Together they are slower by the clock.")


def lane_of(task: FoldTask, samples: Samples, settings: Settings, models: FoldModels) -> Lane:
    """A fold's model and order of data, with the random numbers it would draw alone."""
    with models.seeded(task.seed):
        model = models.new(None)
        train, validation = with_validation(samples, settings, task)
        create_state(model, samples.part(train[: settings.batch_size]))
        weights = fold_weights(model, samples, settings, train)
        shuffle = settings.fit.get("shuffle", True)
        feed = ArrayFeed(train, batch_size=settings.batch_size, shuffle=shuffle)
    return Lane(task, model, train, validation, feed, weights)


def first_batch(lane: Lane, samples: Samples, settings: Settings) -> tuple:
    """A batch `(x, y, sample_weight)` such as the fold's steps get."""
    chosen = lane.train[: settings.batch_size]
    x, y, weights = samples.part(chosen)
    return x, y, weights if lane.weights is None else take(lane.weights, chosen)


def fold_weights(model: Any, samples: Samples, settings: Settings, train: np.ndarray) -> Any:
    """The weights of all samples for training in a fold whose classes have weights; or None."""
    check_weights(settings.class_weight, samples.sample_weight)
    weights = class_weights_of(model, settings.class_weight)
    if weights is None:
        return None
    return weights.fitted(take(samples.y, train))(samples.y)


def epochs_of(models: FoldModels, worker: Any, batch: tuple, settings: Settings) -> FoldEpochs:
    """The programs for these models; those made before, if the worker is the same."""
    known = models.fold_epochs
    if known is not None and known.worker is worker:
        return known
    program = FoldEpochs(worker, batch)
    if models.worker is worker or not settings.return_models:
        # Otherwise the worker goes to the user.
        models.worker, models.fold_epochs = worker, program
    return program


def train(
    program: FoldEpochs,
    lanes: list[Lane],
    state: list,
    data: tuple,
    samples: Samples,
    settings: Settings,
    progress: Any,
    trial: Trial | None = None,
) -> tuple[list, list[dict]]:
    """All epochs; the state behind them, and the history of each fold."""
    # Parts for validation may have made the training parts differ from the tasks'.
    way = pass_of([lane.train for lane in lanes], settings.batch_size)
    weights = test_weights = device(samples.sample_weight)
    if lanes[0].weights is not None:
        weights = FoldWeights(
            jax.tree.map(lambda *a: np.stack(a), *(lane.weights for lane in lanes))
        )
    validation_way = validation_order = None
    if lanes[0].validation is not None:
        parts = [lane.validation for lane in lanes]
        validation_way = pass_of(parts, settings.evaluation_batch_size)
        validation_order = padded(parts)
    epochs = settings.epochs
    logs, pending = [], deque()
    for epoch in range(epochs):
        order = padded([lane.train[lane.feed.order(epoch)] for lane in lanes])
        state, *found = program.epoch(
            way, validation_way, state, order, data, weights, validation_order, test_weights
        )
        logs.append(found)
        pending.append(jax.tree.leaves(found[0])[:1])
        if len(pending) > IN_FLIGHT:
            jax.block_until_ready(pending.popleft())
        progress.epoch_of_all(epoch + 1, epochs)
        if trial is not None:
            trial.epoch_done(epoch, found)
    return state, histories(jax.device_get(logs), len(lanes))


def histories(logs: list, folds: int) -> list[dict]:
    """From values of all folds by epoch to a history for each fold."""
    found: list[dict] = [{} for _ in range(folds)]
    for epoch in logs:
        for prefix, values in zip(("", "val_"), epoch):
            for name, of_folds in values.items():
                for history, value in zip(found, of_folds):
                    history.setdefault(prefix + name, []).append(plain(value))
    # In the order in which callbacks get names.
    return [{name: history[name] for name in sorted(history)} for history in found]


def tested(
    program: FoldEpochs,
    lanes: list[Lane],
    state: list,
    data: tuple,
    samples: Samples,
    settings: Settings,
) -> list[Fold]:
    """Scores and predictions of all folds, and their models if asked for."""
    parts = [[lane.task.test for lane in lanes]]
    if settings.return_train_score:
        parts.append([lane.task.train for lane in lanes])
    ways = tuple(pass_of(part, settings.evaluation_batch_size) for part in parts)
    orders = tuple(padded(part) for part in parts)
    weights = device(samples.sample_weight)
    state, scores, predictions = program.finish(
        ways, settings.return_predictions, state, orders, data, weights
    )
    scores, predictions = jax.device_get((scores, predictions))
    folds = []
    for k, lane in enumerate(lanes):
        task = lane.task
        found = [{name: plain(values[name][k]) for name in program.names} for values in scores]
        fold = Fold(task.number, task.train, task.test, task.seed, {}, found[0])
        fold.train_scores = found[1] if settings.return_train_score else None
        if settings.return_predictions:
            count = len(task.test)
            fold.predictions = tree.map_structure(lambda a, k=k, n=count: a[k, :n], predictions)
        if settings.return_models:
            fold.model = lane.model
            program.put_back(state, k, lane.model)
            lane.model.reset_metrics()
        folds.append(fold)
    return folds


def pass_of(parts: list[np.ndarray], batch_size: int) -> Pass:
    return Pass.through([len(part) for part in parts], batch_size)


def padded(parts: list[np.ndarray]) -> np.ndarray:
    """Index arrays as rows of one int32 array; what is missing is never read."""
    longest = max(len(part) for part in parts)
    return np.stack([np.resize(part, longest) for part in parts]).astype(np.int32)


def device(weights: Any) -> Any:
    return jax.tree.map(jax.numpy.asarray, weights)


def plain(value: np.ndarray) -> Any:
    return float(value) if np.ndim(value) == 0 else value
