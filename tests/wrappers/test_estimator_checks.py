"""scikit-learn's own checks of estimators, apart from a named list."""

import unittest

import pytest

import cornu as keras
from cornu.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

estimator_checks = pytest.importorskip("sklearn.utils.estimator_checks")

EQUIVALENCE = (
    "a sample of weight 0 still fills a place in a batch, and the mean loss counts it, as in Keras"
)
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": EQUIVALENCE,
}


class Linear:
    """Makes a softmax or linear layer, or sigmoids where labels do not exclude one another.

    Not a function, whose representation holds an address: the names of the tests are the same in
    each process.
    """

    def __call__(self, X, y, seed=0):
        return linear(X, y)

    def __repr__(self):
        return "Linear()"


def linear(X, y):
    labels = bool(((y == 0) | (y == 1)).all())
    exclusive = labels and bool((y.sum(axis=1) == 1).all())
    activation = ("softmax" if exclusive else "sigmoid") if labels else None
    loss = ("categorical_crossentropy" if exclusive else "binary_crossentropy") if labels else "mse"
    model = keras.Sequential(
        [
            keras.Input(X.shape[1:]),
            keras.layers.Dense(y.shape[1], activation, kernel_initializer="zeros"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.1), loss, jit_compile=False)
    return model


ESTIMATORS = [
    SKLearnClassifier(Linear(), fit_kwargs={"epochs": 10, "batch_size": 512, "shuffle": False}),
    SKLearnRegressor(Linear(), fit_kwargs={"epochs": 3, "batch_size": 512, "shuffle": False}),
    SKLearnTransformer(Linear(), fit_kwargs={"epochs": 1, "batch_size": 512, "shuffle": False}),
]


@estimator_checks.parametrize_with_checks(
    ESTIMATORS, expected_failed_checks=lambda estimator: EXPECTED_FAILURES
)
def test_scikit_learn_accepts_it(estimator, check):
    try:
        check(estimator)
    except unittest.SkipTest as reason:
        pytest.skip(str(reason))
