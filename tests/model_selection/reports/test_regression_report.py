import numpy as np
import pytest
from sklearn import metrics

from cornu.model_selection import regression_report
from tests.model_selection.reports.models import echo

RNG = np.random.default_rng(1)
PREDICTIONS = RNG.normal(size=(200, 2)).astype("float32")
TARGETS = PREDICTIONS + RNG.normal(size=(200, 2)) * [1.0, 3.0]
WEIGHTS = RNG.uniform(0.5, 2, 200)


@pytest.fixture(scope="module")
def report():
    return regression_report(
        echo(2), PREDICTIONS, TARGETS.astype("float32"), ["size", "<age>"], sample_weight=WEIGHTS
    )


def test_the_scores_are_scikit_learns(report):
    for i, name in enumerate(("size", "<age>")):
        pair, weighted = (TARGETS[:, i], PREDICTIONS[:, i]), {"sample_weight": WEIGHTS}
        expected = {
            "RMSE": metrics.root_mean_squared_error(*pair, **weighted),
            "MAE": metrics.mean_absolute_error(*pair, **weighted),
            "R2": metrics.r2_score(*pair, **weighted),
            "median error": metrics.median_absolute_error(*pair),
            "largest error": metrics.max_error(*pair),
        }
        for score, value in expected.items():
            assert report.scores[name][score] == pytest.approx(value, rel=1e-5), (name, score)


def test_the_half_width_is_the_residual_of_the_conformal_rank():
    x = np.zeros((9, 1), "float32")
    y = np.array([1.0, -2, 3, -4, 5, -6, 7, -8, 9])
    # rank ceil(10 * 0.8) = 8; with 0.9 it is 9; 0.95 needs a tenth sample.
    widths = [regression_report(echo(1), x, y, coverage=c).half_width for c in (0.8, 0.9, 0.95)]
    assert [float(width[0]) for width in widths] == [8, 9, np.inf]


def test_intervals_hold_the_share_of_new_samples_they_promise(report):
    new = RNG.normal(size=(5000, 2))
    low, high = report.interval(new)
    y = new + RNG.normal(size=(5000, 2)) * [1.0, 3.0]
    np.testing.assert_allclose(np.mean((low <= y) & (y <= high), axis=0), 0.9, atol=0.05)
    np.testing.assert_allclose(report.checked_coverage, 0.9, atol=0.05)


def test_a_stream_gives_the_same_report(report):
    y = TARGETS.astype("float32")
    stream = ((PREDICTIONS[i : i + 50], y[i : i + 50]) for i in range(0, 200, 50))
    other = regression_report(echo(2), stream, target_names=["size", "<age>"])
    np.testing.assert_array_equal(other.residuals, report.residuals)
    assert [m.index for m in other.mistakes] == [m.index for m in report.mistakes]


def test_the_largest_errors_come_first(report):
    expected = np.argsort(-np.abs(TARGETS - PREDICTIONS).max(axis=1))[:12]
    assert [m.index for m in report.mistakes] == expected.tolist()


def test_text_page_and_figure_name_the_outputs(report, tmp_path):
    page = report.to_html()
    assert "&lt;age&gt;" in page and "<age>" not in page and "<age>" in str(report)
    assert "checked on halves" in str(report)
    assert len(report.plot().axes) == 8


@pytest.mark.parametrize(
    "x, y, settings, message",
    [
        (PREDICTIONS, TARGETS[:, :1], {}, r"shape \(samples, 2\), the targets \(samples, 1\)"),
        (PREDICTIONS, TARGETS, {"target_names": ["a"]}, "must hold 2 different names"),
        (PREDICTIONS, TARGETS, {"coverage": 1.5}, "coverage must lie"),
        (PREDICTIONS, np.where(TARGETS > 3, np.nan, TARGETS), {}, "targets are not finite"),
        (np.where(PREDICTIONS > 2, np.inf, PREDICTIONS), TARGETS, {}, "predictions for"),
        (PREDICTIONS, None, {}, "needs targets"),
    ],
)
@pytest.mark.filterwarnings("ignore:Some predictions are NaN or infinite")
def test_data_that_cannot_be_meant_is_refused(x, y, settings, message):
    with pytest.raises(ValueError, match=message):
        regression_report(echo(2), x, y, **settings)


def test_intervals_of_other_outputs_are_refused(report):
    with pytest.raises(ValueError, match="about 2 outputs"):
        report.interval(np.zeros((4, 3)))
