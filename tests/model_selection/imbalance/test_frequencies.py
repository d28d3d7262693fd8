"""Counts of classes, and the weights and biases that follow from them."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

import cornu as keras
from cornu.data import Dataset
from cornu.model_selection import class_counts, class_weights, initial_bias

Y = np.random.default_rng(0).choice(3, 50, p=[0.7, 0.2, 0.1])
COUNTS = np.bincount(Y)
LABELS = np.array([[1, 0], [0, 0], [1, 1], [1, 0]])


def batches(y):
    return [(np.zeros((len(part), 1)), part) for part in np.array_split(y, 4)]


SOURCES = {
    "numbers": Y,
    "list": Y.tolist(),
    "column": Y[:, None].astype("float32"),
    "one-hot": np.eye(3)[Y],
    "pixels": Y.reshape(5, 5, 2),
    "generator": (batch for batch in batches(Y)),
    "data set": Dataset.from_tensor_slices((np.zeros(50), Y)).batch(16),
}


@pytest.mark.parametrize("source", SOURCES)
def test_classes_are_counted_in_any_source(source):
    np.testing.assert_array_equal(class_counts(SOURCES[source]), COUNTS)


def test_weights_of_a_stream_are_scikit_learns():
    expected = compute_class_weight("balanced", classes=np.arange(3), y=Y)
    found = class_weights(iter(batches(Y)))
    np.testing.assert_allclose([found[c] for c in range(3)], expected, rtol=1e-6)
    root = class_weights(Y, "square-root")
    np.testing.assert_allclose([root[c] for c in range(3)], np.sqrt(expected), rtol=1e-6)
    cui = (1 - 0.9) / (1 - 0.9**COUNTS)
    effective = class_weights(Y, "effective", beta=0.9)
    np.testing.assert_allclose(list(effective.values()), cui / cui.sum() * 3, rtol=1e-6)


def test_labels_and_several_outputs_have_weights_each():
    assert class_weights(LABELS) == [
        {0: 2.0, 1: pytest.approx(2 / 3)},
        {0: pytest.approx(2 / 3), 1: 2.0},
    ]
    found = class_weights({"kind": [0, 0, 1, 1], "mask": LABELS})
    assert found["kind"] == {0: 1.0, 1: 1.0} and len(found["mask"]) == 2


@pytest.mark.parametrize(
    "y, layer, expected",
    [
        ([0, 0, 0, 1], lambda b: keras.layers.Dense(1, "sigmoid", bias_initializer=b), [0.25]),
        (
            [0, 1, 1, 2],
            lambda b: keras.layers.Dense(3, "softmax", bias_initializer=b),
            [0.25, 0.5, 0.25],
        ),
        (
            np.eye(2)[[0, 1, 1, 1]],
            lambda b: keras.layers.Dense(2, "softmax", bias_initializer=b),
            [0.25, 0.75],
        ),
        (LABELS, lambda b: keras.layers.Dense(2, "sigmoid", bias_initializer=b), [0.75, 0.25]),
    ],
    ids=["binary", "classes", "one-hot", "labels"],
)
def test_an_untrained_model_predicts_the_shares(y, layer, expected):
    found = layer(initial_bias(y))(np.zeros((1, 2)))
    np.testing.assert_allclose(found[0], expected, rtol=1e-5)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: class_weights([0, 2], num_classes=3), "Class 1 of y has no samples"),
        (lambda: class_weights(np.eye(3)[[0, 2]]), "Class 1 of y has no samples"),
        (lambda: class_weights([0, 1], "even"), "got 'even'"),
        (lambda: class_counts([0.0, np.nan]), "NaN in 1 of 2"),
        (lambda: class_counts("abc"), "type str"),
        (lambda: class_counts(iter([])), "no batch"),
        (lambda: class_counts(iter([np.zeros((2, 1))])), "no targets"),
        (lambda: initial_bias([0, 0]), "one class"),
        (lambda: initial_bias([0, 2]), "Class 1 of y"),
        (lambda: initial_bias([[1, 0], [1, 1]]), "label 0"),
        (lambda: initial_bias([0, 1, 2], units=2), "of 3 classes"),
        (lambda: initial_bias({"a": [0, 1], "b": [0, 1]}), "call it for each"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
