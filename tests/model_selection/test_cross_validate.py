"""Cross-validation: folds one by one and together, what is kept of them, and what is refused."""

import numpy as np
import pytest

import cornu as keras
from cornu.model_selection import (
    ValidationSplit,
    cross_val_predict,
    cross_validate,
    split_indices,
)
from tests.model_selection.small_models import X, Y, linear, perceptron, uncompiled

SPLIT = ValidationSplit(0.25, stratify=True)
ARGUMENTS = {
    "cv": "stratified:3",
    "epochs": 3,
    "batch_size": 4,
    "seed": 5,
    "class_weight": "balanced",
    "validation_split": SPLIT,
    "return_models": True,
    "return_train_score": True,
    "verbose": 0,
}


@pytest.fixture(scope="module")
def one_by_one():
    return cross_validate(perceptron, X, Y, together=False, **ARGUMENTS)


@pytest.fixture(scope="module")
def together():
    return cross_validate(perceptron, X, Y, together=True, **ARGUMENTS)


def test_the_ways_are_named(one_by_one, together):
    assert (one_by_one.way, together.way) == ("sequential", "together")


def test_folds_together_learn_the_same_weights(one_by_one, together):
    for fold, other in zip(one_by_one.folds, together.folds, strict=True):
        for a, b in zip(fold.model.get_weights(), other.model.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)


def test_folds_together_have_the_same_histories_and_scores(one_by_one, together):
    for fold, other in zip(one_by_one.folds, together.folds, strict=True):
        assert list(fold.history) == list(other.history)
        for name in fold.history:
            np.testing.assert_allclose(fold.history[name], other.history[name], rtol=1e-4)
        assert fold.scores == pytest.approx(other.scores, rel=1e-4)
        assert fold.train_scores == pytest.approx(other.train_scores, rel=1e-4)
        np.testing.assert_allclose(fold.predictions, other.predictions, atol=1e-5)


def test_a_fold_is_what_its_seed_gives_by_hand(one_by_one):
    fold = one_by_one.folds[1]
    keras.utils.set_random_seed(fold.seed)
    model = perceptron()
    x, y = X[fold.train], Y[fold.train]
    (_, y_train, _), _ = ValidationSplit(0.25, stratify=True, seed=0)((x, y, None))
    counts = np.bincount(y_train.astype(int))
    model.fit(
        x,
        y,
        epochs=3,
        batch_size=4,
        validation_split=SPLIT,
        class_weight={c: len(y_train) / (2 * counts[c]) for c in (0, 1)},
        verbose=0,
    )
    for a, b in zip(model.get_weights(), fold.model.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_each_fold_starts_from_weights_and_an_order_of_its_own(one_by_one):
    first = [fold.history["loss"][0] for fold in one_by_one.folds]
    assert len(set(first)) == 3


def test_scores_and_predictions_are_those_of_the_fold_s_model(one_by_one):
    fold = one_by_one.folds[2]
    x, y = X[fold.test], Y[fold.test]
    assert fold.model.evaluate(x, y, verbose=0, return_dict=True) == pytest.approx(fold.scores)
    expected = fold.model.predict(x, verbose=0)
    np.testing.assert_allclose(one_by_one.predictions[fold.test], expected, atol=1e-6)


def test_users_random_numbers_go_on_as_if_nothing_had_been():
    keras.utils.set_random_seed(3)
    expected = keras.random.SeedGenerator().initial_seed
    keras.utils.set_random_seed(3)
    cross_validate(linear, X, Y, cv=[(range(20), range(20, 26))], seed=1, verbose=0)
    assert keras.random.SeedGenerator().initial_seed == expected


def test_build_may_take_the_training_inputs_of_its_fold():
    seen = []

    def build(x):
        seen.append(x)
        return linear()

    pairs = split_indices(2, 26, seed=0)
    cross_validate(build, X, Y, cv=pairs, seed=0, verbose=0, return_predictions=False)
    np.testing.assert_array_equal(seen[0], X[pairs[0][0]])
    np.testing.assert_array_equal(seen[1], X[pairs[1][0]])


def test_a_line_is_printed_for_each_fold(capsys):
    cross_validate(linear, X, Y, cv=[(range(20), range(20, 26))], seed=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Fold 1/1 - 1 epochs - ")


def test_predictions_need_each_sample_tested_once():
    with pytest.raises(ValueError, match="20 are never tested"):
        cross_val_predict(linear, X, Y, cv=[(range(20), range(20, 26))])


ERRORS = [
    ({"build": uncompiled}, ValueError, r"returned model .* uncompiled"),
    ({"build": uncompiled()}, TypeError, "build must be a function|build must take"),
    ({"build": lambda: 3}, TypeError, "must return a compiled Cornu model"),
    ({"build": lambda a, b: None}, TypeError, "no argument, or one"),
    ({"y": np.where(np.arange(26) == 4, np.nan, 1.0)}, ValueError, "NaN in 1 of 26"),
    ({"y": np.zeros(25)}, ValueError, "same number of samples"),
    ({"cv": 30}, ValueError, "30 folds, but there are 26"),
    ({"groups": np.zeros(3)}, ValueError, "one entry for each of the 26"),
    ({"x": iter([])}, ValueError, "picks samples by their index"),
    ({"learning_rate": 1.0}, TypeError, "does not know: \\['learning_rate'\\]"),
    ({"validation_data": "train"}, ValueError, "only name is 'test'"),
    ({"class_weight": "even"}, ValueError, "'balanced', or for several"),
    ({"validation_data": "test", "validation_split": 0.1}, ValueError, "not both"),
    ({"seed": -1}, ValueError, "whole number from 0"),
    ({"n_jobs": 0}, ValueError, "number of processes"),
    ({"n_jobs": 2, "build": lambda: linear()}, ValueError, "top level of a module"),
    ({"verbose": 3}, ValueError, "verbose must be"),
    ({"together": True, "n_jobs": 2}, ValueError, "neither go with n_jobs"),
    (
        {"together": True, "callbacks": [keras.callbacks.EarlyStopping("loss")]},
        ValueError,
        "callbacks see one model",
    ),
    (
        {"callbacks": [keras.callbacks.EarlyStopping()]},
        ValueError,
        "monitors 'val_loss', but the folds are trained without validation",
    ),
]


@pytest.mark.parametrize(("arguments", "kind", "message"), ERRORS, ids=range(len(ERRORS)))
def test_what_cannot_be_meant_is_refused(arguments, kind, message):
    with pytest.raises(kind, match=message):
        cross_validate(**{"build": linear, "x": X, "y": Y, "cv": 2, "verbose": 0, **arguments})


def test_one_model_for_all_folds_is_refused():
    model = linear()
    with pytest.raises(ValueError, match=r"the same model .* twice"):
        cross_validate(lambda: model, X, Y, cv=2, verbose=0)
