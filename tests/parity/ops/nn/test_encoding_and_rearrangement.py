"""One-hot vectors, patches, pixel shuffles, complex numbers and PSNR against Keras."""

import numpy as np
import pytest

from tests.parity.oracle import compare_function

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(2, 3, 6, 5)).astype("float32")


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("dtype", [None, "int32", "bool", "float16"])
def test_one_hot_is_keras(axis, dtype):
    numbers = np.array([[0, 1], [2, -1], [3, 1]])
    compare_function("ops.one_hot", numbers, num_classes=3, axis=axis, dtype=dtype)


def test_one_hot_of_an_unknown_batch():
    compare_function("ops.one_hot", np.array([1, 2]), num_classes=3, symbolic=True)


@pytest.mark.parametrize("numbers", [[0, 3], [[0, 1], [2, 2]], [[[0, 1], [1, 2]]]])
def test_multi_hot_is_keras(numbers):
    compare_function("ops.multi_hot", np.array(numbers), num_classes=4)


WINDOWS = [
    {"kernel_size": 2},
    {"kernel_size": (2, 3), "stride": 2},
    {"kernel_size": (2, 3), "dilation": 2, "padding": 1, "stride": (2, 1)},
]


@pytest.mark.parametrize("settings", WINDOWS, ids=str)
def test_unfold_and_fold_are_keras(settings):
    patches = compare_function("ops.unfold", IMAGES, **settings)
    compare_function("ops.fold", np.asarray(patches), output_size=(6, 5), **settings)


@pytest.mark.parametrize(("last", "first"), [((1, 2, 3, 8), (1, 8, 2, 3))])
def test_depth_to_space_is_keras(last, first):
    x = np.arange(48, dtype="float32")
    compare_function("ops.depth_to_space", x.reshape(last), block_size=2)
    compare_function(
        "ops.depth_to_space", x.reshape(first), block_size=2, data_format="channels_first"
    )


@pytest.mark.parametrize(("last", "first"), [((1, 4, 6, 2), (1, 2, 4, 6))])
def test_space_to_depth_is_keras(last, first):
    x = np.arange(48, dtype="float32")
    compare_function("ops.space_to_depth", x.reshape(last), block_size=2)
    compare_function(
        "ops.space_to_depth", x.reshape(first), block_size=2, data_format="channels_first"
    )


def test_polar_is_keras():
    length, angle = np.array([1.0, 2.0], "float32"), np.array([0.3, -2.0], "float32")
    compare_function("ops.polar", length, angle, gradients=False)


def test_psnr_is_keras():
    a, b = IMAGES[0], IMAGES[1]
    compare_function("ops.psnr", a, b, max_val=4.0)
    compare_function("ops.psnr", a, a, max_val=4.0, gradients=False)
