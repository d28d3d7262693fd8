"""Histories and evaluations have the names that Keras gives; histories in its order too."""

import keras as oracle
import numpy as np
import pytest

import cornu

X = np.ones((4, 3), "float32")
Y = np.ones((4, 1), "float32")
WEIGHTS = np.ones(4, "float32")


def myMetric(y_true, y_pred):
    return (y_pred - y_true) ** 2


def one_output(keras):
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="top")])


def two_outputs(keras):
    x = keras.Input((3,))
    return keras.Model(x, [keras.layers.Dense(1, name=name)(x) for name in ("p", "q")])


def names(keras, make, callbacks=None, **arguments):
    model = make(keras)
    model.compile("sgd", **arguments)
    count = len(model.outputs)
    y, weights = ([Y] * count, [WEIGHTS] * count) if count > 1 else (Y, WEIGHTS)
    made = [getattr(keras.callbacks, name)(monitor="loss") for name in callbacks or ()]
    fitted = model.fit(X, y, sample_weight=weights, callbacks=made, verbose=0)
    evaluated = model.evaluate(X, y, verbose=0, return_dict=True)
    return list(fitted.history), sorted(evaluated)


CASES = {
    "functions and weighted": (
        one_output,
        {
            "loss": "mse",
            "metrics": ["mae", myMetric, lambda y_true, y_pred: y_pred],
            "weighted_metrics": ["mae", "mse"],
        },
    ),
    "weighted, several outputs": (
        two_outputs,
        {"loss": "mse", "metrics": [["mae"], ["mae"]], "weighted_metrics": [["mae"], ["mse"]]},
    ),
    "one loss of two": (two_outputs, {"loss": ["mse", None]}),
    "learning rate": (
        one_output,
        {"loss": "mse", "metrics": ["mae"], "callbacks": ["ReduceLROnPlateau"]},
    ),
}


@pytest.mark.parametrize("make, arguments", CASES.values(), ids=CASES)
def test_names_of_logs(make, arguments):
    assert names(cornu, make, **arguments) == names(oracle, make, **arguments)
