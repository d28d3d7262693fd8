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
from cornu.data.batch import class_weights_to_sample_weights
from cornu.data.sample_feed import check_weights
from cornu.model_selection.cross_validation.lanes import FoldsProgram, Pass, Unsuitable
from cornu.model_selection.cross_validation.models import (
    FoldModels,
    create_state,
    same_programs,
)
from cornu.model_selection.cross_validation.one_fold import Fold
from cornu.model_selection.cross_validation.samples import (
    FoldTask,
    Samples,
    Settings,
    class_weights,
    with_validation,
)
from cornu.model_selection.parts import take
from cornu.training.cost import count_flops

# The table in docs/guides/model_selection.md has the measurements behind the numbers.
MOST_FLOPS_PER_FOLD = 2e6
FEWEST_STEPS = 10_000
FEWEST_FOLDS = 3
# Operations that lose when they are mapped over folds on a CPU, or cannot be mapped.
HEAVY = ("conv_", "while", "scan", "reduce_window", "select_and_", "sort", "fft", "callback")
IN_FLIGHT = 8
FIT_ARGUMENTS = {"batch_size", "epochs", "shuffle", "validation_batch_size"}


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
    lanes = [lane_of(task, samples, settings, models) for task in tasks]
    with models.seeded(tasks[0].seed):
        worker = lanes[0].model if models.worker is None else models.worker
        check_model(worker, lanes, samples)
        program = program_of(models, worker, lanes, samples, settings)
        ways = pass_of([lane.train for lane in lanes], settings.batch_size)
        if not asked:
            check_gain(program, ways, len(lanes), settings.fit.get("epochs", 1))
        data = jax.tree.map(jax.numpy.asarray, (samples.x, samples.y))
        state = program.stacked([lane.model for lane in lanes], [task.seed for task in tasks])
        state, histories = train(program, lanes, state, data, samples, settings, progress)
        folds = tested(program, lanes, state, data, samples, settings)
    for fold, history in zip(folds, histories):
        fold.history = history
        fold.seconds = (time.perf_counter() - begin) / len(folds)
    return folds


# --- whether ------------------------------------------------------------------------------------


def check_settings(
    tasks: list[FoldTask], samples: Samples, settings: Settings, models: FoldModels
) -> None:
    """Raise Unsuitable for what a fold needs a loop of its own for."""
    rest = set(settings.fit) - FIT_ARGUMENTS
    outside = settings.validation_data
    dtypes = [a.dtype for a in tree.flatten((samples.x, samples.y)) if a is not None]
    reasons = {
        "there are fewer than two folds": len(tasks) < 2,
        "callbacks see one model": bool(settings.callbacks),
        f"fit gets {sorted(rest)}": bool(rest),
        "validation_data are not among the samples": outside is not None
        and not isinstance(outside, str),
        "build takes the training inputs": models.takes_inputs,
        "some data are neither numbers nor booleans": any(d.kind not in "biuf" for d in dtypes),
    }
    raise_for(reasons)


def check_model(worker: Any, lanes: list[Lane], samples: Samples) -> None:
    """Raise Unsuitable for models that do their steps in a way of their own."""
    differ = any(
        lane.model is not worker and not same_programs(worker, lane.model) for lane in lanes
    )
    plain = worker._is_plain_step("train") and worker._is_plain_step("test")
    raise_for(
        {
            "build returns models that differ": differ,
            "the model has steps of its own": not plain,
            "the model runs eagerly": worker.run_eagerly or not worker.jit_compile,
        }
    )


def check_gain(program: FoldsProgram, way: Pass, folds: int, epochs: int) -> None:
    """Raise Unsuitable where the folds one by one are faster, as far as an estimate tells."""
    steps = folds * epochs * (way.full + bool(way.tails))
    flops = count_flops(program.jaxpr.jaxpr)
    heavy = sorted(n for n in primitives(program.jaxpr.jaxpr) if n.startswith(HEAVY))
    uneven = len(way.tails) > 4
    raise_for(
        {
            f"there are fewer than {FEWEST_FOLDS} folds": folds < FEWEST_FOLDS,
            f"{steps} steps do not pay for the compilation": steps < FEWEST_STEPS,
            f"a step has {flops:.2g} operations": flops > MOST_FLOPS_PER_FOLD,
            f"a step has {', '.join(heavy)}": bool(heavy),
            "the folds differ in size": uneven,
        }
    )


def raise_for(reasons: dict[str, bool]) -> None:
    found = [reason for reason, holds in reasons.items() if holds]
    if found:
        raise Unsuitable(f"The folds cannot be trained together: {'; '.join(found)}.")


def primitives(jaxpr: Any) -> set[str]:
    """Names of all operations of a traced program."""
    names = set()
    for equation in jaxpr.eqns:
        names.add(equation.primitive.name)
        for value in jax.tree.leaves(list(equation.params.values())):
            inner = getattr(value, "jaxpr", value)
            if hasattr(inner, "eqns"):
                names |= primitives(inner)
    return names


# --- doing it -----------------------------------------------------------------------------------


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
    return class_weights_to_sample_weights(samples.y, weights)


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
    return found


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
