"""Functions of a user's own as losses: targets and predictions come in one rank."""

import keras as oracle
import numpy as np
import pytest

import cornu as keras


def squared(y_true, y_pred):
    return (y_true - y_pred) ** 2


@pytest.mark.parametrize("shape", [(5,), (5, 1)])
def test_flat_targets_meet_predictions_of_one_column(shape):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(5, 3)).astype("float32"), rng.normal(size=shape).astype("float32")
    kernel = rng.normal(size=(3, 1)).astype("float32")
    found = []
    for library in (keras, oracle):
        dense = library.layers.Dense(1, use_bias=False)
        model = library.Sequential([library.Input((3,)), dense])
        model.set_weights([kernel])
        model.compile("sgd", squared)
        found.append(model.evaluate(x, y, verbose=0))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5)
    np.testing.assert_allclose(found[0], np.mean((x @ kernel - y.reshape(5, 1)) ** 2), rtol=1e-5)
