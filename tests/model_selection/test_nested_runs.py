"""Nested runs in processes, and broken off, are the same as in one go."""

import numpy as np
import pytest

import cornu as keras
from cornu.model_selection import GridSearch, nested_cross_validate
from cornu.model_selection.cross_validation import nested
from tests.model_selection.small_models import X, Y


def build(rate):
    """A line through the data."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


def build_scaled(x, rate):
    """Inputs on the scale of the training part."""
    scale = keras.layers.Normalization()
    scale.adapt(x)
    model = keras.Sequential([keras.Input((3,)), scale, keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


SEARCH = GridSearch(build, {"rate": [1e-6, 0.1]})
ARGUMENTS = {"outer": 2, "inner": 2, "epochs": 2, "batch_size": 13, "seed": 1, "verbose": 0}


@pytest.fixture(scope="module")
def whole():
    return nested_cross_validate(SEARCH, X, Y, return_models=True, **ARGUMENTS)


def check_same(result, whole):
    assert result.chosen == whole.chosen
    for search, other in zip(result.searches, whole.searches, strict=True):
        assert [p for p, _ in search] == [p for p, _ in other]
        assert [score for _, score in search] == pytest.approx([score for _, score in other])
    for fold, other in zip(result.folds, whole.folds, strict=True):
        assert fold.scores == pytest.approx(other.scores)
        for a, b in zip(fold.model.get_weights(), other.model.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_outer_folds_in_processes_are_the_same(whole):
    result = nested_cross_validate(SEARCH, X, Y, return_models=True, n_jobs=2, **ARGUMENTS)
    assert result.way == "processes"
    check_same(result, whole)


def test_a_run_that_was_broken_off_goes_on_in_its_search(whole, tmp_path, monkeypatch):
    arguments = {**ARGUMENTS, "return_models": True, "resume": tmp_path}
    run_tasks, calls = nested.run_tasks, []

    def counted(tasks, work):
        calls.append(work.models)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return run_tasks(tasks, work)

    monkeypatch.setattr(nested, "run_tasks", counted)
    with pytest.raises(KeyboardInterrupt):
        nested_cross_validate(SEARCH, X, Y, **arguments)
    result = nested_cross_validate(SEARCH, X, Y, **arguments)
    # Three searches of four were done; the fourth was begun twice, the others not.
    assert len(calls) == 5
    check_same(result, whole)
    again = nested_cross_validate(SEARCH, X, Y, **arguments)
    assert len(calls) == 5
    check_same(again, whole)


def test_another_search_is_refused_in_the_folder(tmp_path):
    arguments = {**ARGUMENTS, "resume": tmp_path, "epochs": 1}
    nested_cross_validate(GridSearch(build, {"rate": [0.1]}), X, Y, **arguments)
    with pytest.raises(ValueError, match="differs in: search"):
        nested_cross_validate(GridSearch(build, {"rate": [0.2]}), X, Y, **arguments)


def test_build_may_take_the_training_inputs():
    search = GridSearch(build_scaled, {"rate": [0.1]})
    result = nested_cross_validate(search, X, Y, **{**ARGUMENTS, "epochs": 1})
    assert result.chosen == [{"rate": 0.1}] * 2
