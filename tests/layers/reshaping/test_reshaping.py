"""Errors and dtypes of the layers that move values about."""

import numpy as np
import pytest

import cornu as keras


@pytest.mark.parametrize(
    "make, shape, message",
    [
        (lambda: keras.layers.Reshape((3, 5)), (2, 4), "has 4 values"),
        (lambda: keras.layers.Reshape((-1, 3)), (2, 4), "has 4 values"),
        (lambda: keras.layers.Cropping1D((2, 3)), (2, 5, 1), "cut everything off"),
        (lambda: keras.layers.Cropping2D(2), (2, 4, 4, 1), "cut everything off"),
        (lambda: keras.layers.Permute((2, 1)), (2, 3, 4, 5), "3 dimensions"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make()(np.ones(shape, "float32"))


@pytest.mark.parametrize(
    "make, kind",
    [
        (lambda: keras.layers.Reshape((-1, -1)), ValueError),
        (lambda: keras.layers.Permute((1, 3)), ValueError),
        (lambda: keras.layers.RepeatVector(2.0), TypeError),
        (lambda: keras.layers.ZeroPadding1D(-1), ValueError),
        (lambda: keras.layers.ZeroPadding2D((1, 2, 3)), ValueError),
        (lambda: keras.layers.Cropping3D(((1, 1), (1, 1), "a")), ValueError),
        (lambda: keras.layers.UpSampling1D(2.0), TypeError),
        (lambda: keras.layers.UpSampling2D(2, interpolation="foo"), ValueError),
        (lambda: keras.layers.UpSampling3D((1, 2)), ValueError),
    ],
)
def test_nonsense_arguments_are_refused(make, kind):
    with pytest.raises(kind):
        make()


@pytest.mark.parametrize(
    "layer",
    [keras.layers.Flatten(), keras.layers.Reshape((2, 3)), keras.layers.UpSampling2D()],
)
def test_integers_stay_integers(layer):
    x = np.arange(6, dtype="int32").reshape(1, 1, 2, 3)
    assert layer(x).dtype == "int32"
    assert layer(keras.Input((1, 2, 3), dtype="int32")).dtype == "int32"
