"""Calibration against scikit-learn, and on probabilities that were spoilt on purpose."""

import numpy as np
import pytest
from scipy import special
from sklearn.calibration import calibration_curve as reference
from sklearn.isotonic import IsotonicRegression

from cornu.model_selection import IsotonicCalibration, TemperatureScaling, calibration_curve

RNG = np.random.default_rng(0)
TRUE = RNG.uniform(size=4000)
Y = (RNG.uniform(size=4000) < TRUE).astype(int)
TOO_SURE = special.expit(3 * special.logit(TRUE))
LOGITS = RNG.normal(size=(4000, 3)) * 2
CLASSES = np.array([RNG.choice(3, p=p) for p in special.softmax(LOGITS, axis=1)])
TOO_SURE_3 = special.softmax(2.5 * LOGITS, axis=1)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_the_curve_is_scikit_learns(strategy):
    curve = calibration_curve(Y, TOO_SURE, bins=7, strategy=strategy)
    observed, predicted = reference(Y, TOO_SURE, n_bins=7, strategy=strategy)
    np.testing.assert_allclose(curve.observed, observed)
    np.testing.assert_allclose(curve.predicted, predicted)
    assert curve.counts.sum() == 4000


def test_the_errors_are_those_worked_by_hand():
    y, p = [1, 0, 1, 1], [0.2, 0.4, 0.9, 0.6]
    # Lower bin: predicted 0.3, came true 0.5. Upper bin: 0.75 and 1.
    curve = calibration_curve(y, p, bins=2)
    assert curve.expected_error == pytest.approx((0.2 * 2 + 0.25 * 2) / 4)
    assert curve.maximum_error == pytest.approx(0.25)


def test_of_several_classes_the_most_probable_counts():
    p = np.array([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.9, 0.05, 0.05]])
    curve = calibration_curve([0, 2, 0], p, bins=1)
    assert curve.expected_error == pytest.approx(abs(2 / 3 - (0.7 + 0.6 + 0.9) / 3))
    one_hot = calibration_curve(np.eye(3)[[0, 2, 0]], p, bins=1)
    assert one_hot.expected_error == curve.expected_error


@pytest.mark.parametrize(
    "y, p, factor", [(Y, TOO_SURE, 3), (CLASSES, TOO_SURE_3, 2.5)], ids=["binary", "classes"]
)
def test_the_temperature_undoes_a_factor_of_the_logits(y, p, factor):
    scaling = TemperatureScaling().fit(y, p)
    assert scaling.temperature == pytest.approx(factor, rel=0.1)
    better = scaling.predict(p)
    assert better.shape == p.shape
    assert calibration_curve(y, p).expected_error > 0.08
    assert calibration_curve(y, better).expected_error < 0.03


def test_the_temperature_keeps_the_order():
    found = TemperatureScaling().fit(CLASSES, TOO_SURE_3).predict(TOO_SURE_3)
    np.testing.assert_array_equal(found.argmax(axis=1), TOO_SURE_3.argmax(axis=1))
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_isotonic_calibration_of_two_classes_is_scikit_learns():
    found = IsotonicCalibration().fit(Y[:2000], TOO_SURE[:2000]).predict(TOO_SURE[2000:, None])
    regression = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    expected = regression.fit(TOO_SURE[:2000], Y[:2000]).predict(TOO_SURE[2000:])
    np.testing.assert_allclose(found[:, 0], expected)
    assert calibration_curve(Y[2000:], found).expected_error < 0.04


def test_isotonic_calibration_of_several_classes_sums_to_1():
    isotonic = IsotonicCalibration().fit(CLASSES[:2000], TOO_SURE_3[:2000])
    found = isotonic.predict(TOO_SURE_3[2000:])
    np.testing.assert_allclose(found.sum(axis=1), 1)
    before = calibration_curve(CLASSES[2000:], TOO_SURE_3[2000:]).expected_error
    assert calibration_curve(CLASSES[2000:], found).expected_error < before / 2


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: calibration_curve([0, 1], [0.1, 1.5]), "Logits go through"),
        (lambda: calibration_curve([0, 1], [0.1, np.nan]), "or NaN"),
        (lambda: calibration_curve([0, 1, 1], [0.1, 0.5]), "3 targets for 2"),
        (lambda: calibration_curve([0, np.nan], [0.1, 0.5]), "without NaN"),
        (lambda: calibration_curve([0, 2], [0.1, 0.5]), "from 0 to 1"),
        (lambda: calibration_curve([0, 1], [0.1, 0.5], bins=0), "got 0"),
        (lambda: calibration_curve([0, 1], [0.1, 0.5], strategy="equal"), "got 'equal'"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("cls", [TemperatureScaling, IsotonicCalibration])
def test_nothing_is_predicted_before_the_fit(cls):
    with pytest.raises(RuntimeError, match="fitted first"):
        cls().predict([0.5])


def test_the_reliability_diagram_is_drawn(tmp_path):
    calibration_curve(Y, TOO_SURE).plot(tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 5000
