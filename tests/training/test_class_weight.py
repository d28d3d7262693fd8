"""`class_weight` in training: the loss is that of the weights written out by hand."""

import numpy as np
import pytest

import cornu as keras

RNG = np.random.default_rng(1)
X = RNG.normal(size=(6, 3)).astype("float32")
IMAGES = RNG.normal(size=(6, 4, 4, 1)).astype("float32")


def loss_with(class_weight, x, y, outputs, loss, fit=False):
    """The loss of a batch, at a learning rate of 0, and the model."""
    inputs = keras.Input(x.shape[1:])
    model = keras.Model(inputs, outputs(inputs))
    model.compile(keras.optimizers.SGD(0.0), loss)
    if fit:
        history = model.fit(x, y, batch_size=6, class_weight=class_weight, verbose=0, shuffle=False)
        return history.history["loss"][0], model
    found = model.train_on_batch(x, y, class_weight=class_weight)
    return (found[0] if isinstance(found, list) else found), model


def log_loss(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def test_per_pixel_weights_in_a_segmentation():
    y = RNG.choice(3, (6, 4, 4))
    head = keras.layers.Conv2D(3, 1, activation="softmax")
    weights = {0: 0.5, 1: 2.0, 2: 4.0}
    found, model = loss_with(weights, IMAGES, y, head, "sparse_categorical_crossentropy")
    p = np.take_along_axis(model.predict(IMAGES, verbose=0), y[..., None], -1)[..., 0]
    assert found == pytest.approx(np.mean(-np.log(p) * np.array([0.5, 2, 4])[y]), rel=1e-4)


def test_labels_weigh_each_in_a_binary_crossentropy():
    y = np.array([[1, 0], [0, 0], [1, 1], [0, 1], [0, 0], [0, 0]])
    head = keras.layers.Dense(2, activation="sigmoid")
    found, model = loss_with({0: 3.0, 1: 7.0}, X, y, head, "binary_crossentropy", fit=True)
    p = model.predict(X, verbose=0)
    expected = np.mean(log_loss(y, p) * np.where(y == 1, [3.0, 7.0], 1))
    assert found == pytest.approx(expected, rel=1e-4)


def test_outputs_have_weights_by_name_and_balanced_ones():
    y = {"kind": np.array([0, 0, 0, 0, 1, 2]), "yes": np.array([0, 0, 0, 1, 0, 0])}

    def heads(x):
        return {
            "kind": keras.layers.Dense(3, activation="softmax", name="kind")(x),
            "yes": keras.layers.Dense(1, activation="sigmoid", name="yes")(x),
        }

    loss = {"kind": "sparse_categorical_crossentropy", "yes": "binary_crossentropy"}
    weights = {"yes": {1: 10.0}, "kind": "balanced"}
    found, model = loss_with(weights, X, y, heads, loss, fit=True)
    p = model.predict(X, verbose=0)
    kind = -np.log(p["kind"][np.arange(6), y["kind"]]) * np.array([0.5, 2, 2])[y["kind"]]
    yes = log_loss(y["yes"], p["yes"][:, 0]) * np.where(y["yes"], 10, 1)
    assert found == pytest.approx(kind.mean() + yes.mean(), rel=1e-4)


def test_labels_weigh_in_every_reduction():
    y, p = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.3, 0.4], [0.2, 0.9]])
    weights = np.array([[2.0, 1.0], [1.0, 5.0]])
    values = log_loss(y, p) * weights
    expected = {
        "none": values.mean(axis=1),
        "sum": values.mean(axis=1).sum(),
        "sum_over_batch_size": values.mean(),
        "mean_with_sample_weight": values.sum() / weights.sum(),
    }
    for reduction, value in expected.items():
        loss = keras.losses.BinaryCrossentropy(reduction=reduction)
        np.testing.assert_allclose(loss(y, p, sample_weight=weights), value, rtol=1e-5)
    metric = keras.metrics.BinaryAccuracy()
    np.testing.assert_allclose(metric(y, p, sample_weight=weights), 7 / 9, rtol=1e-6)
    metric = keras.metrics.BinaryCrossentropy()
    expected = np.average(log_loss(y, p), weights=weights)
    np.testing.assert_allclose(metric(y, p, sample_weight=weights), expected, rtol=1e-5)


def test_a_weight_for_a_class_that_is_no_output_is_refused():
    head = keras.layers.Dense(3, activation="softmax")
    with pytest.raises(ValueError, match=r"class 3 of .* 0 to 2"):
        loss_with({3: 2.0}, X, np.arange(6) % 3, head, "sparse_categorical_crossentropy")
