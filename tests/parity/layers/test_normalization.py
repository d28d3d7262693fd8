"""Normalization layers against Keras: values, gradients, updates, shapes, dtypes, configs."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import assert_same, assert_same_config, compare_layer

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(5, 6)).astype("float32")
SEQUENCES = RNG.normal(1.0, 2.0, size=(3, 5, 6)).astype("float32")
IMAGES = RNG.normal(size=(2, 4, 3, 6)).astype("float32")
STEPS = np.array([[1, 1, 1, 0, 0], [1, 0, 1, 0, 1], [0, 0, 0, 0, 0]], bool)
SETTINGS = {
    "beta_initializer": "ones",
    "gamma_initializer": "random_normal",
    "beta_regularizer": "l2",
    "gamma_regularizer": "l2",
    "beta_constraint": "max_norm",
    "gamma_constraint": "non_neg",
}

BATCH_CASES = [
    ({}, FEATURES),
    ({"momentum": 0.6, "epsilon": 0.1}, SEQUENCES),
    ({"axis": 1}, IMAGES),
    ({"center": False}, IMAGES),
    ({"scale": False}, IMAGES),
    ({"center": False, "scale": False, "moving_variance_initializer": "zeros"}, FEATURES),
    (SETTINGS, FEATURES),
    ({"dtype": "float16"}, IMAGES.astype("float16")),
]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("settings, inputs", BATCH_CASES)
def test_batch_normalization_agrees_with_keras(settings, inputs, training):
    compare_layer("layers.BatchNormalization", settings, inputs, training=training)


def test_batch_normalization_honours_masks():
    compare_layer(
        "layers.BatchNormalization", {}, SEQUENCES, training=True, mask=STEPS, symbolic=False
    )


RENORM_CASES = [
    ({"momentum": 0.9, "renorm_momentum": 0.8}, {}),
    ({"renorm_clipping": {"rmax": 1.1, "rmin": 0.8, "dmax": 0.3}}, {}),
    ({"center": False, "scale": False, "moving_variance_initializer": "he_normal"}, {}),
    ({"renorm_momentum": 0.5}, {"mask": STEPS}),
]


@pytest.mark.parametrize("settings, call", RENORM_CASES)
def test_batch_renormalization_agrees_with_keras_over_steps(settings, call):
    ours = cornu.layers.BatchNormalization(renorm=True, **settings)
    theirs = keras.layers.BatchNormalization(renorm=True, **settings)
    assert_same_config(ours, theirs, "BatchNormalization")
    ours.build(SEQUENCES.shape)
    theirs.build(SEQUENCES.shape)
    ours.set_weights([abs(w) + 0.1 for w in theirs.get_weights()])
    theirs.set_weights(ours.get_weights())
    for inputs in (SEQUENCES, 2 * SEQUENCES - 1, SEQUENCES):
        result = ours(inputs, training=True, **call)
        assert_same(result, theirs(inputs, training=True, **call), "outputs")
    assert_same(ours.get_weights(), theirs.get_weights(), "weights")
    assert_same(ours(SEQUENCES), theirs(SEQUENCES), "inference")


def test_frozen_batch_normalization_agrees_with_keras():
    compare_layer("layers.BatchNormalization", {"trainable": False}, IMAGES, training=True)


CASES = [
    ("LayerNormalization", {}, FEATURES),
    ("LayerNormalization", {"axis": [1, 2], "epsilon": 0.1}, SEQUENCES),
    ("LayerNormalization", {"axis": 1, "center": False}, SEQUENCES),
    ("LayerNormalization", {"axis": (-1, -2), "scale": False}, IMAGES),
    ("LayerNormalization", SETTINGS, FEATURES),
    ("LayerNormalization", {"dtype": "float16"}, SEQUENCES.astype("float16")),
    ("LayerNormalization", {"rms_scaling": True}, SEQUENCES),
    ("LayerNormalization", {"rms_scaling": True, "axis": [1, 2]}, SEQUENCES),
    ("GroupNormalization", {"groups": 3}, IMAGES),
    ("GroupNormalization", {"groups": -1, "epsilon": 0.1}, SEQUENCES),
    ("GroupNormalization", {"groups": 1, "center": False}, FEATURES),
    ("GroupNormalization", {"groups": 2, "axis": 1, "scale": False}, IMAGES),
    ("GroupNormalization", {"groups": 6, **SETTINGS}, IMAGES),
    ("GroupNormalization", {"groups": 2, "dtype": "float16"}, IMAGES.astype("float16")),
    ("RMSNormalization", {}, SEQUENCES),
    ("RMSNormalization", {"axis": [1, 2], "epsilon": 0.1}, SEQUENCES),
    ("RMSNormalization", {"dtype": "float16"}, SEQUENCES.astype("float16")),
    ("UnitNormalization", {}, SEQUENCES),
    ("UnitNormalization", {"axis": [1, 2]}, IMAGES),
]


@pytest.mark.parametrize("name, settings, inputs", CASES)
def test_layer_agrees_with_keras(name, settings, inputs):
    compare_layer(f"layers.{name}", settings, inputs)


MIXED_CASES = [
    ("BatchNormalization", {}, IMAGES, {"training": True}),
    ("BatchNormalization", {}, IMAGES, {"training": False}),
    ("LayerNormalization", {}, SEQUENCES, {}),
    ("GroupNormalization", {"groups": 2}, IMAGES, {}),
    ("RMSNormalization", {}, SEQUENCES, {}),
    ("UnitNormalization", {}, SEQUENCES, {}),
]


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("name, settings, inputs, call", MIXED_CASES)
def test_mixed_precision_agrees_with_keras(name, settings, inputs, call, policy):
    result = getattr(cornu.layers, name)(dtype=policy, **settings)(inputs, **call)
    expected = getattr(keras.layers, name)(dtype=policy, **settings)(inputs, **call)
    assert_same(result, expected, name)
