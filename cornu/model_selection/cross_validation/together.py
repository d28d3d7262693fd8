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
from cornu.data.class_weights import ClassWeights
from cornu.data.sample_feed import check_weights
from cornu.model_selection.cross_validation.lanes import FoldsProgram, Pass
from cornu.model_selection.cross_validation.models import FoldModels, create_state
from cornu.model_selection.cross_validation.one_fold import Fold
from cornu.model_selection.cross_validation.samples import (
    FoldTask,
    Samples,
    Settings,
    class_weights,
    with_validation,
)
from cornu.model_selection.cross_validation.suitability import (
    check_model,
    check_run,
    check_settings,
    check_step,
)
from cornu.model_selection.parts import take

IN_FLIGHT = 8


@dataclass
class Lane:
    """One fold's model, data order and weights."""

    task: FoldTask
    model: Any
    train: np.ndarray
    validation: np.ndarray | None
    feed: ArrayFeed
    weights: np.ndarray | None


def run_together(
    tasks: list[FoldTask],
    samples: Samples,
    settings: Settings,
    models: FoldModels,
    progress: Any,
    asked: bool = False,
) -> list[Fold]:
    """Train and test all folds side by side.

    Args:
        tasks: the folds.
        samples: all data.
        settings: how to train.
        models: where the folds' models come from.
        progress: what shows the run.
        asked: whether the user asked for it; otherwise it must also be faster.

    Raises:
        Unsuitable: if these folds cannot be trained together, or would not gain from it.
    """
    begin = time.perf_counter()
    check_settings(tasks, samples, settings, models)
    way = pass_of([task.train for task in tasks], settings.batch_size)
    if not asked:
        check_run(way, len(tasks), settings.fit.get("epochs", 1))
    # Only the first model, until it is clear that the others are needed.
    lanes = [lane_of(tasks[0], samples, settings, models)]
    worker = lanes[0].model if models.worker is None else models.worker
    with models.seeded(tasks[0].seed):
        check_model(worker, lanes[0].model, settings.batch_size, asked)
        program = program_of(models, worker, lanes, samples, settings)
    if not asked:
        check_step(program)
    lanes += [lane_of(task, samples, settings, models) for task in tasks[1:]]
    with models.seeded(tasks[0].seed):
        for lane in lanes:
            check_model(worker, lane.model, settings.batch_size, asked)
        data = jax.tree.map(jax.numpy.asarray, (samples.x, samples.y))
        state = program.stacked([lane.model for lane in lanes], [task.seed for task in tasks])
        state, histories = train(program, lanes, state, data, samples, settings, progress)
        folds = tested(program, lanes, state, data, samples, settings)
    for fold, history in zip(folds, histories):
        fold.history = history
        fold.seconds = (time.perf_counter() - begin) / len(folds)
    return folds


def lane_of(task: FoldTask, samples: Samples, settings: Settings, models: FoldModels) -> Lane:
    """A fold's model and order of data, with the random numbers it would draw alone."""
    with models.seeded(task.seed):
        model = models.new(None)
        train, validation = with_validation(samples, settings, task)
        weights = fold_weights(samples, settings, train)
        create_state(model, samples.part(train[: settings.batch_size]))
        shuffle = settings.fit.get("shuffle", True)
        feed = ArrayFeed(train, batch_size=settings.batch_size, shuffle=shuffle)
    return Lane(task, model, train, validation, feed, weights)


def fold_weights(samples: Samples, settings: Settings, train: np.ndarray) -> np.ndarray | None:
    """The weights of all samples for training in a fold whose classes have weights."""
    weights = class_weights(settings, take(samples.y, train))
    check_weights(weights, samples.sample_weight)
    if weights is None:
        return None
    return ClassWeights(weights)(samples.y)


def program_of(
    models: FoldModels, worker: Any, lanes: list[Lane], samples: Samples, settings: Settings
) -> FoldsProgram:
    """The programs for these models; compiled before, if the worker is the same."""
    known = models.folds_program
    if known is not None and known.worker is worker:
        return known
    x, y, weights = samples.part(lanes[0].train[: settings.batch_size])
    if lanes[0].weights is not None:
        weights = lanes[0].weights[: len(lanes[0].train[: settings.batch_size])]
    program = FoldsProgram(worker, (x, y, weights))
    if not settings.return_models:
        # Otherwise the worker goes to the user.
        models.worker, models.folds_program = worker, program
    return program


def train(
    program: FoldsProgram,
    lanes: list[Lane],
    state: list,
    data: tuple,
    samples: Samples,
    settings: Settings,
    progress: Any,
) -> tuple[list, list[dict]]:
    """All epochs; the state behind them, and the history of each fold."""
    # Parts for validation may have made the training parts differ from the tasks'.
    way = pass_of([lane.train for lane in lanes], settings.batch_size)
    weights = test_weights = device(samples.sample_weight)
    if lanes[0].weights is not None:
        weights = jax.numpy.asarray(np.stack([lane.weights for lane in lanes]))
    validation_way = validation_order = None
    if lanes[0].validation is not None:
        parts = [lane.validation for lane in lanes]
        validation_way = pass_of(parts, settings.evaluation_batch_size)
        validation_order = padded(parts)
    epochs = settings.fit.get("epochs", 1)
    logs, pending = [], deque()
    for epoch in range(epochs):
        order = padded([lane.train[lane.feed.order(epoch)] for lane in lanes])
        state, *found = program.epoch(
            way, validation_way, state, order, data, weights, validation_order, test_weights
        )
        logs.append(found)
        pending.append(found[0][:1])
        if len(pending) > IN_FLIGHT:
            jax.block_until_ready(pending.popleft())
        progress.epoch_of_all(epoch + 1, epochs)
    return state, histories(program.names, jax.device_get(logs), len(lanes))


def histories(names: list[str], logs: list, folds: int) -> list[dict]:
    """From values of all folds by epoch to a history for each fold."""
    found: list[dict] = [{} for _ in range(folds)]
    for epoch in logs:
        for prefix, values in zip(("", "val_"), epoch):
            for name, of_folds in zip(names, values):
                for history, value in zip(found, of_folds):
                    history.setdefault(prefix + name, []).append(plain(value))
    # In the order in which callbacks get names.
    return [{name: history[name] for name in sorted(history)} for history in found]


def tested(
    program: FoldsProgram,
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
        found = [dict(zip(program.names, (plain(v[k]) for v in values))) for values in scores]
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
    return None if weights is None else jax.numpy.asarray(weights)


def plain(value: np.ndarray) -> Any:
    return float(value) if np.ndim(value) == 0 else value
