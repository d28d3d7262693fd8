"""Operations where Keras's results are wrong, tested by what they are defined to give."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornu import ops

IMAGES = np.arange(2 * 7 * 6 * 3, dtype="float32").reshape(2, 7, 6, 3)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-5, 5, width=32), min_size=6, max_size=6))
def test_sparsemax_is_a_distribution_that_keeps_the_order(scores):
    result = np.asarray(ops.sparsemax(np.array(scores, "float32")))
    order = np.argsort(scores)
    assert result.sum() == pytest.approx(1, abs=1e-5)
    assert (np.diff(result[order]) >= 0).all()


def test_sparsemax_of_two_near_scores_shares_the_weight():
    assert ops.sparsemax([[-9.0, -0.75, -0.25]]).tolist() == [[0.0, 0.25, 0.75]]


@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
def test_strides_of_pools_are_the_window_by_default(name):
    pool = getattr(ops, name)
    np.testing.assert_array_equal(pool(IMAGES, 2), pool(IMAGES, (2, 2), (2, 2)))


@pytest.mark.parametrize("name", ["adaptive_max_pool", "adaptive_average_pool"])
def test_adaptive_pools_repeat_pixels_where_more_windows_than_pixels_are_asked_for(name):
    result = getattr(ops, name)(IMAGES, (14, 12))
    np.testing.assert_array_equal(result, IMAGES.repeat(2, axis=1).repeat(2, axis=2))


def test_normalize_takes_vector_norms_over_several_axes():
    x = np.array([[[1.0, -2.0], [3.0, 4.0]]], "float32")
    np.testing.assert_allclose(ops.normalize(x, axis=(1, 2), order=1), x / 10, rtol=1e-6)
    np.testing.assert_allclose(ops.normalize(x, axis=None, order=3), x / 100 ** (1 / 3), rtol=1e-6)


def test_fold_leaves_what_no_window_covers_at_zero():
    images = np.ones((1, 1, 5, 4), "float32")
    patches = ops.unfold(images, 2, stride=2)
    result = np.asarray(ops.fold(patches, (5, 4), 2, stride=2))
    assert result.shape == (1, 1, 5, 4)
    assert result[..., :4, :].min() == 1
    assert result[..., 4, :].max() == 0


def test_multi_hot_puts_the_classes_along_any_axis():
    numbers = np.array([[[0, 1], [2, 2]]])
    last = ops.multi_hot(numbers, 4)
    np.testing.assert_array_equal(ops.multi_hot(numbers, 4, axis=1), jnp.moveaxis(last, -1, 1))


def test_integers_become_floats_in_layer_normalization():
    assert ops.layer_normalization(np.array([[1, 3]])).dtype == "float32"


def test_values_may_have_another_size_than_keys():
    query, key, value = np.ones((1, 2, 3, 4)), np.ones((1, 5, 3, 4)), np.ones((1, 5, 3, 7))
    assert ops.dot_product_attention(query, key, value).shape == (1, 2, 3, 7)


def test_a_soft_cap_limits_the_scores_of_attention():
    x = 10 * np.random.default_rng(0).normal(size=(1, 3, 2, 4)).astype("float32")
    plain = ops.dot_product_attention(x, x, x, is_causal=True)
    wide = ops.dot_product_attention(x, x, x, is_causal=True, attn_logits_soft_cap=1e5)
    flat = ops.dot_product_attention(x, x, x, mask=np.ones((3, 3)), attn_logits_soft_cap=1e-6)
    np.testing.assert_allclose(wide, plain, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(flat, np.broadcast_to(x.mean(1, keepdims=True), x.shape), rtol=1e-4)


def test_binary_crossentropy_is_finite_in_16_bits():
    loss = ops.binary_crossentropy(jnp.zeros(1, "float16"), jnp.ones(1, "float16"))
    assert np.isfinite(loss).all()


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_a_confident_wrong_prediction_still_has_a_gradient(loss):
    target = np.array([[1.0, 0.0]], "float32") if loss[0] == "c" else np.array([0])

    def total(logits):
        return getattr(ops, loss)(target, ops.softmax(logits)).sum()

    value, gradient = jax.value_and_grad(total)(jnp.array([[0.0, 40.0]]))
    assert value == pytest.approx(-np.log(1e-7), abs=1e-4)
    np.testing.assert_allclose(gradient, [[-1.0, 1.0]], atol=1e-6)
