"""Class weights of every form, and samplers, are found anew from each fold's training part."""

import numpy as np
import pytest
from imblearn.under_sampling import RandomUnderSampler

import cornu as keras
from cornu.model_selection import BalancedBatches, class_weights, cross_validate
from cornu.model_selection.cross_validation.samples import (
    Settings,
    balanced_batches,
    checked_settings,
    to_samples,
)
from cornu.model_selection.cross_validation.together import fold_weights
from tests.model_selection.small_models import linear

RNG = np.random.default_rng(1)
X = RNG.normal(size=(24, 3)).astype("float32")
RARE = (np.arange(24) % 6 == 0).astype("float32")
TRAIN = np.arange(1, 19)


def compiled(outputs, loss, names=None):
    """A model with such layers on one input."""
    inputs = keras.Input((3,))
    found = [layer(inputs) for layer in outputs]
    model = keras.Model(inputs, dict(zip(names, found)) if names else found[0])
    model.compile("sgd", loss)
    return model


def one(units, activation, loss):
    return compiled([keras.layers.Dense(units, activation)], loss)


def two_outputs():
    layers = [keras.layers.Dense(1, "sigmoid", name="a"), keras.layers.Dense(3, name="b")]
    losses = {
        "a": "binary_crossentropy",
        "b": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    }
    return compiled(layers, losses, ("a", "b"))


def weights_in_fold(model, y, given):
    settings = checked_settings(Settings(class_weight=given, fit={}))
    return fold_weights(model, to_samples(X, y, None, None), settings, TRAIN)


def looked_up(weights, classes):
    return np.array([weights[int(c)] for c in np.ravel(classes)]).reshape(np.shape(classes))


def test_classes_told_by_numbers_are_balanced_by_the_training_part():
    found = weights_in_fold(one(1, "sigmoid", "binary_crossentropy"), RARE, "balanced")
    np.testing.assert_allclose(found, looked_up(class_weights(RARE[TRAIN]), RARE), rtol=1e-6)


def test_one_hot_classes_are_balanced():
    classes = np.arange(24) % 3 * (np.arange(24) % 2)
    found = weights_in_fold(
        one(3, "softmax", "categorical_crossentropy"), np.eye(3)[classes], "balanced"
    )
    expected = looked_up(class_weights(classes[TRAIN]), classes)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_each_label_is_balanced():
    y = np.stack([RARE, np.arange(24) % 4 == 1], axis=-1)
    found = weights_in_fold(one(2, "sigmoid", "binary_crossentropy"), y, "balanced")
    expected = [looked_up(weights, column) for weights, column in zip(class_weights(y[TRAIN]), y.T)]
    np.testing.assert_allclose(found, np.stack(expected, axis=-1), rtol=1e-6)


def test_pixels_are_balanced():
    y = (RNG.random((24, 4, 4)) < 0.2).astype("int32")
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(32), keras.layers.Reshape((4, 4, 2))]
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    found = weights_in_fold(model, y, "balanced")
    np.testing.assert_allclose(found, looked_up(class_weights(y[TRAIN]), y), rtol=1e-6)


TARGETS = {"a": RARE, "b": (np.arange(24) % 3).astype("int32")}


def test_outputs_have_weights_of_their_own():
    found = weights_in_fold(two_outputs(), TARGETS, {"a": "balanced"})
    assert found["b"] is None
    expected = looked_up(class_weights(RARE[TRAIN]), RARE)
    np.testing.assert_allclose(found["a"], expected, rtol=1e-6)


def test_folds_with_weighted_outputs_are_the_same_alone_and_together():
    arguments = {"class_weight": {"a": "balanced", "b": {1: 3.0}}, "seed": 1, "verbose": 0}
    alone, together = (
        cross_validate(two_outputs, X, TARGETS, cv=2, together=way, batch_size=6, **arguments)
        for way in (False, True)
    )
    for fold, other in zip(alone.folds, together.folds, strict=True):
        np.testing.assert_allclose(fold.history["loss"], other.history["loss"], rtol=1e-5)
        assert fold.scores == pytest.approx(other.scores, rel=1e-5)


def test_a_sampler_sees_the_training_part_alone():
    part = to_samples(X, RARE, None, None).part(TRAIN)
    settings = Settings(fit={"batch_size": 4}, sampler="over")
    batches = balanced_batches(settings, part, seed=3)
    assert batches.counts == {0: 15, 1: 15}
    assert set(batches.indices(0)) <= set(range(len(TRAIN)))


@pytest.mark.parametrize("sampler", ["over", RandomUnderSampler()], ids=["name", "resampler"])
def test_a_fold_with_a_sampler_is_what_its_seed_gives_by_hand(sampler):
    pairs = [(TRAIN, [0, 19, 20, 21, 22, 23])]
    result = cross_validate(
        linear, X, RARE, cv=pairs, epochs=2, batch_size=4, sampler=sampler, seed=2,
        return_models=True, return_train_score=True, verbose=0,
    )  # fmt: skip
    fold = result.folds[0]
    keras.utils.set_random_seed(fold.seed)
    model = linear()
    model.build((None, 3))
    batches = BalancedBatches(X[TRAIN], RARE[TRAIN], 4, strategy=sampler, seed=fold.seed)
    model.fit(batches, epochs=2, verbose=0)
    for a, b in zip(model.get_weights(), fold.model.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    # Scores are those of the samples as they are.
    assert fold.train_scores["loss"] == pytest.approx(
        model.evaluate(X[TRAIN], RARE[TRAIN], verbose=0)
    )
    assert getattr(sampler, "random_state", None) is None


ERRORS = [
    ({"sampler": "more"}, "strategy must be one of"),
    ({"sampler": "over", "y": {"a": RARE}}, "sampler needs one array of targets"),
    ({"sampler": "over", "y": RNG.normal(size=24)}, "holds something else"),
    ({"sampler": "over", "together": True}, "a sampler makes the batches"),
    ({"class_weight": {0: -1.0}}, "must be a number from 0"),
    ({"class_weight": "balanced", "sample_weight": np.ones(24)}, "not both"),
]


@pytest.mark.parametrize(("arguments", "message"), ERRORS, ids=range(len(ERRORS)))
def test_what_cannot_be_meant_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        cross_validate(**{"build": linear, "x": X, "y": RARE, "cv": 2, "verbose": 0, **arguments})
