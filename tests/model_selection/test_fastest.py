"""Folds begin one by one against the clock; which way they go on follows from what it shows."""

import itertools

import numpy as np
import pytest

import cornu as keras
from cornu.model_selection import cross_validate
from cornu.model_selection.cross_validation import stopwatch, suitability
from tests.model_selection.small_models import X, Y, linear, perceptron

# Parts of whole batches, so that the programs are small.
X, Y = X[:24], Y[:24]

ARGUMENTS = {"cv": 3, "batch_size": 8, "seed": 2, "return_models": True, "verbose": 0}
ARGUMENTS["return_predictions"] = False


@pytest.fixture
def times(monkeypatch):
    """A clock that goes on by these steps, one for each time it is asked, then by the last."""

    def set_clock(*steps):
        last = itertools.repeat(steps[-1])
        moments = itertools.accumulate(itertools.chain(steps, last))
        monkeypatch.setattr(stopwatch, "clock", lambda: next(moments))

    return set_clock


@pytest.fixture(scope="module")
def alone():
    return cross_validate(perceptron, X, Y, epochs=6, together=False, **ARGUMENTS)


def weights(result):
    return [w for fold in result.folds for w in fold.model.get_weights()]


def test_folds_go_on_together_where_the_clock_shows_that_to_be_faster(times, alone):
    # Asked at the first begin, behind three epochs; then behind three epochs of all folds.
    times(0.0, 1.5, 1.0, 1.0, 0.0, 2.0, 2.0)
    result = cross_validate(perceptron, X, Y, epochs=6, **ARGUMENTS)
    assert result.way == "together"
    assert result.measured == {"alone": 3.0, "together": 2.0}
    assert str(result).endswith("Trained together: an epoch of all folds took 2s, 3s one by one.")
    for a, b in zip(weights(alone), weights(result), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_a_trial_that_is_given_up_leaves_the_bits_of_folds_alone(times, alone):
    times(0.0, 1.5, 1.0, 1.0, 0.0, 100.0, 100.0)
    result = cross_validate(perceptron, X, Y, epochs=6, **ARGUMENTS)
    assert (result.way, result.reason) == ("sequential", "Together they are slower by the clock.")
    assert result.measured == {"alone": 3.0, "together": 100.0}
    assert "3s, 100s together." in str(result) or "3s, 1m40s together." in str(result)
    for a, b in zip(weights(alone), weights(result), strict=True):
        np.testing.assert_array_equal(a, b)
    assert [f.history for f in alone.folds] == [f.history for f in result.folds]


def test_a_short_run_goes_on_as_it_began(times, alone):
    times(0.0, 1.0, 0.125)
    result = cross_validate(perceptron, X, Y, epochs=6, **ARGUMENTS)
    assert result.way == "sequential"
    assert result.measured == {"alone": 0.375}
    assert "too little to gain" in result.reason
    for a, b in zip(weights(alone), weights(result), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_compilation_that_took_long_must_be_paid_for(times):
    # What is left, 15 s, is less than twice the 20 s of the first epoch.
    times(0.0, 21.0, 1.0)
    result = cross_validate(linear, X, Y, epochs=6, **ARGUMENTS)
    assert result.reason == "One by one, 15.0 s were left: too little to gain from."


def test_many_short_folds_are_timed_beyond_the_first(times):
    times(0.0, 1.5, *(0.0, 1.5) * 2)
    arguments = {**ARGUMENTS, "cv": 6, "batch_size": 10, "epochs": 1}
    result = cross_validate(linear, X, Y, **arguments)
    assert result.way == "together"
    assert [fold.number for fold in result.folds] == list(range(1, 7))
    expected = cross_validate(linear, X, Y, together=False, **arguments)
    for a, b in zip(weights(expected), weights(result), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_long_steps_are_not_tried(times, monkeypatch):
    monkeypatch.setattr(suitability, "MOST_OPERATIONS", 1.0)
    times(0.0, 1.0)
    result = cross_validate(linear, X, Y, epochs=6, **ARGUMENTS)
    assert result.way == "sequential"
    assert "operations" in result.reason


def test_runs_that_cannot_be_together_are_not_timed(times):
    stop = keras.callbacks.EarlyStopping("loss", patience=9)
    result = cross_validate(linear, X, Y, callbacks=[stop], **{**ARGUMENTS, "cv": 2})
    assert (result.way, result.measured) == ("sequential", {})
    assert "callbacks see one model" in result.reason
