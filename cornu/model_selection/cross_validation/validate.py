"""`cross_validate` and `cross_val_predict`: a new model for each fold of the data."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.model_selection.cross_validation.fastest import Choice, run_fastest
from cornu.model_selection.cross_validation.models import FoldModels
from cornu.model_selection.cross_validation.one_fold import Fold
from cornu.model_selection.cross_validation.processes import collected, count_jobs, run_apart
from cornu.model_selection.cross_validation.progress import FoldsProgress
from cornu.model_selection.cross_validation.result import CrossValidation
from cornu.model_selection.cross_validation.resume import ResumeFolder, drawn_seed
from cornu.model_selection.cross_validation.samples import (
    FoldTask,
    Samples,
    Settings,
    checked_settings,
    to_samples,
)
from cornu.model_selection.cross_validation.together import run_together
from cornu.model_selection.cross_validation.work import FoldWork
from cornu.model_selection.splitters import split_indices


def cross_validate(
    build: Callable,
    x: Any,
    y: Any = None,
    cv: Any = 5,
    *,
    groups: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    sampler: Any = None,
    callbacks: Any = None,
    validation_split: Any = None,
    validation_data: Any = None,
    seed: int | None = None,
    return_models: bool = False,
    return_train_score: bool = False,
    return_predictions: bool = True,
    n_jobs: int | None = None,
    together: bool | None = None,
    resume: Any = None,
    verbose: str | int = "auto",
    **fit: Any,
) -> CrossValidation:
    """Train and test a new model on each fold of the data.

    The test part serves nothing but scores and predictions, unless `validation_data="test"`.

    Args:
        build: a function that returns a new compiled model, the same each time but for its random
            weights. If it needs an argument, it gets the fold's training inputs, to adapt to.
        x: inputs: arrays, data frames, lists of numbers, or nested structures of these.
        y: targets, likewise.
        cv: number of shuffled folds, name (see `make_splitter`), splitter, or pairs of indices.
        groups: the group of each sample, `(samples,)`, for ways to split that keep them together.
        sample_weight: one weight per sample, for training and scores.
        class_weight: `"balanced"` by the fold's training targets, or other forms that `fit` takes.
        sampler: a `strategy` of `BalancedBatches`, such as `"over"`, for each fold's training part.
        callbacks: a callback or several, copied for each fold, with `fold_1`, `fold_2`, ... in the
            paths they write to; or a function from the fold's number to new ones.
        validation_split: fraction of the training samples, or a `ValidationSplit`.
        validation_data: `"test"` for the fold's test part, or data as `fit` takes.
        seed: makes the run reproducible; drawn from Python's generator if None.
        return_models: whether to keep the trained models.
        return_train_score: whether to compute the scores on the training parts too.
        return_predictions: whether to keep the outputs for the test parts.
        n_jobs: number of processes to deal the folds out to; -1 for one per core.
        together: whether all folds are trained at once; None tries what is faster (see the guide).
        resume: folder of finished folds and backups: the same call goes on where it was broken off.
        verbose: 0 for silence; otherwise a line per fold.
        **fit: `batch_size`, `epochs`, `shuffle` and other arguments of `fit`.

    Returns:
        A `CrossValidation`; printed, it is a table.

    Raises:
        ValueError: for folds, data or models that cannot be meant; see the messages.

    >>> def build():
    ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    ...     model.compile("sgd", loss="mse", metrics=["mae"])
    ...     return model
    >>> x = np.random.default_rng(0).normal(size=(30, 2))
    >>> result = keras.model_selection.cross_validate(
    ...     build, x, x.sum(axis=1), cv=3, epochs=5, seed=1, verbose=0
    ... )
    >>> sorted(result.mean), len(result.folds), result.predictions.shape
    (['loss', 'mae'], 3, (30, 1))
    """
    models, samples = FoldModels(build), to_samples(x, y, sample_weight, groups)
    given = (callbacks, class_weight, validation_split, validation_data, fit)
    kept = (return_models, return_train_score, return_predictions, sampler)
    settings = checked_settings(Settings(*given, *kept))
    folder = None if resume is None else ResumeFolder(resume)
    seed = drawn_seed(folder.seed(seed) if folder else seed)
    tasks = tasks_of(cv, samples, seed)
    if folder is not None:
        folder.begin(seed, tasks, samples, settings)
    return run_tasks(tasks, FoldWork(samples, settings, models, folder), n_jobs, together, verbose)


def cross_val_predict(build: Callable, x: Any, y: Any = None, cv: Any = 5, **kwargs: Any) -> Any:
    """Predictions for each sample by a model that did not see it.

    Args:
        build: a function that returns a new compiled model.
        x: inputs, as for `cross_validate`.
        y: targets.
        cv: as for `cross_validate`; each sample must be tested exactly once.
        **kwargs: further arguments of `cross_validate`.

    Returns:
        Array `(samples, ...)`, or the nested structure of the model's outputs, in the data's order.

    Raises:
        ValueError: if samples are tested more than once, or not at all.

    >>> def build():
    ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    ...     model.compile("sgd", loss="mse")
    ...     return model
    >>> x = np.zeros((12, 2))
    >>> keras.model_selection.cross_val_predict(build, x, x[:, 0], cv=3, verbose=0).shape
    (12, 1)
    """
    samples = to_samples(x, y, kwargs.get("sample_weight"), kwargs.get("groups"))
    seed = drawn_seed(kwargs.pop("seed", None))
    pairs = split_indices(cv, samples.length, samples.y, samples.groups, seed=seed)
    counts = np.bincount(np.concatenate([test for _, test in pairs]), minlength=samples.length)
    if np.any(counts != 1):
        raise ValueError(
            f"cross_val_predict needs a cv that tests each sample once; {np.sum(counts == 0)} are "
            f"never tested, {np.sum(counts > 1)} more than once. Use 'k-fold', 'stratified' or "
            "'group', or `cross_validate(...).predictions`, which takes means."
        )
    result = cross_validate(build, x, y, pairs, seed=seed, **kwargs)
    return result.predictions


def tasks_of(cv: Any, samples: Samples, seed: int) -> list[FoldTask]:
    """The folds with their numbers and seeds."""
    pairs = split_indices(cv, samples.length, samples.y, samples.groups, seed=seed)
    seeds = np.random.SeedSequence(seed).generate_state(len(pairs))
    numbered = zip(range(1, len(pairs) + 1), pairs, seeds)
    return [FoldTask(i, train, test, int(own)) for i, (train, test), own in numbered]


def run_tasks(
    tasks: list[FoldTask],
    work: FoldWork,
    n_jobs: int | None = None,
    together: bool | None = None,
    verbose: str | int = 0,
) -> CrossValidation:
    """Train and test all folds in the way asked for, or the fastest."""
    jobs = count_jobs(n_jobs, len(tasks))
    if together and (jobs > 1 or work.folder is not None):
        raise ValueError("together=True can neither go with n_jobs nor with resume.")
    if together:
        run: Callable = run_asked
    elif jobs > 1 or work.folder is not None or together is False:
        run = functools.partial(run_apart, jobs=jobs)
    else:
        run = run_fastest
    choice = Choice("processes" if jobs > 1 else "sequential")
    folds = collected(run, tasks, work, FoldsProgress(verbose, len(tasks)), choice)
    return CrossValidation(folds, work.samples.length, choice.way, choice.reason, choice.measured)


def run_asked(
    tasks: list[FoldTask], work: FoldWork, progress: FoldsProgress, choice: Choice
) -> list[Fold]:
    """All folds together, since the user said so."""
    choice.way = "together"
    return run_together(tasks, work.samples, work.settings, work.models, progress)
