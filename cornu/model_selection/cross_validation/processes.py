"""Folds one by one, or in several processes, each of which keeps to cores of its own."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from cornu.model_selection.cross_validation.models import state_values
from cornu.model_selection.cross_validation.one_fold import Fold
from cornu.model_selection.cross_validation.samples import FoldTask
from cornu.model_selection.cross_validation.work import FoldWork, one_by_one


def collected(
    run: Callable, tasks: list[FoldTask], work: FoldWork, progress: Any, choice: Any
) -> list[Fold]:
    """All folds by number; each is shown when it is done.

    Args:
        run: gives the folds that no earlier run has done, called with the other arguments.
        tasks: the folds.
        work: what is done with each.
        progress: what shows the run.
        choice: takes down which way was taken.
    """
    found, left = [], []
    try:
        for task in tasks:
            fold = work.load(task)
            if fold is None:
                left.append(task)
            else:
                progress.done(fold, loaded=True)
                found.append(fold)
        for fold in run(left, work, progress, choice) if left else ():
            progress.done(fold)
            found.append(fold)
    finally:
        progress.close()
    return sorted(found, key=lambda fold: fold.number)


def run_apart(
    tasks: list[FoldTask], work: FoldWork, progress: Any, choice: Any, jobs: int
) -> Iterator[Fold]:
    """Folds one by one, or dealt out to processes."""
    if jobs > 1:
        return run_in_processes(tasks, work, jobs)
    return one_by_one(tasks, work, progress)


def run_in_processes(tasks: list[FoldTask], work: FoldWork, n_jobs: int) -> Iterator[Fold]:
    """Train and test folds in new processes; gives each when it is done.

    Args:
        tasks: the folds.
        work: what is done with each; every process gets a copy, data included.
        n_jobs: number of processes.

    Raises:
        ValueError: if `build` or the callbacks cannot be sent to another process.
        RuntimeError: if a process ends before its time.
    """
    for name, value in work.sent().items():
        check_sendable(name, value)
    context = multiprocessing.get_context("spawn")
    shares = context.SimpleQueue()
    for cores in shares_of_cores(n_jobs):
        shares.put(cores)
    pool = ProcessPoolExecutor(
        n_jobs, mp_context=context, initializer=begin, initargs=(shares, work)
    )
    try:
        for done in as_completed([pool.submit(run, task) for task in tasks]):
            fold = done.result()
            if fold.model is not None:
                work.revive(fold)
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

_work: FoldWork | None = None


def begin(shares: Any, work: FoldWork) -> None:
    """Take some cores before anything is computed, and remember what all folds need."""
    global _work
    cores = shares.get()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    _work = work


def run(task: FoldTask) -> Fold:
    """One fold; its model stays behind, its weights travel in its place."""
    fold = _work(task)
    if fold.model is not None:
        fold.model = state_values(fold.model)
    return fold
