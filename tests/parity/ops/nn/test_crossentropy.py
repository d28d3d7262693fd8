"""Cross-entropies against Keras: values and gradients, from probabilities and from logits."""

import jax
import numpy as np
import pytest

from tests.parity.oracle import assert_same, compare_function

RNG = np.random.default_rng(0)
LOGITS = (3 * RNG.normal(size=(4, 5, 3))).astype("float32")
PROBABILITIES = RNG.dirichlet(np.ones(3), size=(4, 5)).astype("float32")
SOFT = RNG.dirichlet(np.ones(3), size=(4, 5)).astype("float32")
CLASSES = RNG.integers(0, 3, size=(4, 5))
BINARY = RNG.uniform(size=(4, 5, 3)).astype("float32")
# Sums other than 1, zeros, ones.
ROUGH = np.array([[0.2, 0.3, 0.7], [0.0, 0.0, 1.0], [2.0, 2.0, 4.0]], "float32")


def test_losses_of_an_unknown_batch():
    compare_function("ops.categorical_crossentropy", SOFT, PROBABILITIES, symbolic=True)
    compare_function("ops.sparse_categorical_crossentropy", CLASSES, PROBABILITIES, symbolic=True)
    compare_function("ops.binary_crossentropy", SOFT, BINARY, symbolic=True)


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_categorical_is_keras(axis):
    compare_function("ops.categorical_crossentropy", SOFT, PROBABILITIES, axis=axis)
    compare_function("ops.categorical_crossentropy", SOFT, LOGITS, from_logits=True, axis=axis)


def test_sparse_categorical_is_keras():
    name = "ops.sparse_categorical_crossentropy"
    compare_function(name, CLASSES, PROBABILITIES)
    compare_function(name, CLASSES, LOGITS, from_logits=True)
    compare_function(name, CLASSES[..., None], PROBABILITIES)
    compare_function(name, CLASSES.astype("float32"), PROBABILITIES, gradients=False)


def test_binary_is_keras():
    compare_function("ops.binary_crossentropy", SOFT, BINARY)
    compare_function("ops.binary_crossentropy", SOFT, LOGITS, from_logits=True)


def test_probabilities_are_divided_by_their_sum_and_clipped():
    compare_function("ops.categorical_crossentropy", np.eye(3, dtype="float32"), ROUGH)
    compare_function("ops.sparse_categorical_crossentropy", np.array([2, 0, 1]), ROUGH)
    compare_function(
        "ops.binary_crossentropy",
        np.array([0.0, 1.0, 1.0], "float32"),
        np.array([1.0, 0.0, 1.0], "float32"),
    )


@pytest.mark.parametrize("from_logits", [False, True])
def test_numbers_that_are_no_class_cost_nothing(from_logits):
    compare_function(
        "ops.sparse_categorical_crossentropy",
        np.array([-1, 5, 1]),
        ROUGH,
        from_logits=from_logits,
        gradients=False,
    )


def test_large_logits_stay_finite():
    logits = np.array([[100.0, -100.0, 0.0]], "float32")
    compare_function("ops.binary_crossentropy", np.ones_like(logits), logits, from_logits=True)
    compare_function("ops.sparse_categorical_crossentropy", [1], logits, from_logits=True)


@pytest.mark.parametrize(
    ("activation", "loss", "target"),
    [
        ("softmax", "categorical_crossentropy", SOFT),
        ("softmax", "sparse_categorical_crossentropy", CLASSES),
        ("sigmoid", "binary_crossentropy", SOFT),
    ],
)
def test_a_compiled_loss_behind_its_activation_is_keras(activation, loss, target):
    import keras

    import cornu

    def total(module, logits):
        probabilities = getattr(module.ops, activation)(logits)
        return getattr(module.ops, loss)(target, probabilities).sum()

    ours = jax.jit(jax.value_and_grad(lambda x: total(cornu, x)))(LOGITS)
    theirs = jax.jit(jax.value_and_grad(lambda x: total(keras, x)))(LOGITS)
    assert_same(ours, theirs, loss, 2e-6)
