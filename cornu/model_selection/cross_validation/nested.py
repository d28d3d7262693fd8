"""Nested cross-validation: the score of a whole procedure that searches and then trains."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cornu.model_selection.cross_validation.models import FoldModels
from cornu.model_selection.cross_validation.one_fold import Fold, run_fold
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
from cornu.model_selection.cross_validation.search import GridSearch
from cornu.model_selection.cross_validation.validate import run_tasks, tasks_of
from cornu.model_selection.cross_validation.work import FoldWork
from cornu.model_selection.parts import take


@dataclass
class NestedCrossValidation(CrossValidation):
    """The outer folds, each with what its inner search chose in `fold.parameters`.

    Attributes:
        folds: see `CrossValidation`, as the next four.
        length: see there.
        way: see there.
        reason: see there.
        measured: see there.
        candidates: the parameters that each inner search tried.

    >>> from cornu.model_selection import Fold, NestedCrossValidation
    >>> parts = np.arange(4, 8), np.arange(4)
    >>> fold = Fold(1, *parts, 0, {"loss": [0.9]}, {"loss": 0.5}, parameters={"units": 8})
    >>> fold.candidate_scores = [0.7, 0.6]
    >>> tried = [{"units": 4}, {"units": 8}]
    >>> result = NestedCrossValidation([fold], length=8, candidates=tried)
    >>> result.chosen, result.searches
    ([{'units': 8}], [[({'units': 4}, 0.7), ({'units': 8}, 0.6)]])
    """

    candidates: list[dict] = field(default_factory=list)
    title = "Nested cross-validation"

    @property
    def searches(self) -> list[list[tuple[dict, float]]]:
        """For each outer fold a list of (parameters, mean inner score) of all candidates."""
        return [list(zip(self.candidates, fold.candidate_scores)) for fold in self.folds]

    @property
    def chosen(self) -> list[dict]:
        """The parameters that each outer fold's search chose."""
        return [fold.parameters for fold in self.folds]


def nested_cross_validate(
    search: GridSearch,
    x: Any,
    y: Any = None,
    outer: Any = 5,
    inner: Any = 3,
    *,
    groups: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    sampler: Any = None,
    callbacks: Any = None,
    validation_split: Any = None,
    seed: int | None = None,
    return_models: bool = False,
    n_jobs: int | None = None,
    resume: Any = None,
    verbose: str | int = "auto",
    **fit: Any,
) -> NestedCrossValidation:
    """Score a search on data that it did not see.

    In each outer fold the search cross-validates its candidates on the training part alone and
    trains the best on all of it; the test part gives the score. The best score *within* a search
    is too good (Cawley and Talbot, 2010, "On Over-fitting in Model Selection", JMLR 11).

    Args:
        search: `GridSearch` or `RandomSearch`.
        x: inputs, as for `cross_validate`.
        y: targets.
        outer: how to split the data, as `cv` of `cross_validate`.
        inner: how to split each training part for the search: a number, a name or a splitter.
        groups: the group of each sample, for both splits.
        sample_weight: one weight per sample.
        class_weight: as for `cross_validate`.
        sampler: as for `cross_validate`; in the inner folds too.
        callbacks: copied for each outer fold and each candidate's inner fold.
        validation_split: the fraction of each training part to validate with during training.
        seed: makes the run reproducible.
        return_models: whether to keep the outer folds' models.
        n_jobs: number of processes to deal the outer folds out to; -1 for one per core.
        resume: folder to go on from where the same call was broken off, inner searches included.
        verbose: 0 for silence; otherwise a line per outer fold.
        **fit: as for `cross_validate`.

    Returns:
        A `NestedCrossValidation`.

    Raises:
        ValueError: for folds, data or models that cannot be meant; see the messages.

    >>> def build(rate):
    ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    ...     model.compile(keras.optimizers.SGD(rate), loss="mse")
    ...     return model
    >>> search = keras.model_selection.GridSearch(build, {"rate": [1e-9, 0.1]})
    >>> x = np.random.default_rng(0).normal(size=(24, 2))
    >>> result = keras.model_selection.nested_cross_validate(
    ...     search, x, x.sum(axis=1), outer=2, inner=2, epochs=5, seed=0, verbose=0
    ... )
    >>> result.chosen
    [{'rate': 0.1}, {'rate': 0.1}]
    """
    samples = to_samples(x, y, sample_weight, groups)
    given = (callbacks, class_weight, validation_split, None, fit)
    settings = checked_settings(Settings(*given, return_models=return_models, sampler=sampler))
    folder = None if resume is None else ResumeFolder(resume)
    seed = drawn_seed(folder.seed(seed) if folder else seed)
    tasks = tasks_of(outer, samples, seed)
    work = NestedWork(samples, settings, search, inner, search.candidates(seed), folder)
    if folder is not None:
        searched = (work.candidates, search.measure, search.higher_is_better)
        folder.begin(seed, tasks, samples, settings, search=searched, inner=inner)
    jobs = count_jobs(n_jobs, len(tasks))
    run, progress = partial(run_apart, jobs=jobs), FoldsProgress(verbose, len(tasks))
    folds = collected(run, tasks, work, progress, None)
    way = "processes" if jobs > 1 else "sequential"
    return NestedCrossValidation(folds, samples.length, way, candidates=work.candidates)


