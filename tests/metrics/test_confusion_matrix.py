"""Confusion matrices and what follows from them, against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as reference

import cornu as keras

RNG = np.random.default_rng(0)
SCORES = RNG.dirichlet(np.ones(4), 60).astype("float32")
CLASSES = RNG.choice(4, 60, p=[0.7, 0.2, 0.1, 0.0])
CHOSEN = SCORES.argmax(axis=1)
WEIGHTS = RNG.uniform(0.5, 2, 60).astype("float32")
POSITIVE = RNG.uniform(size=60).astype("float32")
BINARY = (RNG.uniform(size=60) < 0.2).astype("int32")
DECIDED = (POSITIVE >= 0.3).astype(int)


def in_batches(metric, y_true, y_pred, weights):
    for part in (slice(0, 25), slice(25, None)):
        metric.update_state(y_true[part], y_pred[part], sample_weight=weights[part])
    return np.asarray(metric.result())


FORMS = {
    "class indices": CLASSES,
    "a column": CLASSES[:, None],
    "one-hot": np.eye(4)[CLASSES],
}
SHARES = {None: None, "row": "true", "column": "pred", "all": "all"}


@pytest.mark.parametrize("normalize", SHARES, ids=str)
def test_the_matrix_of_weighted_batches_is_scikit_learns(normalize):
    metric = keras.metrics.ConfusionMatrix(normalize=normalize)
    expected = reference.confusion_matrix(
        CLASSES, CHOSEN, labels=range(4), sample_weight=WEIGHTS, normalize=SHARES[normalize]
    )
    np.testing.assert_allclose(in_batches(metric, CLASSES, SCORES, WEIGHTS), expected, rtol=1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_targets_may_be_numbers_a_column_or_one_hot(form):
    found = keras.metrics.ConfusionMatrix()(FORMS[form], SCORES)
    expected = reference.confusion_matrix(CLASSES, CHOSEN, labels=range(4))
    np.testing.assert_array_equal(found, expected)
    by_number = keras.metrics.ConfusionMatrix(4)(CLASSES, CHOSEN)
    np.testing.assert_array_equal(by_number, expected)


@pytest.mark.parametrize("y_true", [BINARY, BINARY[:, None]], ids=["flat", "column"])
@pytest.mark.parametrize("y_pred", [POSITIVE, POSITIVE[:, None]], ids=["flat", "column"])
def test_one_column_is_the_probability_of_class_1(y_true, y_pred):
    found = keras.metrics.ConfusionMatrix(threshold=0.3)(y_true, y_pred)
    np.testing.assert_array_equal(found, reference.confusion_matrix(BINARY, DECIDED))


def test_every_pixel_is_counted():
    numbers, scores = CLASSES.reshape(3, 4, 5), SCORES.reshape(3, 4, 5, 4)
    found = keras.metrics.ConfusionMatrix()(numbers, scores, sample_weight=WEIGHTS.reshape(3, 4, 5))
    expected = reference.confusion_matrix(CLASSES, CHOSEN, labels=range(4), sample_weight=WEIGHTS)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    one_column = POSITIVE.reshape(3, 4, 5, 1)
    found = keras.metrics.ConfusionMatrix(threshold=0.3)(BINARY.reshape(3, 4, 5), one_column)
    np.testing.assert_array_equal(found, reference.confusion_matrix(BINARY, DECIDED))


BY_CLASS = {
    "PrecisionByClass": reference.precision_score,
    "RecallByClass": reference.recall_score,
    "F1ByClass": reference.f1_score,
}


@pytest.mark.parametrize("average", [None, "macro", "micro", "weighted"], ids=str)
@pytest.mark.parametrize("name", BY_CLASS)
def test_scores_by_class_are_scikit_learns(name, average):
    expected = BY_CLASS[name](
        CLASSES,
        CHOSEN,
        average=average,
        sample_weight=WEIGHTS,
        zero_division=0,
    )
    found = in_batches(getattr(keras.metrics, name)(average), CLASSES, SCORES, WEIGHTS)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("name", BY_CLASS)
def test_scores_of_class_1_are_scikit_learns(name):
    metric = getattr(keras.metrics, name)("binary", threshold=0.3)
    expected = BY_CLASS[name](BINARY, DECIDED)
    np.testing.assert_allclose(metric(BINARY[:, None], POSITIVE[:, None]), expected, rtol=1e-5)


PROBABILITIES = RNG.uniform(size=(60, 3)).astype("float32")
# Label 2 never occurs and is never predicted.
PROBABILITIES[:, 2] *= 0.3
INDICATORS = (RNG.uniform(size=(60, 3)) < [0.5, 0.1, 0.0]).astype("int32")
YES = (PROBABILITIES >= 0.4).astype(int)


@pytest.mark.parametrize("normalize", SHARES, ids=str)
def test_labels_have_a_matrix_each_as_scikit_learn_has_it(normalize):
    metric = keras.metrics.ConfusionMatrix(normalize=normalize, threshold=0.4, multi_label=True)
    found = in_batches(metric, INDICATORS, PROBABILITIES, WEIGHTS)
    if normalize is None:
        expected = reference.multilabel_confusion_matrix(INDICATORS, YES, sample_weight=WEIGHTS)
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    for label in range(3):
        expected = reference.confusion_matrix(
            INDICATORS[:, label],
            YES[:, label],
            labels=[0, 1],
            sample_weight=WEIGHTS,
            normalize=SHARES[normalize],
        )
        np.testing.assert_allclose(found[label], expected, rtol=1e-5)


def test_labels_may_have_weights_of_their_own_and_stand_in_pixels():
    weights = RNG.uniform(size=(3, 20, 3)).astype("float32")
    metric = keras.metrics.ConfusionMatrix(3, threshold=0.4, multi_label=True)
    found = metric(
        INDICATORS.reshape(3, 20, 3), PROBABILITIES.reshape(3, 20, 3), sample_weight=weights
    )
    expected = reference.confusion_matrix(
        INDICATORS[:, 0], YES[:, 0], sample_weight=weights[..., 0].reshape(-1)
    )
    np.testing.assert_allclose(found[0], expected, rtol=1e-5)
    metric.reset_state()
    by_number = metric(INDICATORS, YES)
    np.testing.assert_array_equal(by_number, reference.multilabel_confusion_matrix(INDICATORS, YES))


@pytest.mark.parametrize("average", [None, "macro", "micro", "weighted"], ids=str)
@pytest.mark.parametrize("name", BY_CLASS)
def test_scores_by_label_are_scikit_learns(name, average):
    expected = BY_CLASS[name](
        INDICATORS, YES, average=average, sample_weight=WEIGHTS, zero_division=0
    )
    metric = getattr(keras.metrics, name)(average, threshold=0.4, multi_label=True)
    found = in_batches(metric, INDICATORS, PROBABILITIES, WEIGHTS)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize(
    "name, function",
    [
        ("MatthewsCorrelation", reference.matthews_corrcoef),
        ("BalancedAccuracy", reference.balanced_accuracy_score),
        ("CohenKappa", reference.cohen_kappa_score),
    ],
)
def test_other_scores_are_those_of_each_label(name, function):
    metric = getattr(keras.metrics, name)(threshold=0.4, multi_label=True)
    found = in_batches(metric, INDICATORS, PROBABILITIES, WEIGHTS)
    expected = [function(INDICATORS[:, i], YES[:, i], sample_weight=WEIGHTS) for i in range(2)]
    assert found.shape == (3,)
    np.testing.assert_allclose(found[:2], expected, rtol=1e-4, atol=1e-6)


SEEN = np.where(CLASSES < 3, CLASSES, 0)
WHOLE = [
    (keras.metrics.MatthewsCorrelation(), reference.matthews_corrcoef, {}),
    (keras.metrics.BalancedAccuracy(), reference.balanced_accuracy_score, {}),
    (
        keras.metrics.BalancedAccuracy(adjusted=True),
        reference.balanced_accuracy_score,
        {"adjusted": True},
    ),
    (keras.metrics.CohenKappa(), reference.cohen_kappa_score, {}),
    (
        keras.metrics.CohenKappa(weights="linear"),
        reference.cohen_kappa_score,
        {"weights": "linear"},
    ),
    (
        keras.metrics.CohenKappa(weights="quadratic"),
        reference.cohen_kappa_score,
        {"weights": "quadratic"},
    ),
]


@pytest.mark.filterwarnings("ignore:y_pred contains classes")
@pytest.mark.parametrize("metric, function, settings", WHOLE, ids=lambda x: getattr(x, "name", ""))
def test_scores_of_all_classes_together_are_scikit_learns(metric, function, settings):
    metric.reset_state()
    expected = function(SEEN, CHOSEN, sample_weight=WEIGHTS, **settings)
    found = in_batches(metric, SEEN, SCORES, WEIGHTS)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("metric", ["MatthewsCorrelation", "CohenKappa"])
def test_predictions_of_one_class_only_correlate_with_nothing(metric):
    assert getattr(keras.metrics, metric)(3)(
        [0, 1, 1, 2, 0, 0, 0], [0] * 7
    ).item() == pytest.approx(0, abs=1e-6)


def test_many_samples_do_not_overflow():
    metric = keras.metrics.MatthewsCorrelation(2)
    metric([0, 1, 0, 1], [0, 1, 1, 1], sample_weight=np.full(4, 1e12))
    np.testing.assert_allclose(
        metric.result(), reference.matthews_corrcoef([0, 1, 0, 1], [0, 1, 1, 1]), rtol=1e-5
    )


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda m: m.ConfusionMatrix(1), "from 2; got 1"),
        (lambda m: m.ConfusionMatrix(normalize="rows"), "got 'rows'"),
        (lambda m: m.F1ByClass("mean"), "got 'mean'"),
        (lambda m: m.F1ByClass("binary", 3), "num_classes is 3"),
        (lambda m: m.F1ByClass("binary", multi_label=True), "multi_label is True"),
        (lambda m: m.ConfusionMatrix(multi_label=True)([0, 1], [[0.5, 0.5]]), "of the same shape"),
        (lambda m: m.ConfusionMatrix(3, multi_label=True)([[0, 1]], [[0, 1]]), "of 3 labels"),
        (lambda m: m.CohenKappa(weights="cubic"), "got 'cubic'"),
        (lambda m: m.ConfusionMatrix()([0, 1], [0, 1]), "pass num_classes"),
        (lambda m: m.ConfusionMatrix(3)([0], [[0.5, 0.5]]), "that is 2 classes"),
        (lambda m: m.ConfusionMatrix()([0, 1, 1], SCORES), r"\(60,\), or one-hot"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make(keras.metrics)


def test_in_a_model_the_matrix_is_a_result_and_no_part_of_the_line(capsys):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(
        "sgd",
        "sparse_categorical_crossentropy",
        metrics=[keras.metrics.ConfusionMatrix(), keras.metrics.BalancedAccuracy()],
    )
    x, y = RNG.normal(size=(20, 2)), np.arange(20) % 3
    history = model.fit(x, y, epochs=2, batch_size=8, verbose=2).history
    printed = capsys.readouterr().out
    assert "balanced_accuracy" in printed and "confusion_matrix" not in printed
    assert [type(m) for m in history["confusion_matrix"]] == [np.ndarray] * 2
    found = model.evaluate(x, y, return_dict=True, verbose=0)
    expected = reference.confusion_matrix(y, model.predict(x, verbose=0).argmax(axis=1))
    np.testing.assert_array_equal(found["confusion_matrix"], expected)
