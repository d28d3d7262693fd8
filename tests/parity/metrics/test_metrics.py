"""Metrics against Keras: state, results over two weighted batches, configs, names."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import assert_same, compare_config, compare_function

RNG = np.random.default_rng(0)
P = RNG.uniform(0.01, 0.99, (2, 6, 3)).astype("float32")
Y = np.eye(3, dtype="float32")[RNG.integers(0, 3, (2, 6))]
REAL = RNG.normal(size=(2, 6, 3)).astype("float32")
NEAR = (REAL + 0.3 * RNG.normal(size=REAL.shape)).astype("float32")
NUMBERS = RNG.integers(0, 3, (2, 6)).astype("int32")
GUESSES = RNG.integers(0, 3, (2, 6)).astype("int32")
BITS, CHANCE = Y[..., 0], P[..., 0]
W = np.array([1.0, 0.0, 2.0, 0.5, 1.5, 1.0], "float32")

ONE_HOT, SPARSE, VALUES = (Y, P), (NUMBERS, P), (REAL, NEAR)
BINARY, CLASSES = (BITS, CHANCE), (NUMBERS, GUESSES)

CASES = [
    ("Accuracy", {}, CLASSES),
    ("BinaryAccuracy", {}, ONE_HOT),
    ("BinaryAccuracy", {"threshold": 0.3}, BINARY),
    ("CategoricalAccuracy", {}, ONE_HOT),
    ("SparseCategoricalAccuracy", {}, SPARSE),
    ("TopKCategoricalAccuracy", {"k": 2}, ONE_HOT),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, SPARSE),
    ("BinaryCrossentropy", {}, ONE_HOT),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, ONE_HOT),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, ONE_HOT),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, SPARSE),
    ("KLDivergence", {}, ONE_HOT),
    ("Poisson", {}, ONE_HOT),
    ("Hinge", {}, ONE_HOT),
    ("SquaredHinge", {}, ONE_HOT),
    ("CategoricalHinge", {}, ONE_HOT),
    ("MeanSquaredError", {}, VALUES),
    ("MeanAbsoluteError", {}, VALUES),
    ("MeanAbsolutePercentageError", {}, VALUES),
    ("MeanSquaredLogarithmicError", {}, ONE_HOT),
    ("RootMeanSquaredError", {}, VALUES),
    ("CosineSimilarity", {}, VALUES),
    ("LogCoshError", {}, VALUES),
    ("TruePositives", {}, BINARY),
    ("FalsePositives", {"thresholds": [0.7, 0.2]}, BINARY),
    ("TrueNegatives", {"thresholds": 0.3}, ONE_HOT),
    ("FalseNegatives", {}, ONE_HOT),
    ("Precision", {}, BINARY),
    ("Precision", {"thresholds": [0.2, 0.5]}, BINARY),
    ("Precision", {"top_k": 2}, ONE_HOT),
    ("Precision", {"top_k": 2, "thresholds": 0.5, "class_id": 1}, ONE_HOT),
    ("Recall", {"class_id": 2}, ONE_HOT),
    ("Recall", {"top_k": 1, "class_id": 0}, ONE_HOT),
    ("SensitivityAtSpecificity", {"specificity": 0.6}, BINARY),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 9}, BINARY),
    ("PrecisionAtRecall", {"recall": 0.6}, BINARY),
    ("RecallAtPrecision", {"precision": 0.4, "class_id": 1}, ONE_HOT),
    ("AUC", {}, BINARY),
    ("AUC", {"num_thresholds": 7}, BINARY),
    ("AUC", {"curve": "PR"}, BINARY),
    ("AUC", {"curve": "PR", "summation_method": "majoring"}, BINARY),
    ("AUC", {"curve": "PRGAIN"}, BINARY),
    ("AUC", {"summation_method": "minoring"}, BINARY),
    ("AUC", {"thresholds": [0.6, 0.2]}, BINARY),
    ("AUC", {"from_logits": True}, (BITS, REAL[..., 0])),
    ("AUC", {"multi_label": True, "num_labels": 3}, ONE_HOT),
    ("AUC", {"multi_label": True, "label_weights": [1.0, 2.0, 3.0], "curve": "PR"}, ONE_HOT),
    ("F1Score", {}, ONE_HOT),
    ("F1Score", {"average": "micro"}, ONE_HOT),
    ("F1Score", {"average": "macro", "threshold": 0.4}, ONE_HOT),
    ("FBetaScore", {"average": "weighted", "beta": 2.0}, ONE_HOT),
    ("IoU", {"num_classes": 3, "target_class_ids": [0, 2], "dtype": "float32"}, CLASSES),
    ("IoU", {"num_classes": 3, "target_class_ids": [0], "ignore_class": 1}, CLASSES),
    ("BinaryIoU", {"threshold": 0.4, "dtype": "float32"}, BINARY),
    ("MeanIoU", {"num_classes": 3, "dtype": "float32"}, CLASSES),
    ("MeanIoU", {"num_classes": 3, "sparse_y_true": False, "sparse_y_pred": False}, ONE_HOT),
    ("OneHotIoU", {"num_classes": 3, "target_class_ids": [1]}, ONE_HOT),
    ("OneHotMeanIoU", {"num_classes": 3, "dtype": "float32"}, ONE_HOT),
    ("PearsonCorrelation", {}, VALUES),
    ("ConcordanceCorrelation", {}, VALUES),
    ("ConcordanceCorrelation", {"axis": 0}, (REAL, NEAR)),
    ("R2Score", {}, VALUES),
    ("R2Score", {"class_aggregation": None}, VALUES),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, VALUES),
    ("R2Score", {"num_regressors": 2}, (REAL[..., :1], NEAR[..., :1])),
]
UNWEIGHTED = [case for case in CASES if case[1].get("axis") == 0]
WEIGHTED = [case for case in CASES if case not in UNWEIGHTED]


def run(module, name, settings, data, weights):
    """Two batches, the second with weights: the state and the result."""
    metric = getattr(module.metrics, name)(**settings)
    y_true, y_pred = data
    metric.update_state(y_true[0], y_pred[0])
    metric.update_state(y_true[1], y_pred[1], sample_weight=weights)
    state = {v.name: np.asarray(v.value) for v in metric.variables}
    return state, metric.result()


# Keras counts every number as a sample (see docs/differences.md).
IN_OTHER_UNITS = {"R2Score": "num_samples"}


@pytest.mark.parametrize(("name", "settings", "data"), WEIGHTED)
def test_state_and_result_are_keras(name, settings, data):
    state, result = run(cornu, name, settings, data, W)
    expected_state, expected = run(keras, name, settings, data, W)
    state.pop(IN_OTHER_UNITS.get(name), None)
    expected_state.pop(IN_OTHER_UNITS.get(name), None)
    assert_same(state, expected_state, f"state of {name}")
    assert_same(result, expected, f"result of {name}")


@pytest.mark.parametrize(("name", "settings", "data"), UNWEIGHTED)
def test_unweighted_state_and_result_are_keras(name, settings, data):
    ours = run(cornu, name, settings, data, None)
    assert_same(ours, run(keras, name, settings, data, None), name)


MEANS = [
    (np.ones((2, 4)), None),
    (np.arange(8.0).reshape(2, 4), np.array([1.0, 2.0])),
    (np.arange(8.0).reshape(2, 4), np.array([[1.0], [2.0]])),
    (np.arange(8.0).reshape(2, 4), np.array([[1.0, 2.0, 3.0, 4.0]])),
    (3.0, 2.0),
    (np.arange(2.0), np.array([[1.0], [2.0]])),
]


@pytest.mark.parametrize(("values", "weights"), MEANS)
@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_means_and_sums_are_keras(name, values, weights):
    metrics = [getattr(module.metrics, name)() for module in (cornu, keras)]
    results = [np.asarray(metric(values, sample_weight=weights)) for metric in metrics]
    assert_same(results[0], results[1], name)
    ours, theirs = ([np.asarray(v.value) for v in metric.variables] for metric in metrics)
    assert_same(ours, theirs, f"state of {name}")


# Keras forgets the axis (see docs/differences.md).
REMEMBERED = [case for case in CASES if case[0] != "CosineSimilarity"]


@pytest.mark.parametrize(("name", "settings", "data"), REMEMBERED)
def test_configs_and_variables_are_keras(name, settings, data):
    compare_config(f"metrics.{name}", settings)
    ours, theirs = (getattr(module.metrics, name)(**settings) for module in (cornu, keras))
    assert [(v.name, v.shape, v.dtype) for v in ours.variables] == [
        (v.name, v.shape, v.dtype) for v in theirs.variables
    ]


@pytest.mark.parametrize(("name", "settings", "data"), CASES)
def test_each_library_reads_what_the_other_wrote(name, settings, data):
    ours, theirs = getattr(cornu.metrics, name), getattr(keras.metrics, name)
    written = cornu.metrics.serialize(ours(**settings))
    assert written["module"] == "keras.metrics"
    assert type(keras.metrics.deserialize(written)) is theirs
    assert type(cornu.metrics.deserialize(keras.metrics.serialize(theirs(**settings)))) is ours


FUNCTIONS = [
    ("binary_accuracy", ONE_HOT),
    ("categorical_accuracy", ONE_HOT),
    ("sparse_categorical_accuracy", SPARSE),
    ("top_k_categorical_accuracy", ONE_HOT),
    ("sparse_top_k_categorical_accuracy", SPARSE),
    ("pearson_correlation", VALUES),
    ("concordance_correlation", VALUES),
]


@pytest.mark.parametrize(("name", "data"), FUNCTIONS)
def test_functions_are_keras(name, data):
    compare_function(f"metrics.{name}", *data, gradients=False)


NAMES = (
    "mse MSE mae MAE mape MAPE msle MSLE bce BCE hinge accuracy Accuracy binary_accuracy "
    "categorical_accuracy sparse_categorical_accuracy top_k_categorical_accuracy "
    "sparse_top_k_categorical_accuracy auc AUC precision Recall RootMeanSquaredError "
    "root_mean_squared_error f1_score F1Score r2_score R2Score mean Sum true_positives poisson "
    "kl_divergence cosine_similarity CosineSimilarity LogCoshError pearson_correlation "
    "concordance_correlation binary_crossentropy categorical_crossentropy "
    "sparse_categorical_crossentropy squared_hinge mean_squared_error"
).split()


@pytest.mark.parametrize("name", NAMES)
def test_names_are_keras(name):
    ours, theirs = cornu.metrics.get(name), keras.metrics.get(name)
    assert type(ours).__name__ == type(theirs).__name__
