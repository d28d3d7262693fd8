"""The summary of folds, worked out by hand."""

import sys

import numpy as np
import pytest
from scipy import stats

from cornu.model_selection import CrossValidation, Fold


def fold(number, test, loss, predictions=None, **more):
    """A fold of eight samples without a run."""
    test = np.array(test)
    train = np.setdiff1d(np.arange(8), test)
    history = {"loss": [1.0, loss], "val_loss": [1.1]}
    return Fold(number, train, test, 0, history, {"loss": loss}, predictions=predictions, **more)


@pytest.fixture
def result():
    folds = [fold(i + 1, [2 * i, 2 * i + 1], loss) for i, loss in enumerate([0.1, 0.2, 0.3, 0.6])]
    return CrossValidation(folds, length=8)


def test_mean_and_spread(result):
    assert result.mean["loss"] == pytest.approx(0.3)
    assert result.spread["loss"] == pytest.approx(np.sqrt((0.04 + 0.01 + 0.0 + 0.09) / 3))


def test_the_interval_widens_the_variance_for_overlapping_training_parts(result):
    # 1/k + test/train = 1/4 + 2/6; t with three degrees of freedom.
    half = stats.t.ppf(0.975, 3) * result.spread["loss"] * np.sqrt(1 / 4 + 2 / 6)
    assert result.interval()["loss"] == pytest.approx((0.3 - half, 0.3 + half))


def test_one_fold_has_no_spread():
    result = CrossValidation([fold(1, [0, 1], 0.5)], length=8)
    assert np.isnan(result.spread["loss"])
    assert np.isnan(result.interval()["loss"]).all()
    assert "spread" not in str(result)


def test_predictions_lie_in_the_order_of_the_data():
    folds = [
        fold(1, [5, 1, 3, 7], 0.0, np.array([[5], [1], [3], [7]], "float32")),
        fold(2, [0, 2, 4, 6], 0.0, np.array([[0], [2], [4], [6]], "float32")),
    ]
    found = CrossValidation(folds, length=8).predictions
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[:, 0], np.arange(8))


def test_predictions_are_means_where_tested_twice_and_nan_where_never():
    folds = [
        fold(1, [0, 1], 0.0, {"a": np.array([1.0, 2.0])}),
        fold(2, [1, 2], 0.0, {"a": np.array([4.0, 5.0])}),
    ]
    found = CrossValidation(folds, length=8).predictions["a"]
    np.testing.assert_array_equal(found, [1, 3, 5, *[np.nan] * 5])


def test_a_frame_has_a_row_for_each_fold(result):
    frame = result.to_frame()
    assert frame.index.tolist() == [1, 2, 3, 4]
    assert frame["loss"].tolist() == [0.1, 0.2, 0.3, 0.6]
    assert frame["test"].tolist() == [2] * 4


def test_the_table_shows_folds_mean_spread_and_interval(result):
    lines = str(result).splitlines()
    assert lines[0] == "Cross-validation: 4 folds, 8 samples"
    assert [line.split()[0] for line in lines[3:]] == ["1", "2", "3", "4", "mean", "spread", "95"]
    assert lines[7].split() == ["mean", "0.3000"]


def test_many_folds_are_summed_up():
    folds = [fold(i, [i % 8], 0.5) for i in range(1, 50)]
    assert len(str(CrossValidation(folds, length=8)).splitlines()) == 6


def test_the_plot_has_a_panel_for_each_measure(result, tmp_path):
    figure = result.plot(tmp_path / "folds.png")
    assert [axes.get_title() for axes in figure.axes] == ["loss"]
    assert (tmp_path / "folds.png").stat().st_size > 1000


def test_what_was_not_kept_is_none(result):
    assert (result.models, result.predictions, result.train_scores) == (None, None, None)


def test_confidence_must_be_a_share(result):
    with pytest.raises(ValueError, match="between 0 and 1"):
        result.interval(95)


def test_a_frame_without_pandas_says_what_to_install(result, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install pandas$"):
        result.to_frame()
