"""The fastest way through all folds, by the clock: one by one, or together in one program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cornu.model_selection.cross_validation.lanes import Unsuitable
from cornu.model_selection.cross_validation.one_fold import Fold
from cornu.model_selection.cross_validation.samples import FoldTask
from cornu.model_selection.cross_validation.stopwatch import Promising, Stopwatch
from cornu.model_selection.cross_validation.suitability import (
    check_model,
    check_settings,
    check_size,
    check_sizes,
    check_step,
)
from cornu.model_selection.cross_validation.together import epochs_of, pass_of, run_together
from cornu.model_selection.cross_validation.work import FoldWork, one_by_one


@dataclass
class Choice:
    """Which way was taken, and why.

    Attributes:
        way: `"sequential"`, `"together"` or `"processes"`.
        reason: why, where something was to decide.
        measured: seconds of an epoch of all folds, by way: `"alone"` and `"together"`.
    """

    way: str = "sequential"
    reason: str = ""
    measured: dict[str, float] = field(default_factory=dict)


def run_fastest(
    tasks: list[FoldTask], work: FoldWork, progress: Any, choice: Choice
) -> Iterator[Fold]:
    """Train and test folds one by one until it is clear what is faster, and the rest in that way.

    Both ways give the same folds, up to the rounding of sums.

    Args:
        tasks: the folds.
        work: what is done with each.
        progress: what shows the run.
        choice: takes down what was chosen.
    """
    left = list(tasks)
    try:
        check_settings(left, work.samples, work.settings, work.models)
        check_sizes(pass_of([task.train for task in left], work.settings.batch_size))
    except Unsuitable as error:
        choice.reason = str(error)
        yield from one_by_one(left, work, progress)
        return
    models, epochs = work.models, work.settings.epochs
    if "together" not in models.measured:
        watch = Stopwatch(len(left), epochs, lambda worker: check_program(worker, left[0], work))
        while left:
            fold = begun(left[0], work, progress, watch)
            if fold is None:
                break
            left.pop(0)
            watch.fold_done(fold.seconds)
            yield fold
        choice.reason = watch.reason or "The folds were done before their speed was known."
        if watch.laps.enough:
            models.measured["alone"] = watch.laps.best
            choice.measured["alone"] = watch.laps.best * len(tasks)
    if left:
        yield from tried_together(left, work, progress, choice)


def check_program(worker: Any, task: FoldTask, work: FoldWork) -> None:
    """Raise Unsuitable for a model that is not worth a trial."""
    settings = work.settings
    check_model(worker, worker)
    check_size(worker, settings.batch_size)
    batch = work.samples.part(task.train[: settings.batch_size])
    check_step(epochs_of(work.models, worker, batch, settings))


def begun(task: FoldTask, work: FoldWork, progress: Any, watch: Stopwatch) -> Fold | None:
    """A fold trained alone, or None if the watch broke it off."""
    try:
        return work(task, [*progress.watchers(task.number), watch])
    except Promising:
        return None


def tried_together(
    tasks: list[FoldTask], work: FoldWork, progress: Any, choice: Choice
) -> Iterator[Fold]:
    """Folds together, unless the clock says that this is slower than one by one."""
    measured = work.models.measured
    choice.measured["alone"] = len(tasks) * measured["alone"]
    try:
        if measured.get("together", 0.0) > choice.measured["alone"]:
            raise Unsuitable("Together they were slower by the clock before.")
        folds: Iterable[Fold] = run_together(
            tasks, work.samples, work.settings, work.models, progress, measured
        )
        choice.way, choice.reason = "together", "Together they are faster by the clock."
    except Unsuitable as error:
        choice.reason = str(error)
        folds = one_by_one(tasks, work, progress)
    if "together" in measured:
        choice.measured["together"] = measured["together"]
    yield from folds
