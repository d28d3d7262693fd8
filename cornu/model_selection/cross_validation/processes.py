"""Folds in several processes, each of which keeps to cores of its own."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from cornu.model_selection.cross_validation.models import FoldModels, state_values
from cornu.model_selection.cross_validation.one_fold import Fold, run_fold
from cornu.model_selection.cross_validation.samples import FoldTask, Samples, Settings


def run_in_processes(
    tasks: list[FoldTask],
    samples: Samples,
    settings: Settings,
    models: FoldModels,
    n_jobs: int,
    folder: Any = None,
) -> Iterator[Fold]:
    """Train and test folds in new processes; gives each when it is done.

    Args:
        tasks: the folds.
        samples: all data; each process gets a copy.
        settings: how to train.
        models: makes the models, by a function of an importable module.
        n_jobs: number of processes.
        folder: a `ResumeFolder`, or None.

    Raises:
        ValueError: if `build` or the callbacks cannot be sent to another process.
        RuntimeError: if a process ends before its time.
    """
    check_sendable("build", models.build)
    check_sendable("callbacks", settings.callbacks)
    context = multiprocessing.get_context("spawn")
    shares = context.SimpleQueue()
    for cores in shares_of_cores(n_jobs):
        shares.put(cores)
    pool = ProcessPoolExecutor(
        n_jobs,
        mp_context=context,
        initializer=begin,
        initargs=(shares, samples, settings, models.build, folder),
    )
    try:
        for done in as_completed([pool.submit(run, task) for task in tasks]):
            fold = done.result()
            if fold.model is not None:
                fold.model = models.with_values(fold.seed, samples.part(fold.train), fold.model)
            yield fold
    except BrokenProcessPool as error:
        raise RuntimeError(
            "A process that trained folds ended too early. In a script the call must stand "
            'below `if __name__ == "__main__":`, since the other processes read the script too; '
            "otherwise memory may have run out."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def count_jobs(n_jobs: int | None, folds: int) -> int:
    """The number of processes; 1 means this one.

    Raises:
        ValueError: for 0, or a negative number other than -1.
    """
    if n_jobs is None:
        return 1
    if n_jobs == -1:
        n_jobs = len(usable_cores())
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs < 1:
        raise ValueError(
            f"n_jobs must be a number of processes, -1 for one per core, or None; got {n_jobs!r}."
        )
    return min(n_jobs, folds)


def check_sendable(name: str, value: Any) -> None:
    """Raise a ValueError if another process could not read this."""
    hint = (
        "Define it at the top level of a module, not as a lambda, inside another function or in "
        "a notebook, or leave n_jobs out."
    )
    try:
        pickle.dumps(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            f"{name} cannot be sent to another process, as n_jobs needs: {error}. {hint}"
        ) from error
    main = sys.modules["__main__"]
    if getattr(value, "__module__", None) == "__main__" and not hasattr(main, "__file__"):
        raise ValueError(
            f"{name} was defined interactively, where other processes, as n_jobs needs them, "
            f"cannot find it. {hint}"
        )


def usable_cores() -> list[int]:
    """The cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def shares_of_cores(jobs: int) -> list[list[int]]:
    """Cores for each process, as even as can be; they share where there are too few."""
    cores = usable_cores()
    if jobs >= len(cores):
        return [[cores[i % len(cores)]] for i in range(jobs)]
    return [cores[i::jobs] for i in range(jobs)]


# --- in the other process -----------------------------------------------------------------------

_state: tuple | None = None


def begin(shares: Any, samples: Samples, settings: Settings, build: Callable, folder: Any) -> None:
    """Take some cores before anything is computed, and remember what all folds need."""
    global _state
    cores = shares.get()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    _state = (samples, settings, FoldModels(build), folder)


def run(task: FoldTask) -> Fold:
    """One fold; its model stays behind, its weights travel in its place."""
    samples, settings, models, folder = _state
    watchers = [] if folder is None else [folder.backup(task.number)]
    fold = run_fold(task, samples, settings, models, watchers)
    if folder is not None:
        folder.save(fold)
    if fold.model is not None:
        fold.model = state_values(fold.model)
    return fold
