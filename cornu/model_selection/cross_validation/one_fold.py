"""One fold, from its data to its scores, on the model that all folds share."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.model_selection.cross_validation.callbacks import callbacks_of_fold, check_monitors
from cornu.model_selection.cross_validation.models import FoldModels
from cornu.model_selection.cross_validation.samples import (
    FoldTask,
    Samples,
    Settings,
    balanced_batches,
    with_validation,
)
from cornu.model_selection.parts import take


@dataclass
class Fold:
    """What came of one fold.

    Attributes:
        number: of the fold, from 1.
        train: indices of the samples it was trained with, those of an inner validation included.
        test: indices of the samples it was tested with.
        seed: after `set_random_seed(seed)`, `build()` and `fit` with these samples give the same
            model again.
        history: dict from name to the list of values, one for each epoch.
        scores: loss and metrics on the test part, by name.
        train_scores: likewise on the training part, or None.
        predictions: the model's outputs for the test part, or None.
        seconds: how long it took.
        model: the trained model, or None.
        parameters: what an inner search chose, or None.
        candidate_scores: the mean score of each candidate of an inner search, or None.

    >>> from cornu.model_selection import Fold
    >>> parts = np.arange(4, 8), np.arange(4)
    >>> Fold(1, *parts, seed=0, history={"loss": [0.9, 0.6]}, scores={"loss": 0.5}).epochs
    2
    """

    number: int
    train: np.ndarray
    test: np.ndarray
    seed: int
    history: dict[str, list]
    scores: dict[str, float]
    train_scores: dict[str, float] | None = None
    predictions: Any = None
    seconds: float = 0.0
    model: Any = None
    parameters: dict | None = None
    candidate_scores: list[float] | None = None

    @property
    def epochs(self) -> int:
        """How many epochs it was trained for."""
        return max((len(values) for values in self.history.values()), default=0)


def run_fold(
    task: FoldTask,
    samples: Samples,
    settings: Settings,
    models: FoldModels,
    watchers: Iterable[Any] = (),
) -> Fold:
    """Train and test one fold.

    Args:
        task: the fold.
        samples: all data.
        settings: how to train.
        models: where its model comes from.
        watchers: callbacks of the run itself, which are added to the user's.
    """
    begin = time.perf_counter()
    with models.seeded(task.seed):
        x_train = take(samples.x, task.train)
        model = models.new(x_train)
        train, validation = with_validation(samples, settings, task)
        x, y, sample_weight = samples.part(train)
        callbacks = callbacks_of_fold(settings.callbacks, task.number)
        validation_data = settings.validation_data
        if validation is not None:
            validation_data = samples.part(validation)
        check_monitors(callbacks, validation_data is not None)
        batch = take((x, y, sample_weight), slice(0, settings.batch_size))
        worker = models.adopt(model, batch)
        # After `adopt`, which leaves the random numbers where `fit` would find them.
        arguments = {
            **fit_arguments(settings, (x, y, sample_weight), task.seed),
            "class_weight": settings.class_weight,
            "validation_data": validation_data,
            "callbacks": [*callbacks, *watchers],
            "verbose": 0,
        }
        history = worker.fit(**arguments).history
        fold = Fold(task.number, task.train, task.test, task.seed, dict(history), {})
        tested(fold, worker, samples, settings)
        if settings.return_models:
            fold.model = models.hand_back(model, x_train, batch)
    fold.seconds = time.perf_counter() - begin
    return fold


def fit_arguments(settings: Settings, part: tuple, seed: int) -> dict[str, Any]:
    """The data as `fit` takes them, and the user's arguments."""
    if settings.sampler is None:
        return {**dict(zip(("x", "y", "sample_weight"), part)), **settings.fit}
    # The batches have their size and order from the sampler.
    rest = {k: v for k, v in settings.fit.items() if k not in ("batch_size", "shuffle")}
    rest["validation_batch_size"] = settings.evaluation_batch_size
    return {"x": balanced_batches(settings, part, seed), **rest}


def tested(fold: Fold, model: Any, samples: Samples, settings: Settings) -> None:
    """Fill in the scores and predictions of a fold from its trained model."""
    size = settings.evaluation_batch_size
    fold.scores = evaluated(model, samples.part(fold.test), size)
    if settings.return_train_score:
        fold.train_scores = evaluated(model, samples.part(fold.train), size)
    if settings.return_predictions:
        fold.predictions = model.predict(take(samples.x, fold.test), batch_size=size, verbose=0)


def evaluated(model: Any, part: tuple, batch_size: int) -> dict[str, float]:
    x, y, sample_weight = part
    return model.evaluate(
        x, y, sample_weight=sample_weight, batch_size=batch_size, verbose=0, return_dict=True
    )
