"""Nested cross-validation: the score of a whole procedure that searches and then trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cornu.model_selection.cross_validation.models import FoldModels
from cornu.model_selection.cross_validation.one_fold import run_fold
from cornu.model_selection.cross_validation.progress import FoldsProgress
from cornu.model_selection.cross_validation.result import CrossValidation
from cornu.model_selection.cross_validation.resume import drawn_seed
from cornu.model_selection.cross_validation.samples import (
    FoldTask,
    Samples,
    Settings,
    checked_settings,
    to_samples,
)
from cornu.model_selection.cross_validation.search import GridSearch
from cornu.model_selection.cross_validation.validate import run_tasks, tasks_of
from cornu.model_selection.parts import take


@dataclass
class NestedCrossValidation(CrossValidation):
    """The outer folds, each with what its inner search chose in `fold.parameters`.

    Attributes:
        folds: see `CrossValidation`, as the next two.
        length: see there.
        way: see there.
        searches: for each outer fold a list of (parameters, mean inner score) of all candidates.

    >>> import numpy as np
    >>> from cornu.model_selection import Fold, NestedCrossValidation
    >>> parts = np.arange(4, 8), np.arange(4)
    >>> fold = Fold(1, *parts, 0, {"loss": [0.9]}, {"loss": 0.5}, parameters={"units": 8})
    >>> tried = [({"units": 4}, 0.7), ({"units": 8}, 0.6)]
    >>> NestedCrossValidation([fold], length=8, searches=[tried]).chosen
    [{'units': 8}]
    """

    searches: list[list[tuple[dict, float]]] = field(default_factory=list)

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
    callbacks: Any = None,
    validation_split: Any = None,
    seed: int | None = None,
    return_models: bool = False,
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
        class_weight: dict from class to weight, or `"balanced"`.
        callbacks: copied for each outer fold and each candidate's inner fold.
        validation_split: the share of each training part to validate with during training.
        seed: makes the run reproducible.
        return_models: whether to keep the outer folds' models.
        verbose: 0 for silence; otherwise a line per outer fold.
        **fit: as for `cross_validate`.

    Returns:
        A `NestedCrossValidation`.

    Raises:
        ValueError: for folds, data or models that cannot be meant; see the messages.

    >>> import numpy as np
    >>> import cornu as keras
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
    settings = checked_settings(Settings(*given, return_models=return_models))
    seed = drawn_seed(seed)
    tasks = tasks_of(outer, samples, seed)
    candidates = search.candidates(seed)
    models = [FoldModels(builder(search.build, parameters)) for parameters in candidates]
    progress = FoldsProgress(verbose, len(tasks))
    folds, searches = [], []
    try:
        for task in tasks:
            scores = inner_scores(search, models, task, samples, settings, inner)
            best = search.best(scores)
            fold = run_fold(task, samples, settings, models[best], progress.watchers(task.number))
            fold.parameters = candidates[best]
            searches.append(list(zip(candidates, scores)))
            folds.append(fold)
            progress.done(fold)
    finally:
        progress.close()
    return NestedCrossValidation(folds, samples.length, "sequential", searches)


def builder(build: Callable, parameters: dict) -> Callable:
    """`build` with its parameters, and nothing left to pass."""
    made = partial(build, **parameters)
    return lambda: made()


def inner_scores(
    search: GridSearch,
    models: list[FoldModels],
    task: FoldTask,
    samples: Samples,
    settings: Settings,
    inner: Any,
) -> list[float]:
    """Mean score of each candidate over the inner folds of an outer fold's training part."""
    x, y, weight = samples.part(task.train)
    groups = None if samples.groups is None else take(samples.groups, task.train)
    part = Samples(x, y, weight, groups, len(task.train))
    tasks = tasks_of(inner, part, task.seed)
    settings = settings.for_search(task)
    means = []
    for candidate in models:
        result = run_tasks(tasks, part, settings, candidate)
        means.append(mean_of(result, search.measure))
    return means


def mean_of(result: CrossValidation, measure: str) -> float:
    if measure not in result.mean:
        raise ValueError(
            f"The search chooses by {measure!r}, which the model does not report; it reports "
            f"{', '.join(map(repr, result.mean))}. Add it to the metrics in compile."
        )
    return result.mean[measure]
