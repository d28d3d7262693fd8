"""Pools against Keras: values and gradients over ranks, windows, strides, paddings, layouts."""

import numpy as np
import pytest

from tests.parity.oracle import compare_function

RNG = np.random.default_rng(0)
SEQUENCES = RNG.normal(size=(2, 9, 3)).astype("float32")
IMAGES = RNG.normal(size=(2, 7, 6, 4)).astype("float32")
VOLUMES = RNG.normal(size=(1, 5, 4, 6, 2)).astype("float32")
# Keras on JAX fails where strides are None here; in Cornu they are the window.
CASES = [
    (SEQUENCES, (2,), (2,), "valid", "channels_last"),
    (SEQUENCES, (3,), (1,), "same", "channels_last"),
    (IMAGES, (2, 2), (2, 2), "valid", "channels_last"),
    (IMAGES, (3, 2), (2, 1), "same", "channels_last"),
    (IMAGES, (3, 2), (1, 2), "same", "channels_first"),
    (VOLUMES, (2, 2, 2), (2, 1, 2), "same", "channels_last"),
]
ADAPTIVE = [
    (SEQUENCES, (4,), "channels_last"),
    (IMAGES, (3, 2), "channels_last"),
    (IMAGES, (5, 6), "channels_last"),
    (IMAGES, (2, 3), "channels_first"),
    (VOLUMES, (2, 3, 4), "channels_last"),
]


@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
@pytest.mark.parametrize(("x", "window", "strides", "padding", "data_format"), CASES)
def test_pools_are_keras(name, x, window, strides, padding, data_format):
    compare_function(
        f"ops.{name}",
        x,
        pool_size=window,
        strides=strides,
        padding=padding,
        data_format=data_format,
        symbolic=True,
    )


@pytest.mark.parametrize("name", ["adaptive_max_pool", "adaptive_average_pool"])
@pytest.mark.parametrize(("x", "size", "data_format"), ADAPTIVE)
def test_adaptive_pools_are_keras(name, x, size, data_format):
    compare_function(f"ops.{name}", x, output_size=size, data_format=data_format)
