"""Preprocessing layers against Keras: values, gradients, shapes, dtypes, configs."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import assert_same, assert_same_config, compare_layer

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(3.0, 2.0, size=(5, 3)).astype("float32")
IMAGES = RNG.integers(0, 256, size=(2, 4, 3, 3)).astype("uint8")

CASES = [
    ("Rescaling", {"scale": 1 / 255}, IMAGES),
    ("Rescaling", {"scale": 2, "offset": -1.0}, FEATURES),
    ("Rescaling", {"scale": [1.0, 2.0, 3.0], "offset": [0, 1, 2]}, FEATURES),
    ("Rescaling", {"scale": 0.5, "dtype": "float16"}, FEATURES),
    ("Normalization", {"mean": 1.0, "variance": 4.0}, FEATURES),
    ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [1, 4, 0]}, FEATURES),
    ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [1, 4, 9], "invert": True}, FEATURES),
]


@pytest.mark.parametrize("name, settings, inputs", CASES)
def test_layer_agrees_with_keras(name, settings, inputs):
    compare_layer(f"layers.{name}", settings, inputs)


ADAPT_CASES = [
    ({}, FEATURES),
    ({"axis": None}, FEATURES),
    ({"axis": (1, 2)}, IMAGES),
    ({"axis": -1, "invert": True}, IMAGES),
    ({"axis": None}, FEATURES[:, 0]),
]


@pytest.mark.parametrize("settings, data", ADAPT_CASES)
def test_adapted_layer_agrees_with_keras(settings, data):
    ours, theirs = cornu.layers.Normalization(**settings), keras.layers.Normalization(**settings)
    ours.adapt(data)
    theirs.adapt(data)
    assert_same_config(ours, theirs, "Normalization")
    assert_same(ours.get_weights(), theirs.get_weights(), "weights")
    assert ours.get_build_config() == theirs.get_build_config()
    np.testing.assert_allclose(ours(data), theirs(data), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(ours.mean, theirs.mean, rtol=1e-5)
    np.testing.assert_allclose(ours.variance, theirs.variance, rtol=1e-5)
