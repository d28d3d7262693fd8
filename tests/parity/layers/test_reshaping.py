"""Layers that move values about, against Keras."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import compare_layer


def floats(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


SEQUENCE, IMAGE, VOLUME = floats(2, 5, 3), floats(2, 4, 5, 3), floats(2, 4, 5, 6, 2)
FIRST = {"data_format": "channels_first"}

CASES = [
    ("Flatten", {}, IMAGE),
    ("Flatten", FIRST, IMAGE),
    ("Flatten", {}, floats(3)),
    ("Flatten", {}, np.arange(12, dtype="int32").reshape(2, 6)),
    ("Reshape", {"target_shape": (3, 5)}, SEQUENCE),
    ("Reshape", {"target_shape": (-1, 5)}, SEQUENCE),
    ("Reshape", {"target_shape": [15]}, SEQUENCE),
    ("Reshape", {"target_shape": (5, 3)}, np.arange(30, dtype="int32").reshape(2, 15)),
    ("Permute", {"dims": (2, 1)}, SEQUENCE),
    ("Permute", {"dims": (3, 1, 2)}, IMAGE),
    ("RepeatVector", {"n": 3}, floats(2, 4)),
    ("ZeroPadding1D", {}, SEQUENCE),
    ("ZeroPadding1D", {"padding": (1, 2), **FIRST}, SEQUENCE),
    ("ZeroPadding2D", {}, IMAGE),
    ("ZeroPadding2D", {"padding": (1, 2)}, IMAGE),
    ("ZeroPadding2D", {"padding": ((1, 0), (2, 3)), **FIRST}, IMAGE),
    ("ZeroPadding3D", {"padding": 2}, VOLUME),
    ("ZeroPadding3D", {"padding": ((1, 0), (2, 3), (0, 1)), **FIRST}, VOLUME),
    ("Cropping1D", {}, SEQUENCE),
    ("Cropping1D", {"cropping": 2}, SEQUENCE),
    ("Cropping1D", {"cropping": (0, 3)}, SEQUENCE),
    ("Cropping2D", {}, IMAGE),
    ("Cropping2D", {"cropping": (1, 2)}, IMAGE),
    ("Cropping2D", {"cropping": ((1, 2), (0, 2)), **FIRST}, IMAGE),
    ("Cropping3D", {}, VOLUME),
    ("Cropping3D", {"cropping": ((1, 2), (0, 2), (0, 1)), **FIRST}, VOLUME),
    ("UpSampling1D", {"size": 3}, SEQUENCE),
    ("UpSampling2D", {}, IMAGE),
    ("UpSampling2D", {"size": (2, 3), **FIRST}, IMAGE),
    ("UpSampling2D", {"size": 2, "interpolation": "bilinear"}, IMAGE),
    ("UpSampling2D", {"size": 2, "interpolation": "bicubic", **FIRST}, IMAGE),
    ("UpSampling3D", {"size": (1, 2, 3)}, VOLUME),
    ("UpSampling3D", FIRST, VOLUME),
]


@pytest.mark.parametrize("name, settings, x", CASES)
def test_layer_agrees_with_keras(name, settings, x):
    compare_layer(f"layers.{name}", settings, x, gradients=x.dtype == "float32")


@pytest.mark.parametrize(
    "name, settings, shape",
    [
        ("Flatten", {}, (None, 3)),
        ("Flatten", {}, ()),
        ("Reshape", {"target_shape": (-1, 8)}, (None, 4)),
        ("Reshape", {"target_shape": (2, -1)}, (None, 4)),
        ("Cropping2D", {"cropping": 1}, (None, None, 3)),
        ("ZeroPadding2D", {}, (None, 5, 3)),
        ("UpSampling2D", {}, (None, None, 3)),
        ("UpSampling2D", {"interpolation": "bilinear"}, (None, None, 3)),
    ],
)
def test_unknown_sizes_agree_with_keras(name, settings, shape):
    ours, theirs = (
        getattr(side.layers, name)(**settings)(side.Input(shape)) for side in (cornu, keras)
    )
    assert ours.shape == theirs.shape
