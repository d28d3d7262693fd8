"""Which formulation a program gets, told from the program itself."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cornu import kernels
from cornu.kernels.platforms import by_platform
from tests.kernels.checks import normal


def pool(x):
    return kernels.max_pool(x, (2, 2), (2, 2), "same")


def depthwise(x):
    return kernels.depthwise_conv(x, jnp.ones((3, 3, 3, 1)), (1, 1), "SAME", (1, 1))


def attend(x):
    return kernels.attention(x, x, x)


def lowered_gradient(function, platform):
    x = normal(2, 4, 4, 3)
    # A new function, or jit would hand out the trace of another test.
    gradient = jax.jit(lambda x: jax.grad(lambda x: function(x).sum())(x))
    return gradient.trace(x).lower(lowering_platforms=(platform,)).as_text()


@pytest.mark.parametrize("platform", ["cuda", "tpu"])
def test_other_platforms_get_the_stock_gradient_of_max_pool(platform):
    text = lowered_gradient(pool, platform)
    assert "stablehlo.select_and_scatter" in text


@pytest.mark.parametrize("function", [pool, depthwise, attend])
def test_other_platforms_get_no_barriers(function):
    assert "optimization_barrier" not in lowered_gradient(function, "cuda")


def test_other_platforms_get_one_grouped_convolution_per_gradient():
    text = lowered_gradient(depthwise, "cuda")
    assert text.count("stablehlo.convolution") == 1


def test_the_cpu_gets_neither():
    assert "select_and_scatter" not in lowered_gradient(pool, "cpu")
    assert "stablehlo.convolution" not in lowered_gradient(depthwise, "cpu")


def test_stock_formulations_reach_every_kernel_by_platform():
    with kernels.stock_formulations():
        assert "stablehlo.select_and_scatter" in lowered_gradient(pool, "cpu")
        assert "stablehlo.convolution" in lowered_gradient(depthwise, "cpu")
        assert "optimization_barrier" not in lowered_gradient(attend, "cpu")


def narrow(x):
    return kernels.dense(x, jnp.ones((3, 1)))


def recur(x):
    x, weights = x.reshape(2, 16, 3), jnp.ones((3, 9))
    return kernels.gru(x, jnp.zeros((2, 3)), weights, weights, None)[0]


@pytest.mark.parametrize("function", [narrow, recur])
def test_stock_formulations_trace_no_barriers_and_no_choice_of_platform(function):
    assert "optimization_barrier" in lowered_gradient(function, "cpu")
    with kernels.stock_formulations():
        text = lowered_gradient(function, "cpu")
    assert "optimization_barrier" not in text
    assert "stablehlo.case" not in text


def layer_norm(x):
    return kernels.layer_norm(x, None, None)


def batch_norm(x):
    return kernels.batch_norm_train(x, None, None, (0, 1, 2))[0]


def embed(x):
    return kernels.embedding_lookup(x.reshape(8, 12), jnp.array([1, 3, 1]))


@pytest.mark.parametrize(
    "function", [pool, depthwise, attend, narrow, recur, layer_norm, batch_norm, embed]
)
def test_stock_formulations_allow_forward_mode(function):
    x = normal(2, 4, 4, 3)
    with kernels.stock_formulations():
        _, forward = jax.jvp(lambda x: function(x).sum(), (x,), (x,))
    gradient = jax.grad(lambda x: function(x).sum())(x)
    np.testing.assert_allclose(forward, jnp.vdot(gradient, x), rtol=1e-4, atol=1e-4)


def test_stock_formulations_end_with_their_context():
    with pytest.raises(ZeroDivisionError), kernels.stock_formulations():
        raise ZeroDivisionError
    assert "select_and_scatter" not in lowered_gradient(pool, "cpu")


def test_a_kernel_differentiates_only_its_floating_point_arrays():
    kernel = by_platform(
        lambda x, index, scale, factor: x[index] * scale * factor,
        lambda x, index, scale, factor: jnp.take(x, index) * scale * factor,
    )
    x, index = jnp.arange(4.0), jnp.array([3, 3])

    def run(x, scale):
        return kernel(x, index, scale, factor=2.0).sum()

    of_x, of_scale = jax.grad(run, (0, 1))(x, 5.0)
    np.testing.assert_array_equal(of_x, [0, 0, 0, 20])
    assert of_scale == 12


def test_a_missing_array_stays_missing():
    def plain(x, mask):
        return x if mask is None else x * mask

    kernel = by_platform(plain, plain)
    np.testing.assert_array_equal(jax.grad(lambda x: kernel(x, None).sum())(jnp.ones(2)), [1, 1])


def test_without_a_gradient_the_third_formulation_runs():
    kernel = by_platform(lambda x: x + 1, lambda x: x, lambda x: x + 2)
    assert kernel(1.0) == 3
    assert jax.value_and_grad(kernel)(1.0) == (2, 1)
