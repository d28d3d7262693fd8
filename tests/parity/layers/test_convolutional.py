"""Convolution layers against Keras: values, gradients, shapes, dtypes, weights, configs."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import assert_same, assert_same_config, compare_layer

RNG = np.random.default_rng(0)
SEQUENCES = RNG.normal(size=(2, 9, 4)).astype("float32")
IMAGES = RNG.normal(size=(2, 7, 6, 4)).astype("float32")
VOLUMES = RNG.normal(size=(2, 5, 4, 6, 2)).astype("float32")
FIRST = {"data_format": "channels_first"}

CASES = [
    ("Conv1D", {"filters": 3, "kernel_size": 3}, SEQUENCES),
    ("Conv1D", {"filters": 3, "kernel_size": 2, "padding": "causal"}, SEQUENCES),
    (
        "Conv1D",
        {"filters": 4, "kernel_size": 3, "padding": "causal", "dilation_rate": 2, "groups": 2},
        SEQUENCES,
    ),
    ("Conv1D", {"filters": 3, "kernel_size": 3, "padding": "causal", "strides": 2}, SEQUENCES),
    ("Conv1D", {"filters": 3, "kernel_size": 2, "padding": "causal", **FIRST}, SEQUENCES),
    ("Conv1D", {"filters": 3, "kernel_size": 2, "strides": 2, "activation": "gelu"}, SEQUENCES),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "padding": "SAME"}, IMAGES),
    (
        "Conv2D",
        {"filters": 3, "kernel_size": (3, 2), "strides": (2, 1), "activation": "relu"},
        IMAGES,
    ),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 2, "use_bias": False}, IMAGES),
    ("Conv2D", {"filters": 3, "kernel_size": 2, "dilation_rate": (2, 1)}, IMAGES),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", **FIRST}, IMAGES),
    (
        "Conv2D",
        {
            "filters": 2,
            "kernel_size": 1,
            "kernel_regularizer": "l2",
            "bias_regularizer": "l2",
            "activity_regularizer": "l2",
            "kernel_initializer": "he_normal",
            "bias_initializer": "ones",
            "kernel_constraint": "non_neg",
            "bias_constraint": "unit_norm",
        },
        IMAGES,
    ),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "dtype": "float16"}, IMAGES.astype("float16")),
    ("Conv3D", {"filters": 3, "kernel_size": (2, 3, 2), "padding": "same"}, VOLUMES),
    ("Conv3D", {"filters": 2, "kernel_size": 2, "strides": 2, **FIRST}, VOLUMES),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2}, SEQUENCES),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "dilation_rate": 2}, SEQUENCES),
    (
        "Conv2DTranspose",
        {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "tanh"},
        IMAGES,
    ),
    (
        "Conv2DTranspose",
        {"filters": 3, "kernel_size": (2, 3), "strides": (3, 2), "output_padding": (1, 0)},
        IMAGES,
    ),
    (
        "Conv2DTranspose",
        {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 1},
        IMAGES,
    ),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 2, "strides": 2, **FIRST}, IMAGES),
    ("Conv3DTranspose", {"filters": 3, "kernel_size": 2, "strides": 2}, VOLUMES),
    ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}, SEQUENCES),
    ("DepthwiseConv2D", {"kernel_size": 3, "padding": "same", "activation": "relu6"}, IMAGES),
    ("DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "depth_multiplier": 3}, IMAGES),
    ("DepthwiseConv2D", {"kernel_size": 2, "dilation_rate": 2, **FIRST}, IMAGES),
    ("SeparableConv1D", {"filters": 3, "kernel_size": 3, "depth_multiplier": 2}, SEQUENCES),
    ("SeparableConv2D", {"filters": 3, "kernel_size": 3, "padding": "same"}, IMAGES),
    (
        "SeparableConv2D",
        {"filters": 3, "kernel_size": 2, "strides": 2, "activation": "relu", **FIRST},
        IMAGES,
    ),
]


@pytest.mark.parametrize("name, settings, inputs", CASES)
def test_layer_agrees_with_keras(name, settings, inputs):
    compare_layer(f"layers.{name}", settings, inputs)


ALIASES = [
    ("Convolution1D", {"filters": 2, "kernel_size": 2}, SEQUENCES),
    ("Convolution2DTranspose", {"filters": 2, "kernel_size": 2}, IMAGES),
    ("SeparableConvolution1D", {"filters": 2, "kernel_size": 2}, SEQUENCES),
]


@pytest.mark.parametrize("name, settings, inputs", ALIASES)
def test_alias_agrees_with_keras(name, settings, inputs):
    compare_layer(f"layers.{name}", settings, inputs, gradients=False)


MIXED_CASES = [
    ("Conv1D", {"filters": 2, "kernel_size": 3, "padding": "causal"}, SEQUENCES),
    ("Conv2D", {"filters": 2, "kernel_size": 3}, IMAGES),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 2}, IMAGES),
    ("DepthwiseConv2D", {"kernel_size": 3}, IMAGES),
    ("SeparableConv1D", {"filters": 2, "kernel_size": 3}, SEQUENCES),
]


@pytest.mark.parametrize("name, settings, inputs", MIXED_CASES)
def test_mixed_precision_agrees_with_keras(name, settings, inputs):
    ours = getattr(cornu.layers, name)(dtype="mixed_bfloat16", **settings)
    theirs = getattr(keras.layers, name)(dtype="mixed_bfloat16", **settings)
    expected = theirs(inputs)
    ours.build(inputs.shape)
    ours.set_weights(theirs.get_weights())
    assert_same(ours(inputs), expected, name)


def test_low_rank_adaptation_agrees_with_keras():
    ours, theirs = cornu.layers.Conv2D(3, 2), keras.layers.Conv2D(3, 2)
    for layer in (ours, theirs):
        layer.build(IMAGES.shape)
        layer.enable_lora(2, lora_alpha=4)
    ours.set_weights([RNG.normal(size=w.shape) for w in theirs.weights])
    theirs.set_weights(ours.get_weights())
    assert_same_config(ours, theirs, "Conv2D")
    assert_same(ours(IMAGES), theirs(IMAGES), "outputs")
    assert_same(ours.kernel, theirs.kernel, "kernel")
