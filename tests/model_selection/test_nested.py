"""Nested cross-validation: the search sees nothing of what it is scored on."""

from types import SimpleNamespace

import numpy as np
import pytest

import cornu as keras
from cornu.model_selection import (
    Fold,
    GridSearch,
    RandomSearch,
    nested_cross_validate,
)
from cornu.model_selection.cross_validation import nested

X = np.arange(30, dtype="float32")[:, None]
GROUPS = np.arange(30) // 3


def build(rate, width=1):
    """A line through the data."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(width)])
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


@pytest.fixture
def seen(monkeypatch):
    """What searches and final trainings get, without any training."""
    calls = SimpleNamespace(inner=[], final=[])

    def run_tasks(tasks, work):
        calls.inner.append((tasks, work.samples))
        return SimpleNamespace(mean={"loss": float(len(calls.inner) % 2)})

    def run_fold(task, samples, settings, models, watchers):
        calls.final.append(task)
        return Fold(task.number, task.train, task.test, task.seed, {}, {"loss": 0.0})

    monkeypatch.setattr(nested, "run_tasks", run_tasks)
    monkeypatch.setattr(nested, "run_fold", run_fold)
    return calls


def test_the_search_never_sees_the_outer_test_part(seen):
    search = GridSearch(build, {"rate": [0.1, 0.2]})
    nested_cross_validate(search, X, X[:, 0], outer=3, inner=4, seed=0, verbose=0)
    assert (len(seen.inner), len(seen.final)) == (6, 3)
    for i, (tasks, samples) in enumerate(seen.inner):
        outer = seen.final[i // 2]
        assert not set(samples.x[:, 0]) & set(X[outer.test, 0])
        np.testing.assert_array_equal(samples.x, X[outer.train])
        assert len(tasks) == 4
        assert max(task.test.max() for task in tasks) < len(outer.train)


def test_groups_are_kept_together_in_both_splits(seen):
    search = GridSearch(build, {"rate": [0.1]})
    nested_cross_validate(
        search, X, X[:, 0], outer="group:3", inner="group:2", groups=GROUPS, seed=0, verbose=0
    )
    for tasks, samples in seen.inner:
        for task in tasks:
            groups = samples.groups
            assert not set(groups[task.train]) & set(groups[task.test])


def test_the_best_candidate_is_trained_on_the_whole_training_part(seen):
    search = GridSearch(build, {"rate": [0.1, 0.2]})
    result = nested_cross_validate(search, X, X[:, 0], outer=2, inner=2, seed=0, verbose=0)
    # The stand-in scores are 1 and 0 in turn, and the lower loss is better.
    assert result.chosen == [{"rate": 0.2}, {"rate": 0.2}]
    assert result.searches[0] == [({"rate": 0.1}, 1.0), ({"rate": 0.2}, 0.0)]


def test_a_grid_has_all_combinations():
    search = GridSearch(build, {"rate": [1, 2], "width": [3, 4]})
    assert search.candidates(0) == [
        {"rate": 1, "width": 3},
        {"rate": 1, "width": 4},
        {"rate": 2, "width": 3},
        {"rate": 2, "width": 4},
    ]


def test_a_random_search_draws_without_repetition():
    search = RandomSearch(build, {"rate": range(4), "width": range(5)}, trials=12)
    found = [tuple(candidate.values()) for candidate in search.candidates(1)]
    assert len(set(found)) == 12
    assert found == [tuple(candidate.values()) for candidate in search.candidates(1)]
    assert found != [tuple(candidate.values()) for candidate in search.candidates(2)]


def test_nan_is_never_the_best():
    assert GridSearch(build, {"rate": [1]}).best([np.nan, 2.0, 1.0]) == 2
    assert GridSearch(build, {"rate": [1]}, "accuracy").best([np.nan, 2.0, 1.0]) == 1


ERRORS = [
    (lambda: GridSearch(build, {}), "it is empty"),
    (lambda: GridSearch(build, {"rate": []}), "have none"),
    (lambda: GridSearch(build, {"rate": [1]}, "height"), "cannot tell whether"),
    (lambda: GridSearch(build, {"rate": [1]}, mode="best"), "mode must be"),
    (lambda: RandomSearch(build, {"rate": [1]}, trials=0), "at least 1"),
    (lambda: GridSearch(build, {"rate": [1]}).best([np.nan]), "NaN for every combination"),
]


@pytest.mark.parametrize(("act", "message"), ERRORS, ids=range(len(ERRORS)))
def test_what_cannot_be_meant_is_refused(act, message):
    with pytest.raises(ValueError, match=message):
        act()
