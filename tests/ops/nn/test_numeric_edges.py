"""Large, small and 16-bit inputs: results stay finite and exact where the function is."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cornu import ops

SATURATING = ["sigmoid", "log_sigmoid", "softplus", "silu", "gelu", "elu", "selu", "celu"]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("name", SATURATING)
def test_values_and_gradients_are_finite_at_the_ends_of_the_range(name, dtype):
    x = jnp.array([-6e4, -100.0, 0.0, 100.0, 6e4], dtype)
    function = getattr(ops, name)
    assert np.isfinite(np.asarray(function(x), "float32")).all()
    gradient = jax.grad(lambda x: function(x).astype("float32").sum())(x)
    assert np.isfinite(np.asarray(gradient, "float32")).all()


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax"])
def test_scores_far_apart_give_no_nan(name):
    x = jnp.array([[-1e30, 0.0, 1e30], [1e30, 1e30, 1e30]])
    assert not np.isnan(getattr(ops, name)(x)).any()


def test_softmax_of_masked_scores_gives_zeros_there():
    assert ops.softmax([0.0, -jnp.inf, 0.0]).tolist() == [0.5, 0.0, 0.5]


@pytest.mark.parametrize("name", ["layer_normalization", "rms_normalization", "normalize"])
def test_squares_that_overflow_float16_do_no_harm(name):
    result = getattr(ops, name)(jnp.array([[-400.0, 400.0]] * 2, "float16"))
    assert result.dtype == "float16"
    expected = 1 / np.sqrt(2) if name == "normalize" else 1
    np.testing.assert_allclose(result, [[-expected, expected]] * 2, rtol=1e-3)


def test_variance_beyond_float16_is_cut_to_its_limit():
    _, variance = ops.moments(jnp.array([-6e4, 6e4], "float16"), 0)
    assert variance == jnp.finfo("float16").max


def test_the_gradient_of_normalize_is_finite_at_zero():
    gradient = jax.grad(lambda x: ops.normalize(x).sum())(jnp.zeros((1, 3)))
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.glu(np.ones((2, 3))), "even"),
        (lambda: ops.conv(np.ones((1, 5, 5, 3)), np.ones((3, 3, 2, 4))), "kernel"),
        (lambda: ops.conv(np.ones((1, 5, 3)), np.ones((3, 3, 4)), padding="causal"), "padding"),
        (lambda: ops.max_pool(np.ones((1, 5, 5, 3)), (2, 2, 2)), "pool_size"),
        (lambda: ops.max_pool(np.ones((5, 3)), 2), "rank"),
        (lambda: ops.categorical_crossentropy(np.ones((2, 3)), np.ones((2, 1))), "same shape"),
        (lambda: ops.sparse_categorical_crossentropy(np.ones(3), np.ones((2, 3))), "class axis"),
        (lambda: ops.normalize(np.ones(3), order=0), "order"),
        (lambda: ops.batch_normalization(np.ones((2, 3)), np.ones(2), np.ones(2), -1), "mean"),
        (lambda: ops.layer_normalization(np.ones((2, 3)), np.ones(2)), "gamma"),
        (lambda: ops.dot_product_attention(*[np.ones((2, 3, 4))] * 3), "batch, queries"),
        (lambda: ops.multi_hot([1]), "num_classes"),
        (lambda: ops.unfold(np.ones((2, 3, 4)), 2), "unfold"),
        (lambda: ops.depth_to_space(np.ones((1, 2, 2, 3)), 2), "channels"),
        (lambda: ops.space_to_depth(np.ones((1, 3, 2, 3)), 2), "height"),
        (lambda: ops.ctc_decode(np.ones((1, 2, 3)), [2], strategy="best"), "strategy"),
    ],
)
def test_shapes_that_do_not_fit_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
