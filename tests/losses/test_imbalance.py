"""Losses for unequal classes against the papers' formulas, written out in NumPy."""

import numpy as np
import pytest

import cornu as keras

COUNTS = np.array([500, 60, 5])
LOGITS = np.array([[2.0, -1.0, 0.5], [0.3, 0.1, -2.0], [-1.0, 4.0, 1.0], [0.0, 0.0, 0.0]])
CLASSES = np.array([0, 1, 2, 2])
ONE_HOT = np.eye(3)[CLASSES]


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cui_weights(beta):
    weights = (1 - beta) / (1 - beta**COUNTS)
    return weights / weights.sum() * len(COUNTS)


def cui(form, beta, gamma):
    """Cui et al. 2019, equations 9 to 12."""
    weight = cui_weights(beta)[CLASSES]
    if form == "softmax":
        return -weight * np.log(softmax(LOGITS)[np.arange(4), CLASSES])
    p = sigmoid(np.where(ONE_HOT == 1, LOGITS, -LOGITS))
    return -weight * ((1 - p) ** (gamma if form == "focal" else 0) * np.log(p)).sum(axis=1)


def menon(tau):
    """Menon et al. 2021, equation 10."""
    adjusted = np.exp(LOGITS + tau * np.log(COUNTS / COUNTS.sum()))
    return -np.log(adjusted[np.arange(4), CLASSES] / adjusted.sum(axis=1))


def cao(max_margin, scale):
    """Cao et al. 2019, equations 11 to 13, with the scale of the authors' program."""
    delta = max_margin / np.max(1 / COUNTS**0.25) / COUNTS**0.25
    found = []
    for z, y in zip(LOGITS, CLASSES):
        own = np.exp(scale * (z[y] - delta[y]))
        others = sum(np.exp(scale * z[j]) for j in range(3) if j != y)
        found.append(-np.log(own / (own + others)))
    return found


CASES = [
    (keras.losses.ClassBalancedCrossentropy, {"beta": 0.99}, cui("softmax", 0.99, 0)),
    (
        keras.losses.ClassBalancedCrossentropy,
        {"beta": 0.9, "form": "sigmoid"},
        cui("sigmoid", 0.9, 0),
    ),
    (
        keras.losses.ClassBalancedCrossentropy,
        {"form": "focal", "gamma": 1.5},
        cui("focal", 0.999, 1.5),
    ),
    (keras.losses.LogitAdjustedCrossentropy, {}, menon(1)),
    (keras.losses.LogitAdjustedCrossentropy, {"tau": 0.4}, menon(0.4)),
    (keras.losses.LabelDistributionAwareMargin, {}, cao(0.5, 1)),
    (keras.losses.LabelDistributionAwareMargin, {"max_margin": 0.3, "scale": 9.0}, cao(0.3, 9)),
]


@pytest.mark.parametrize("targets", [CLASSES, CLASSES[:, None], ONE_HOT], ids=str)
@pytest.mark.parametrize("cls, settings, expected", CASES)
def test_values_are_those_of_the_paper(cls, settings, expected, targets):
    loss = cls(COUNTS, from_logits=True, reduction="none", **settings)
    np.testing.assert_allclose(loss(targets, LOGITS), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("cls, settings, expected", CASES)
def test_probabilities_give_the_same_as_their_logits(cls, settings, expected):
    activation = softmax if settings.get("form", "softmax") == "softmax" else sigmoid
    loss = cls(COUNTS, reduction="none", **settings)
    np.testing.assert_allclose(loss(CLASSES, activation(LOGITS)), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "cls, settings",
    [
        (keras.losses.ClassBalancedCrossentropy, {}),
        (keras.losses.LogitAdjustedCrossentropy, {}),
        (keras.losses.LabelDistributionAwareMargin, {}),
    ],
)
def test_one_column_is_two_classes(cls, settings):
    loss = cls([90, 10], from_logits=True, reduction="none", **settings)
    z, y = np.array([[0.5], [-2.0], [3.0]]), np.array([1, 1, 0])
    both = loss(y, np.concatenate([np.zeros_like(z), z], axis=1))
    np.testing.assert_allclose(loss(y, z), both, rtol=1e-6)
    np.testing.assert_allclose(loss(y[:, None], z), both, rtol=1e-6)


def test_one_column_of_a_class_balanced_sigmoid_is_a_weighted_binary_crossentropy():
    loss = keras.losses.ClassBalancedCrossentropy([90, 10], 0.99, form="sigmoid", reduction="none")
    plain = keras.losses.BinaryCrossentropy(reduction="none")
    y, p = np.array([[1.0], [0.0]]), np.array([[0.3], [0.4]])
    weights = (1 - 0.99) / (1 - 0.99 ** np.array([10, 90]))
    expected = plain(y, p) * weights / weights.sum() * 2
    np.testing.assert_allclose(loss(y, p), expected, rtol=1e-5, atol=1e-7)


def test_beta_of_0_and_1_are_no_weights_and_inverse_counts():
    weights = keras.losses.imbalance.class_balanced_weights
    np.testing.assert_allclose(weights(COUNTS, 0), 1)
    np.testing.assert_allclose(weights(COUNTS, 1), 3 / COUNTS / (1 / COUNTS).sum())
    np.testing.assert_allclose(weights(COUNTS, 1 - 1e-12), weights(COUNTS, 1), rtol=1e-6)


@pytest.mark.parametrize("counts", [[3, 0], [3], [3, -1], [3, np.nan], 5])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(ValueError, match="LogitAdjustedCrossentropy: class_counts must be"):
        keras.losses.LogitAdjustedCrossentropy(counts)


def test_another_number_of_classes_is_named():
    with pytest.raises(ValueError, match=r"has 3 entries, but .* 2 classes"):
        keras.losses.LogitAdjustedCrossentropy(COUNTS)([1], [[0.5, 0.5]])


@pytest.mark.parametrize("settings", [{"form": "tanh"}, {"beta": 1.5}])
def test_other_settings_are_refused(settings):
    with pytest.raises(ValueError, match="must"):
        keras.losses.ClassBalancedCrossentropy([2, 1], **settings)


def test_class_indices_beyond_the_outputs_are_named_before_training():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile("sgd", keras.losses.LogitAdjustedCrossentropy(COUNTS, from_logits=True))
    with pytest.raises(ValueError, match=r"class indices from 0 to 3, but .* 3 output"):
        model.fit(np.zeros((4, 2)), np.arange(4), verbose=0)
