"""Convolutions against Keras: values and gradients over ranks, strides, paddings, layouts."""

import numpy as np
import pytest

from tests.parity.oracle import compare_function

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.normal(size=shape).astype("float32")


CONV = [
    ((2, 9, 3), (3, 3, 4), {}),
    ((2, 9, 3), (3, 3, 4), {"strides": 2, "padding": "same"}),
    ((2, 7, 6, 4), (3, 3, 4, 5), {"strides": (2, 1), "padding": "same"}),
    ((2, 7, 6, 4), (3, 2, 4, 5), {"dilation_rate": 2, "padding": "SAME"}),
    ((2, 7, 6, 4), (3, 3, 2, 6), {"padding": "valid"}),
    ((1, 5, 4, 6, 2), (2, 3, 2, 2, 3), {"padding": "same"}),
    ((2, 4, 7, 6), (3, 3, 4, 5), {"data_format": "channels_first", "padding": "same"}),
]
DEPTHWISE = [
    ((2, 9, 3), (3, 3, 2), {}),
    ((2, 7, 6, 4), (3, 3, 4, 2), {"padding": "same"}),
    ((2, 7, 6, 4), (3, 3, 4, 1), {"strides": 2}),
    ((2, 7, 6, 4), (3, 3, 4, 1), {"dilation_rate": (2, 1)}),
    ((2, 4, 7, 6), (3, 3, 4, 2), {"data_format": "channels_first", "padding": "same"}),
]
SEPARABLE = [
    ((2, 9, 3), (3, 3, 2), (1, 6, 4), {"padding": "same"}),
    ((2, 7, 6, 4), (3, 3, 4, 1), (1, 1, 4, 5), {"strides": 2}),
    ((2, 4, 7, 6), (3, 3, 4, 1), (1, 1, 4, 5), {"data_format": "channels_first"}),
]
TRANSPOSED = [
    {"window": window, "stride": stride, "extra": extra, "padding": padding, "dilation": dilation}
    for window, stride, extra, padding, dilation in [
        (1, 2, None, "same", 1),
        (2, 1, 1, "same", 1),
        (2, 2, None, "same", 1),
        (2, 3, 0, "same", 1),
        (2, 3, None, "valid", 1),
        (3, 1, None, "same", 2),
        (3, 2, None, "same", 1),
        (3, 2, 1, "same", 1),
        (3, 2, 1, "valid", 1),
        (3, 3, 2, "same", 1),
        (4, 2, None, "same", 1),
        (4, 2, 0, "same", 1),
        (5, 3, None, "valid", 1),
        (5, 1, 2, "same", 2),
    ]
]


@pytest.mark.parametrize(("shape", "window", "settings"), CONV)
def test_conv_is_keras(shape, window, settings):
    compare_function("ops.conv", normal(*shape), normal(*window), **settings)


@pytest.mark.parametrize(("shape", "window", "settings"), DEPTHWISE)
def test_depthwise_conv_is_keras(shape, window, settings):
    compare_function("ops.depthwise_conv", normal(*shape), normal(*window), **settings)


@pytest.mark.parametrize(("shape", "depth", "point", "settings"), SEPARABLE)
def test_separable_conv_is_keras(shape, depth, point, settings):
    compare_function(
        "ops.separable_conv", normal(*shape), normal(*depth), normal(*point), **settings
    )


@pytest.mark.parametrize("case", TRANSPOSED, ids=str)
def test_conv_transpose_is_keras(case):
    compare_function(
        "ops.conv_transpose",
        normal(2, 4, 3),
        normal(case["window"], 2, 3),
        strides=case["stride"],
        padding=case["padding"],
        output_padding=case["extra"],
        dilation_rate=case["dilation"],
    )


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_conv_transpose_of_images_is_keras(data_format):
    compare_function(
        "ops.conv_transpose",
        normal(2, 4, 5, 4),
        normal(3, 2, 6, 4),
        strides=(2, 1),
        padding="same",
        data_format=data_format,
    )


def test_mixed_dtypes_are_promoted():
    compare_function("ops.conv", normal(1, 5, 2).astype("float16"), normal(3, 2, 4))


def test_an_unknown_batch_stays_unknown():
    compare_function(
        lambda keras, x: keras.ops.conv(x, np.ones((3, 3, 4, 5), "float32"), 2, "same"),
        normal(2, 7, 6, 4),
        symbolic=True,
    )
