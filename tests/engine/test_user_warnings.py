"""Warnings name the line that the user wrote, however deep in the package they arise."""

import inspect

import jax
import numpy as np
import pytest

import cornu as keras
from cornu.engine.user_warnings import warn


def line_of(function, found):
    lines, first = inspect.getsourcelines(function)
    return lines[found.lineno - first].strip()


def batches():
    while True:
        yield np.ones((4, 2)), np.ones((4, 1))


def test_a_warning_of_fit_stands_at_the_call_of_fit():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning) as found:
        model.fit(batches(), batch_size=64, steps_per_epoch=2, verbose=0)
    here = test_a_warning_of_fit_stands_at_the_call_of_fit
    assert (found[0].filename, line_of(here, found[0])) == (
        __file__,
        "model.fit(batches(), batch_size=64, steps_per_epoch=2, verbose=0)",
    )


def test_a_warning_in_a_traced_function_stands_at_the_users_line():
    def traced(x):
        warn("look here", SyntaxWarning)
        return x

    with pytest.warns(SyntaxWarning) as found:
        jax.jit(traced)(1.0)
    assert found[0].filename == __file__
