"""Cross-entropies against their definition from probabilities, and where that would fail."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from cornu import kernels
from cornu.kernels.crossentropy import (
    softmax_cross_entropy_reference,
    softmax_cross_entropy_with_integer_labels_reference,
)
from tests.kernels.checks import assert_close, assert_same, normal, value_and_gradients

LABELS = jnp.array([[0, 4, 2], [1, 1, 3]])


@pytest.mark.parametrize("labels_dtype", ["int32", "uint8", "int8"])
def test_sparse_loss_and_gradient_equal_the_definition(labels_dtype):
    assert_same(
        kernels.softmax_cross_entropy_with_integer_labels,
        softmax_cross_entropy_with_integer_labels_reference,
        normal(2, 3, 5),
        LABELS.astype(labels_dtype),
    )


def test_dense_loss_and_gradients_equal_the_definition():
    target = jax.nn.softmax(normal(5, 3, 2).reshape(2, 3, 5))
    assert_same(
        kernels.softmax_cross_entropy, softmax_cross_entropy_reference, normal(2, 3, 5), target
    )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_rounded_once(dtype):
    logits = (20 * normal(2, 3, 5)).astype(dtype)
    wide = logits.astype("float32")
    loss = kernels.softmax_cross_entropy_with_integer_labels(logits, LABELS)
    expected = softmax_cross_entropy_with_integer_labels_reference(wide, LABELS)
    np.testing.assert_array_equal(loss, expected.astype(dtype))
    target = jax.nn.one_hot(LABELS, 5)
    np.testing.assert_array_equal(
        kernels.softmax_cross_entropy(logits, target.astype(dtype)), expected.astype(dtype)
    )


def test_extreme_logits_give_finite_losses_and_gradients():
    logits = jnp.array([[1e4, -1e4, 0.0], [-3e38, 3e38, 0.0]])
    labels = jnp.array([0, 1])
    run = kernels.softmax_cross_entropy_with_integer_labels
    loss, (gradient,) = value_and_gradients(run, logits, labels)
    np.testing.assert_array_equal(loss, [0, 0])
    np.testing.assert_array_equal(gradient, np.zeros((2, 3)))
    assert kernels.softmax_cross_entropy(logits[:1], jnp.array([[0.0, 1.0, 0.0]]))[0] == 2e4


def test_a_class_that_is_ruled_out_takes_no_part():
    logits = jnp.array([[1.0, -jnp.inf, 2.0]])
    labels = jnp.array([2])
    run = kernels.softmax_cross_entropy_with_integer_labels
    expected = run(jnp.array([[1.0, 2.0]]), jnp.array([1]))
    np.testing.assert_allclose(run(logits, labels), expected)
    gradient = jax.grad(lambda logits: run(logits, labels).sum())(logits)
    assert np.isfinite(gradient).all()


def test_labels_of_no_class_have_no_loss_and_no_gradient():
    logits, labels = normal(3, 4), jnp.array([-1, 4, 2])
    run = kernels.softmax_cross_entropy_with_integer_labels
    loss, (gradient,) = value_and_gradients(run, logits, labels)
    assert (np.asarray(loss) == 0).tolist() == [True, True, False]
    assert (np.asarray(gradient) == 0).all(axis=1).tolist() == [True, True, False]


def test_small_label_dtypes_count_all_classes():
    logits = normal(1, 300)
    run = kernels.softmax_cross_entropy_with_integer_labels
    np.testing.assert_array_equal(
        run(logits, jnp.array([44], "uint8")), run(logits, jnp.array([44]))
    )


def test_mapping_and_scanning_change_nothing():
    logits = normal(2, 3, 5)

    def run(logits, labels):
        return value_and_gradients(
            kernels.softmax_cross_entropy_with_integer_labels, logits, labels
        )

    def one_of_two(i):
        return run(logits[i], LABELS[i])

    each = jax.tree.map(lambda *a: jnp.stack(a), one_of_two(0), one_of_two(1))
    scanned = lax.scan(lambda _, each: (0, run(*each)), 0, (logits, LABELS))[1]
    assert_close(jax.vmap(run)(logits, LABELS), each)
    assert_close(scanned, each)
