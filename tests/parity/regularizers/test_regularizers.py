"""Regularizers against Keras: values, gradients, configs, names."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import compare_function

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
CASES = [
    ("L1", {}),
    ("L1", {"l1": 0.3}),
    ("L2", {}),
    ("L2", {"l2": 0.3}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_penalties_and_gradients_are_keras(name, settings):
    def penalty(keras, x):
        return getattr(keras.regularizers, name)(**settings)(keras.ops.convert_to_tensor(x))

    compare_function(penalty, X)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_each_library_reads_what_the_other_wrote(name, settings):
    ours = getattr(cornu.regularizers, name)(**settings)
    theirs = getattr(keras.regularizers, name)(**settings)
    config, expected = ours.get_config(), theirs.get_config()
    # Keras keeps some factors in single precision.
    assert config == pytest.approx(expected) or name == "OrthogonalRegularizer"
    assert list(config) == list(expected)
    written = keras.regularizers.serialize(theirs)
    assert cornu.regularizers.deserialize(written).get_config() == expected
    assert type(keras.regularizers.deserialize(cornu.regularizers.serialize(ours))) is type(theirs)


@pytest.mark.parametrize("name", ["l1", "L1", "l2", "L2", "L1L2", "l1l2", "orthogonal_regularizer"])
def test_names_are_keras(name):
    ours, theirs = cornu.regularizers.get(name), keras.regularizers.get(name)
    assert type(ours).__name__ == type(theirs).__name__
