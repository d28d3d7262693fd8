"""Curves, thresholds and costs against scikit-learn and against trying everything."""

import numpy as np
import pytest
from sklearn import metrics as reference

from cornu.model_selection import decide, precision_recall_curve, roc_curve, tune_threshold

RNG = np.random.default_rng(0)
Y = (RNG.uniform(size=200) < 0.15).astype(int)
# Rounded, so that there are ties.
SCORES = np.round(np.clip(RNG.normal(0.3 + 0.3 * Y, 0.2), 0, 1), 2)
WEIGHTS = RNG.uniform(0.5, 2, 200)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_the_roc_curve_is_scikit_learns(weights):
    curve = roc_curve(Y[:, None], SCORES[:, None], weights)
    x, y, thresholds = reference.roc_curve(
        Y, SCORES, sample_weight=weights, drop_intermediate=False
    )
    np.testing.assert_allclose(curve.x, x, atol=1e-12)
    np.testing.assert_allclose(curve.y, y, atol=1e-12)
    np.testing.assert_array_equal(curve.thresholds, thresholds)
    expected = reference.roc_auc_score(Y, SCORES, sample_weight=weights)
    assert curve.area == pytest.approx(expected)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_the_precision_recall_curve_is_scikit_learns(weights):
    curve = precision_recall_curve(Y, SCORES, weights)
    precision, recall, thresholds = reference.precision_recall_curve(
        Y, SCORES, sample_weight=weights
    )
    np.testing.assert_allclose(curve.x, recall[::-1], atol=1e-12)
    np.testing.assert_allclose(curve.y, precision[::-1], atol=1e-12)
    np.testing.assert_array_equal(curve.thresholds[1:], thresholds[::-1])
    expected = reference.average_precision_score(Y, SCORES, sample_weight=weights)
    assert curve.area == pytest.approx(expected)


def youden(y_true, y_pred, **weights):
    return 2 * reference.balanced_accuracy_score(y_true, y_pred, **weights) - 1


METRICS = {
    "f1": reference.f1_score,
    "accuracy": reference.accuracy_score,
    "balanced_accuracy": reference.balanced_accuracy_score,
    "matthews": reference.matthews_corrcoef,
    "youden": youden,
}


def tried(score_of):
    """The score at every threshold that tells samples apart."""
    values = np.append(np.unique(SCORES), 2.0)
    return [score_of(np.greater_equal(SCORES, value).astype(int)) for value in values]


@pytest.mark.parametrize("metric", METRICS)
def test_no_threshold_is_better_than_the_one_found(metric):
    found = tune_threshold(Y, SCORES, metric, sample_weight=WEIGHTS)
    everything = tried(lambda d: METRICS[metric](Y, d, sample_weight=WEIGHTS))
    assert found.score == pytest.approx(max(everything))
    at_it = METRICS[metric](Y, found.decide(SCORES), sample_weight=WEIGHTS)
    assert at_it == pytest.approx(found.score)
    single = found.decide(SCORES.astype("float32"))
    np.testing.assert_array_equal(single, found.decide(SCORES))


def test_a_function_of_ones_own_may_be_the_metric():
    found = tune_threshold(Y, SCORES, reference.f1_score)
    assert found.metric == "f1_score"
    assert found.score == pytest.approx(tune_threshold(Y, SCORES).score)


COSTS = np.array([[0.0, 1.0], [12.0, -2.0]])


def test_the_threshold_for_costs_is_the_cheapest():
    found = tune_threshold(Y, SCORES, cost_matrix=COSTS)
    everything = tried(lambda d: COSTS[Y, d].mean())
    assert found.score == pytest.approx(min(everything))
    assert COSTS[Y, found.decide(SCORES)].mean() == pytest.approx(found.score)


def test_decisions_by_expected_cost():
    p = RNG.dirichlet(np.ones(3), 20)
    costs = RNG.uniform(size=(3, 3))
    by_hand = [min(range(3), key=lambda j: sum(q[i] * costs[i, j] for i in range(3))) for q in p]
    assert decide(p, costs).tolist() == by_hand
    np.testing.assert_array_equal(decide(p[:, :1], COSTS), decide(p[:, 0], COSTS))


def test_the_highest_threshold_decides_on_nothing_where_that_is_best():
    found = tune_threshold([0, 0, 0, 1], [0.9, 0.5, 0.4, 0.1], "accuracy")
    assert found.score == 0.75 and not found.decide([0.9, 0.5, 0.4, 0.1]).any()


@pytest.mark.parametrize(
    "arguments, settings, message",
    [
        (([0, 1], [0.1, np.nan]), {}, "NaN in 1 of 2"),
        (([0, np.nan], [0.1, 0.2]), {}, "NaN in 1 of 2"),
        (([0, 1, 1], [0.1, 0.2]), {}, "3 targets, 2 scores"),
        (([0, 0], [0.1, 0.2]), {}, "zeros and ones, and both"),
        (([0, 2], [0.1, 0.2]), {}, "zeros and ones"),
        (([0, 1], np.zeros((2, 3))), {}, "one value for each"),
        ((["a", "b"], [0.1, 0.2]), {}, "must be numbers"),
        (([0, 1], [0.1, 0.2]), {"metric": "f2"}, "got 'f2'"),
        (([0, 1], [0.1, 0.2]), {"cost_matrix": [0, 1]}, "for 2 classes"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments, settings, message):
    with pytest.raises(ValueError, match=message):
        tune_threshold(*arguments, **settings)


def test_curves_and_thresholds_are_drawn(tmp_path):
    for name, part in {
        "roc": roc_curve(Y, SCORES),
        "pr": precision_recall_curve(Y, SCORES),
        "threshold": tune_threshold(Y, SCORES),
    }.items():
        part.plot(tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 5000