class NestedWork(FoldWork):
    """Searches within the training part of a fold, trains the best on all of it, and tests that.

    Args:
        samples: all data.
        settings: how to train.
        search: the search.
        inner: how to split the training part.
        candidates: the parameters to try.
        folder: keeps finished folds, scores and backups, or None.
    """

    def __init__(
        self,
        samples: Samples,
        settings: Settings,
        search: GridSearch,
        inner: Any,
        candidates: list[dict],
        folder: ResumeFolder | None,
    ):
        self.samples, self.settings, self.folder = samples, settings, folder
        self.search, self.inner, self.candidates = search, inner, candidates
        self.by_candidate = [FoldModels(partial(search.build, **c)) for c in candidates]

    def __call__(self, task: FoldTask, watchers: Iterable[Any] = ()) -> Fold:
        begin = time.perf_counter()
        scores = self.inner_scores(task)
        models = self.by_candidate[self.search.best(scores)]
        watchers = self._with_backup(task, watchers)
        fold = run_fold(task, self.samples, self.settings, models, watchers)
        fold.candidate_scores = scores
        fold.seconds = time.perf_counter() - begin
        self._keep(fold)
        return self._with_parameters(fold)

    def models_of(self, fold: Fold) -> FoldModels:
        return self.by_candidate[self.search.best(fold.candidate_scores)]

    def load(self, task: FoldTask) -> Fold | None:
        fold = super().load(task)
        return None if fold is None else self._with_parameters(fold)

    def sent(self) -> dict[str, Any]:
        search = {"build": self.search.build, "the values of the search": self.candidates}
        return {**search, "callbacks": self.settings.callbacks, "sampler": self.settings.sampler}

    def inner_scores(self, task: FoldTask) -> list[float]:
        """Mean score of each candidate over the inner folds of an outer fold's training part."""
        x, y, weight = self.samples.part(task.train)
        groups = None if self.samples.groups is None else take(self.samples.groups, task.train)
        part = Samples(x, y, weight, groups, len(task.train))
        tasks = tasks_of(self.inner, part, task.seed)
        settings = self.settings.for_search(task)
        means = [] if self.folder is None else self.folder.searched(task.number)
        for models in self.by_candidate[len(means) :]:
            result = run_tasks(tasks, FoldWork(part, settings, models))
            means.append(mean_of(result, self.search.measure))
            if self.folder is not None:
                self.folder.save_searched(task.number, means)
        return means

    def _with_parameters(self, fold: Fold) -> Fold:
        fold.parameters = self.candidates[self.search.best(fold.candidate_scores)]
        return fold


def mean_of(result: CrossValidation, measure: str) -> float:
    if measure not in result.mean:
        raise ValueError(
            f"The search chooses by {measure!r}, which the model does not report; it reports "
            f"{', '.join(map(repr, result.mean))}. Add it to the metrics in compile."
        )
    return result.mean[measure]
