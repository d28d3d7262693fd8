"""What a metric was made with, and what it counts, can be read from it."""

import numpy as np
import pytest

import cornu as keras
from cornu import metrics


@pytest.mark.parametrize(
    ("made", "argument"),
    [
        (metrics.SensitivityAtSpecificity, "specificity"),
        (metrics.SpecificityAtSensitivity, "sensitivity"),
        (metrics.PrecisionAtRecall, "recall"),
        (metrics.RecallAtPrecision, "precision"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_the_rate_that_must_be_reached(made, argument):
    metric = made(0.25)
    assert getattr(metric, argument) == 0.25
    assert made.from_config(metric.get_config()).get_config() == metric.get_config()


def test_the_number_of_classes_that_count():
    assert metrics.TopKCategoricalAccuracy(k=3).k == 3
    assert metrics.SparseTopKCategoricalAccuracy(k=3, from_sorted_ids=True).from_sorted_ids


def test_the_counts_of_precision_and_recall():
    precision, recall = metrics.Precision(), metrics.Recall()
    for metric in (precision, recall):
        metric.update_state([0, 1, 1, 1], [0.6, 0.7, 0.3, 0.2])
    assert precision.false_positives.numpy().tolist() == [1.0]
    assert recall.false_negatives.numpy().tolist() == [2.0]


def test_variables_and_metrics_in_containers_belong_to_the_metric():
    metric = metrics.Mean()
    metric.more = {"a": [keras.Variable(0.0), keras.Variable(1.0)]}
    metric.inner = {"b": metrics.Mean(), "c": (metrics.Sum(),)}
    assert len(metric.variables) == 2 + 2 + 3


def test_circle_loss_is_the_mean_over_embeddings_with_a_pair():
    labels, embeddings = np.array([0, 0, 1]), np.eye(3, dtype="float32")
    values = np.asarray(keras.losses.circle(labels, embeddings))
    assert values[2] == 0
    assert keras.losses.Circle()(labels, embeddings).item() == pytest.approx(values[:2].mean())


def test_int_is_a_dtype():
    assert keras.utils.standardize_dtype("int") == keras.utils.standardize_dtype(int) == "int32"


def test_a_loss_scale_optimizer_of_an_older_file():
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5))
    config = {**optimizer.get_config(), "clipnorm": None, "use_ema": False, "ema_momentum": 0.99}
    again = keras.optimizers.LossScaleOptimizer.from_config(config)
    assert float(again.learning_rate) == 0.5
