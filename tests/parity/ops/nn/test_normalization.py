"""Normalizations and statistics against Keras: values, gradients, dtypes."""

import numpy as np
import pytest

from tests.parity.oracle import compare_function

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 4, 3)).astype("float32")


def normal(*shape):
    return RNG.normal(size=shape).astype("float32")


def positive(*shape):
    return RNG.uniform(0.5, 2.0, size=shape).astype("float32")


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32"])
@pytest.mark.parametrize("settings", [{"axes": -1}, {"axes": (0, 2)}, {"axes": [1]}])
def test_moments_are_keras(settings, dtype):
    x = (3 * X).astype(dtype)
    compare_function("ops.moments", x, **settings)
    compare_function("ops.moments", x, **settings, keepdims=True)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("axis", [-1, 0])
def test_normalize_is_keras(order, axis):
    compare_function("ops.normalize", X, order=order, axis=axis)


@pytest.mark.parametrize("axis", [(1, 2), None])
def test_normalize_over_several_axes_is_keras(axis):
    compare_function("ops.normalize", X, axis=axis)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_normalize_of_short_vectors_is_limited_by_epsilon(order):
    x = np.array([[1e-8, 0.0], [3.0, 4.0]], "float32")
    compare_function("ops.normalize", x, order=order, gradients=False)
    compare_function("ops.normalize", x, order=order, epsilon=1e-3, gradients=False)


@pytest.mark.parametrize(("axis", "channels"), [(-1, 3), (1, 4)])
def test_batch_normalization_is_keras(axis, channels):
    statistics = normal(channels), positive(channels)
    affine = normal(channels), normal(channels)
    compare_function("ops.batch_normalization", X, *statistics, axis=axis)
    compare_function("ops.batch_normalization", X, *statistics, axis, *affine, epsilon=0.1)


def test_batch_normalization_promotes_as_keras():
    compare_function(
        "ops.batch_normalization", X.astype("float16"), normal(3), positive(3), -1, gradients=False
    )


AXES = [(-1, (3,)), (1, (4,)), ((1, 2), (4, 3)), ((2, 1), (4, 3))]


@pytest.mark.parametrize(("axis", "shape"), AXES)
def test_layer_normalization_is_keras(axis, shape):
    compare_function("ops.layer_normalization", X, axis=axis, symbolic=True)
    compare_function("ops.layer_normalization", X, normal(*shape), normal(*shape), axis=axis)
    compare_function("ops.layer_normalization", X, axis=axis, epsilon=0.1)


@pytest.mark.parametrize(("axis", "shape"), [(-1, (3,)), ((1, 2), (4, 3))])
def test_rms_normalization_is_keras(axis, shape):
    compare_function("ops.rms_normalization", X, axis=axis, symbolic=True)
    compare_function("ops.rms_normalization", X, normal(*shape), axis=axis, epsilon=0.1)


@pytest.mark.parametrize("name", ["layer_normalization", "rms_normalization"])
@pytest.mark.parametrize("dtype", ["float16"])
def test_half_precision_stays(name, dtype):
    compare_function(f"ops.{name}", X.astype(dtype), normal(3), gradients=False)


def test_layer_normalization_of_small_values_is_limited_by_epsilon():
    x = np.array([[1e-4, 2e-4, 0.0]], "float32")
    compare_function("ops.layer_normalization", x)
    compare_function("ops.rms_normalization", x)
