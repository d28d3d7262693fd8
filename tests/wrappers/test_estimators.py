import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import cornu as keras
from cornu.wrappers import (
    KerasClassifier,
    SKLearnClassifier,
    SKLearnRegressor,
    SKLearnTransformer,
)
from tests.wrappers import small

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2)).astype("float32")
LABELS = np.array(["low", "middle", "top"])[np.digitize(X[:, 0], [-0.5, 0.5])]
TWO = np.where(X[:, 0] > 0, "yes", "no")
FIT = {"epochs": 12, "batch_size": 30}


def fitted(model, y, **settings):
    keras.utils.set_random_seed(0)
    return SKLearnClassifier(model, fit_kwargs=FIT, **settings).fit(X, y)


def test_keras_names_are_the_same_classes():
    assert keras.wrappers.KerasClassifier is KerasClassifier is SKLearnClassifier


def test_string_labels_come_back():
    found = fitted(small.classifier, LABELS)
    assert found.classes_.tolist() == ["low", "middle", "top"]
    assert found.score(X, LABELS) > 0.6
    np.testing.assert_allclose(found.predict_proba(X).sum(axis=1), 1, atol=1e-6)
    assert (found.n_features_in_, found.epoch_, len(found.history_.history["loss"])) == (2, 12, 12)


@pytest.mark.parametrize(
    "model, y",
    [
        (small.one_output, TWO),
        (lambda: small.one_output(from_logits=True), TWO),
        (small.one_output(), TWO),
        (small.sparse, LABELS),
    ],
    ids=["one output", "a logit", "a model itself", "sparse loss"],
)
def test_targets_take_the_form_that_the_model_needs(model, y):
    found = fitted(model, y)
    assert found.score(X, y) > 0.6
    assert found.predict_proba(X).shape == (60, len(found.classes_))


def test_the_decision_is_positive_for_the_second_class():
    found = fitted(small.one_output, TWO)
    np.testing.assert_array_equal(found.decision_function(X) > 0, found.predict(X) == "yes")


def test_several_labels_are_predicted_at_once():
    y = (np.stack([X[:, 0], X[:, 1], -X[:, 0]], axis=1) > 0).astype(int)
    found = fitted(small.classifier, y)
    assert found.predict(X).shape == found.decision_function(X).shape == (60, 3)
    assert np.mean(found.predict(X) == y) > 0.6


def test_sample_weights_reach_the_model():
    weights = np.where(TWO == "yes", 100.0, 0.001)
    keras.utils.set_random_seed(0)
    found = SKLearnClassifier(small.one_output, fit_kwargs=FIT).fit(X, TWO, weights)
    assert np.mean(found.predict(X) == "yes") > np.mean(TWO == "yes")


def test_a_model_given_is_copied_and_stays_as_it_was():
    model = small.regressor()
    before = model.get_weights()
    found = SKLearnRegressor(model, fit_kwargs={"epochs": 2}).fit(X, X[:, 0])
    assert found.model_ is not model
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_a_warm_start_goes_on_from_the_last_fit():
    found = SKLearnRegressor(small.regressor, warm_start=True, fit_kwargs={"epochs": 3})
    model = found.fit(X, X[:, 0]).model_
    found.fit(X, X[:, 0])
    assert found.model_ is model and found.epoch_ == 6
    cold = clone(found).set_params(warm_start=False).fit(X, X[:, 0])
    assert cold.fit(X, X[:, 0]).epoch_ == 3


def test_a_warm_start_refuses_new_classes():
    found = fitted(small.one_output, TWO, warm_start=True)
    with pytest.raises(ValueError, match=r"goes on .* other targets: \['maybe'\]"):
        found.fit(X, np.where(X[:, 0] > 0, "yes", "maybe"))


def test_regressors_keep_the_shape_of_the_targets():
    flat = SKLearnRegressor(small.regressor, fit_kwargs=FIT).fit(X, X[:, 0])
    assert flat.predict(X).shape == (60,)
    several = SKLearnRegressor(small.regressor, model_kwargs={"units": 2}, fit_kwargs=FIT)
    assert several.fit(X, X).predict(X).shape == (60, 2)


def test_a_search_sets_single_arguments():
    search = GridSearchCV(
        SKLearnClassifier(small.classifier, model_kwargs={"rate": 0.1}, fit_kwargs=FIT),
        {"model_kwargs__units": [1, 4], "fit_kwargs__epochs": [4]},
        cv=2,
    ).fit(X, TWO)
    assert search.best_estimator_.model_kwargs == {
        "rate": 0.1,
        "units": search.best_params_["model_kwargs__units"],
    }
    assert search.best_estimator_.epoch_ == 4


def test_pipelines_take_classifiers_and_transformers():
    step = SKLearnTransformer(small.regressor, model_kwargs={"units": 2}, fit_kwargs=FIT)
    pipe = make_pipeline(StandardScaler(), step, LogisticRegression())
    step_targets = (TWO == "yes").astype(float)
    step.set_params(model_kwargs__units=1)
    assert pipe.fit(X, step_targets).score(X, step_targets) > 0.6


def test_cross_val_score_trains_a_model_for_each_fold():
    scores = cross_val_score(SKLearnRegressor(small.regressor, fit_kwargs=FIT), X, X[:, 0], cv=2)
    assert scores.shape == (2,)


def test_pickles_predict_the_same():
    found = fitted(small.classifier, LABELS)
    other = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(other.predict_proba(X), found.predict_proba(X))
    assert other.classes_.tolist() == found.classes_.tolist()


def test_clones_keep_all_parameters():
    found = SKLearnClassifier(small.classifier, True, {"units": 2}, {"epochs": 1})
    assert clone(found).get_params() == found.get_params()


@pytest.mark.parametrize(
    "model, error, message",
    [
        (3, TypeError, "model must be a compiled Cornu model"),
        (lambda: 3, TypeError, "must return a compiled Cornu model; it returned 3"),
        (lambda: keras.Sequential([keras.layers.Dense(2)]), ValueError, "must be compiled"),
        (small.sparse, ValueError, "has 3 outputs, and there are 2 classes"),
    ],
)
def test_models_that_cannot_be_meant_are_refused(model, error, message):
    with pytest.raises(error, match=message):
        SKLearnClassifier(model).fit(X, TWO)


def test_outputs_that_are_no_probabilities_are_refused():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, bias_initializer="ones")])
    model.compile("sgd", "mse", jit_compile=False)
    model.layers[-1].bias.assign([7.0])
    found = SKLearnClassifier(model, warm_start=True).fit(X, TWO)
    with pytest.raises(ValueError, match="no probabilities"):
        found.predict(X)
