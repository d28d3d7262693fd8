"""Noise and dropout layers against Keras, where the values do not depend on the draw."""

import numpy as np
import pytest

from tests.parity.oracle import compare_config, compare_layer

X = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
IMAGE = np.random.default_rng(0).normal(size=(2, 3, 4, 2)).astype("float32")
VOLUME = np.random.default_rng(0).normal(size=(2, 3, 4, 2, 2)).astype("float32")

CASES = {
    "dropout": ("layers.Dropout", {"rate": 0.3, "noise_shape": (None, 1, 4), "seed": 5}, X),
    "dropout_of_nothing": ("layers.Dropout", {"rate": 0.0}, X),
    "spatial_dropout_1d": ("layers.SpatialDropout1D", {"rate": 0.3}, X),
    "spatial_dropout_2d": ("layers.SpatialDropout2D", {"rate": 0.3, "seed": 1}, IMAGE),
    "spatial_dropout_3d": (
        "layers.SpatialDropout3D",
        {"rate": 0.3, "data_format": "channels_first"},
        VOLUME,
    ),
    "gaussian_dropout": ("layers.GaussianDropout", {"rate": 0.3, "seed": 1}, X),
    "gaussian_noise": ("layers.GaussianNoise", {"stddev": 0.3}, X),
    "alpha_dropout": ("layers.AlphaDropout", {"rate": 0.3, "seed": 2}, X),
    "activity_regularization": ("layers.ActivityRegularization", {"l1": 0.1, "l2": 0.2}, X),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_layer_agrees_with_keras_at_inference(case):
    compare_layer(*case)


@pytest.mark.parametrize(
    "name, rate",
    [("Dropout", 0.0), ("Dropout", 1.0), ("SpatialDropout1D", 1.0), ("AlphaDropout", 0.0)],
)
def test_dropping_all_or_nothing_agrees_with_keras_in_training(name, rate):
    compare_layer(f"layers.{name}", {"rate": rate}, X, training=True, gradients=False)


@pytest.mark.parametrize(
    "name, settings",
    [
        ("Dropout", {"rate": 0.5}),
        ("AlphaDropout", {"rate": 0.5, "noise_shape": (None, 1)}),
        ("SpatialDropout2D", {"rate": 0.5, "name": "drop", "dtype": "float16"}),
        ("GaussianNoise", {"stddev": 0.0}),
    ],
)
def test_config_agrees_with_keras(name, settings):
    compare_config(f"layers.{name}", settings)
