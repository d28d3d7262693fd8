"""Pooling layers against Keras: values, gradients, shapes, dtypes, configs."""

import numpy as np
import pytest

from tests.parity.oracle import compare_layer

RNG = np.random.default_rng(0)
SEQUENCES = RNG.normal(size=(2, 9, 4)).astype("float32")
IMAGES = RNG.normal(size=(2, 7, 6, 4)).astype("float32")
VOLUMES = RNG.normal(size=(2, 5, 4, 6, 2)).astype("float32")
FIRST = {"data_format": "channels_first"}

CASES = [
    ("MaxPooling1D", {}, SEQUENCES),
    ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same", **FIRST}, SEQUENCES),
    ("MaxPooling2D", {}, IMAGES),
    ("MaxPooling2D", {"pool_size": (3, 2), "strides": 1, "padding": "same"}, IMAGES),
    ("MaxPooling2D", {"pool_size": 2, **FIRST}, IMAGES),
    ("MaxPooling2D", {"dtype": "float16"}, IMAGES.astype("float16")),
    ("MaxPooling3D", {"pool_size": (2, 1, 3)}, VOLUMES),
    ("AveragePooling1D", {"pool_size": 2}, SEQUENCES),
    ("AveragePooling1D", {"pool_size": 3, "strides": 1, "padding": "same"}, SEQUENCES),
    ("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, IMAGES),
    ("AveragePooling2D", {"pool_size": (2, 3), **FIRST}, IMAGES),
    ("AveragePooling3D", {"pool_size": 2}, VOLUMES),
    ("GlobalMaxPooling1D", {}, SEQUENCES),
    ("GlobalMaxPooling2D", {"keepdims": True}, IMAGES),
    ("GlobalMaxPooling3D", {**FIRST}, VOLUMES),
    ("GlobalAveragePooling1D", {}, SEQUENCES),
    ("GlobalAveragePooling2D", {"keepdims": True, **FIRST}, IMAGES),
    ("GlobalAveragePooling2D", {"dtype": "float16"}, IMAGES.astype("float16")),
    ("GlobalAveragePooling3D", {}, VOLUMES),
    ("AdaptiveAveragePooling1D", {"output_size": 4}, SEQUENCES),
    ("AdaptiveAveragePooling2D", {"output_size": (3, 2)}, IMAGES),
    ("AdaptiveAveragePooling3D", {"output_size": 2, **FIRST}, VOLUMES),
    ("AdaptiveMaxPooling1D", {"output_size": 4, **FIRST}, SEQUENCES),
    ("AdaptiveMaxPooling2D", {"output_size": 3}, IMAGES),
    ("AdaptiveMaxPooling3D", {"output_size": (1, 2, 3)}, VOLUMES),
]


@pytest.mark.parametrize("name, settings, inputs", CASES)
def test_layer_agrees_with_keras(name, settings, inputs):
    compare_layer(f"layers.{name}", settings, inputs, symbolic=not name.startswith("Adaptive"))


ALIASES = [
    ("MaxPool2D", {}, IMAGES),
    ("AvgPool1D", {"pool_size": 2}, SEQUENCES),
    ("GlobalMaxPool3D", {}, VOLUMES),
    ("GlobalAvgPool2D", {}, IMAGES),
]


@pytest.mark.parametrize("name, settings, inputs", ALIASES)
def test_alias_agrees_with_keras(name, settings, inputs):
    compare_layer(f"layers.{name}", settings, inputs, gradients=False)


STEPS = np.array([[1, 1, 1, 0, 0, 0, 0, 0, 0], [1, 0, 1, 0, 1, 0, 1, 0, 1]], bool)
CHANNELS_FIRST_STEPS = np.array([[1, 0, 1, 1], [0, 0, 0, 1]], bool)


@pytest.mark.parametrize(
    "settings, mask",
    [({}, STEPS), ({"keepdims": True}, STEPS), (FIRST, CHANNELS_FIRST_STEPS)],
)
def test_global_average_honours_masks(settings, mask):
    compare_layer("layers.GlobalAveragePooling1D", settings, SEQUENCES, mask=mask, symbolic=False)
