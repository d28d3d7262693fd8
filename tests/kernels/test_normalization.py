"""Normalizations against their definitions, in hard cases too."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from cornu import kernels
from cornu.kernels.normalization import batch_norm_train_reference, layer_norm_reference
from tests.kernels.checks import assert_close, assert_same, normal, value_and_gradients

PARTS = {"gamma and beta": (1, 1), "gamma": (1, 0), "beta": (0, 1), "neither": (0, 0)}


def parameters(shape, parts, dtype="float32"):
    gamma, beta = normal(*shape, dtype=dtype), normal(*shape, dtype=dtype) + 1
    return gamma if parts[0] else None, beta if parts[1] else None


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS.keys())
@pytest.mark.parametrize("axis", [-1, (1, 2), (0, 1, 2)], ids=str)
def test_layer_norm_and_its_gradients_equal_the_definition(axis, parts):
    x = 3 * normal(4, 5, 6) + 2
    shape = {-1: (6,), (1, 2): (5, 6), (0, 1, 2): (4, 5, 6)}[axis]
    assert_same(
        lambda *args: kernels.layer_norm(*args, axis, 1e-3),
        lambda *args: layer_norm_reference(*args, axis, 1e-3),
        x,
        *parameters(shape, parts),
    )


def test_layer_norm_refuses_axes_that_are_not_the_last():
    with pytest.raises(ValueError, match=r"must name the last axes.*axis=1.*\(4, 5, 6\)"):
        kernels.layer_norm(normal(4, 5, 6), None, None, 1)


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS.keys())
@pytest.mark.parametrize("axes", [(0, 1), (0, 2), (-3,)], ids=str)
def test_batch_norm_and_its_gradients_equal_the_definition(axes, parts):
    x = 3 * normal(4, 5, 6) + 2
    shape = {(0, 1): (6,), (0, 2): (5,), (-3,): (5, 6)}[axes]
    assert_same(
        lambda *args: kernels.batch_norm_train(*args, axes, 1e-3),
        lambda *args: batch_norm_train_reference(*args, axes, 1e-3),
        x,
        *parameters(shape, parts),
    )


@pytest.mark.parametrize("mean", [1e3, -1e5])
def test_batch_norm_is_exact_where_the_mean_is_much_larger_than_the_deviation(mean):
    x = normal(4096, 3) + jnp.float32(mean)
    exact = np.asarray(x, "float64")
    y, actual_mean, variance = kernels.batch_norm_train(x, None, None, (0,), 0.0)
    np.testing.assert_allclose(actual_mean, exact.mean(0), rtol=3e-7)
    np.testing.assert_allclose(variance, exact.var(0), rtol=1e-4)
    # One unit in the last place of the mean is what float32 can resolve of y.
    resolution = np.spacing(np.float32(abs(mean)))
    np.testing.assert_allclose(y, (exact - exact.mean(0)) / exact.std(0), atol=5e-4 + resolution)


def test_batch_norm_of_a_constant_channel_has_no_variance():
    y, mean, variance = kernels.batch_norm_train(jnp.full((8, 2), 0.1), None, None, (0,), 1e-3)
    np.testing.assert_allclose(mean, [0.1, 0.1], rtol=1e-6)
    np.testing.assert_allclose(variance, [0, 0], atol=1e-12)
    np.testing.assert_allclose(y, np.zeros((8, 2)), atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_computes_statistics_in_float32(dtype):
    x = (normal(64, 6) + 100).astype(dtype)
    gamma, beta = parameters((6,), (1, 1))
    y, mean, variance = kernels.batch_norm_train(x, gamma, beta, (0,), 1e-3)
    assert (y.dtype, mean.dtype, variance.dtype) == (dtype, "float32", "float32")
    np.testing.assert_allclose(mean, np.asarray(x, "float64").mean(0), rtol=1e-6)
    assert_same(
        lambda *args: kernels.batch_norm_train(*args, (0,), 1e-3)[0],
        lambda *args: batch_norm_train_reference(*args, (0,), 1e-3)[0],
        x,
        gamma,
        beta,
    )
    assert_same(
        lambda *args: kernels.layer_norm(*args, -1, 1e-3),
        lambda *args: layer_norm_reference(*args, -1, 1e-3),
        x,
        gamma,
        beta,
    )


def layer(x, gamma):
    return kernels.layer_norm(x, gamma, None)


def batch(x, gamma):
    return kernels.batch_norm_train(x, gamma, None, (0,))


@pytest.mark.parametrize("norm", [layer, batch])
def test_mapping_and_scanning_change_nothing(norm):
    xs, gammas = normal(2, 5, 4), normal(2, 4)

    def run(x, gamma):
        return value_and_gradients(norm, x, gamma)

    each = jax.tree.map(lambda *a: jnp.stack(a), run(xs[0], gammas[0]), run(xs[1], gammas[1]))
    assert_close(jax.vmap(run)(xs, gammas), each)
    assert_close(lax.scan(lambda _, pair: (0, run(*pair)), 0, (xs, gammas))[1], each)


@pytest.mark.parametrize("norm", [layer, batch])
def test_second_derivatives_exist(norm):
    x, gamma = normal(5, 4), normal(4)

    def square(x):
        return jnp.sum(jax.tree.leaves(norm(x, gamma))[0] ** 3)

    step = 1e-2 * normal(5, 4).reshape(4, 5).T
    actual = jax.grad(lambda x: jnp.sum(jax.grad(square)(x) * step))(x)
    expected = jax.grad(square)(x + step) - jax.grad(square)(x - step)
    np.testing.assert_allclose(actual, expected / 2, atol=2e-3 * np.abs(expected).max() + 1e-3)
