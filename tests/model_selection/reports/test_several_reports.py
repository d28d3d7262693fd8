"""Reports on models with several outputs: one for each, of the kind that suits it."""

import numpy as np
import pytest

import cornu as keras
from cornu.model_selection import (
    ClassificationReport,
    RegressionReport,
    SeveralReports,
    evaluate_report,
    regression_report,
)
from tests.model_selection.reports.models import echo

RNG = np.random.default_rng(0)
X = RNG.uniform(0.01, 0.99, (40, 5)).astype("float32")
X[:, 2:] /= X[:, 2:].sum(axis=1, keepdims=True)
Y = {
    "yes": (X[:, 0] > 0.4).astype("float32"),
    "size": 10 * X[:, 1] + RNG.normal(size=40).astype("float32"),
    "sort": RNG.integers(0, 3, 40),
}
WEIGHTS = RNG.uniform(0.5, 2, 40)


def three_outputs(as_dict=False, loss=None):
    """A model whose outputs are columns of its inputs."""
    x = keras.Input((5,))
    outputs = {
        "yes": keras.layers.Activation("linear", name="yes")(x[:, :1]),
        "size": keras.layers.Rescaling(10.0, name="size")(x[:, 1:2]),
        "sort": keras.layers.Activation("linear", name="sort")(x[:, 2:]),
    }
    model = keras.Model(x, outputs if as_dict else list(outputs.values()), name="three")
    if loss is not None:
        model.compile("sgd", loss)
    return model


@pytest.fixture(scope="module")
def model():
    return three_outputs()


@pytest.fixture(scope="module")
def reports(model):
    return evaluate_report(model, X, Y, {"sort": ["a", "b", "<c>"]}, sample_weight=WEIGHTS)


def test_each_output_has_the_report_of_its_own_model(reports):
    assert isinstance(reports, SeveralReports)
    assert list(reports) == ["yes", "size", "sort"] and len(reports) == 3
    sort = evaluate_report(echo(3), X[:, 2:], Y["sort"], sample_weight=WEIGHTS)
    np.testing.assert_allclose(reports["sort"].matrix, sort.matrix)
    size = regression_report(echo(1), 10 * X[:, 1:2], Y["size"], sample_weight=WEIGHTS)
    assert reports["size"].scores["size"]["RMSE"] == pytest.approx(
        size.scores["output"]["RMSE"], rel=1e-5
    )
    assert reports["yes"].kind == "binary"


@pytest.mark.parametrize("as_dict", [True, False], ids=["dict", "list"])
def test_outputs_and_targets_may_be_lists_or_dicts(reports, as_dict):
    y = Y if as_dict else [Y["yes"], Y["size"], Y["sort"]]
    found = evaluate_report(three_outputs(as_dict), X, y, sample_weight=WEIGHTS)
    np.testing.assert_allclose(found["sort"].matrix, reports["sort"].matrix)
    np.testing.assert_allclose(found["size"].residuals, reports["size"].residuals, rtol=1e-5)


def test_a_stream_gives_the_same_reports(model, reports):
    def part(i):
        rows = slice(i, i + 15)
        weights = WEIGHTS[rows].astype("float32")
        return X[rows], {name: y[rows] for name, y in Y.items()}, dict.fromkeys(Y, weights)

    found = evaluate_report(model, (part(i) for i in (0, 15, 30)))
    np.testing.assert_allclose(found["sort"].matrix, reports["sort"].matrix, rtol=1e-5)
    assert [m.index for m in found["size"].mistakes] == [m.index for m in reports["size"].mistakes]


def test_outputs_without_targets_have_no_report(model):
    found = evaluate_report(model, X, {"sort": Y["sort"]})
    assert isinstance(found, ClassificationReport) and found.kind == "multiclass"
    two = evaluate_report(model, X, {"sort": Y["sort"], "yes": Y["yes"]})
    assert sorted(two) == ["sort", "yes"]


def test_the_loss_tells_amounts_from_classes():
    losses = {
        "yes": "binary_crossentropy",
        "size": "mse",
        "sort": "sparse_categorical_crossentropy",
    }
    whole = {**Y, "size": np.round(Y["size"]).astype("int64")}
    found = evaluate_report(three_outputs(loss=losses), X, whole)
    kinds = {name: type(report) for name, report in found.items()}
    assert kinds == {
        "yes": ClassificationReport,
        "size": RegressionReport,
        "sort": ClassificationReport,
    }


def test_classes_learnt_by_squared_errors_are_classes():
    p = X[:, :1]
    mean = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
    mean.compile("sgd", "mse")
    assert isinstance(evaluate_report(mean, p, Y["yes"]), ClassificationReport)
    assert isinstance(evaluate_report(mean, p, Y["yes"], kind="regression"), RegressionReport)


def test_what_is_said_of_an_output_reaches_it(model):
    found = evaluate_report(
        model, X, Y, [["no", "yes"], ["cm"], None], threshold={"yes": 0.7}, kind=[None] * 3
    )
    assert found["yes"].threshold == 0.7 and found["yes"].class_names == ("no", "yes")
    assert found["sort"].threshold == 0.5 and list(found["size"].scores) == ["cm"]


def test_text_page_and_picture_hold_all_outputs(reports, tmp_path):
    text, page = str(reports), reports.to_html()
    for words in ("3 outputs", "three: yes", "RMSE", "Confusion matrix"):
        assert words in text
    assert page.count("<article>") == 3 and "&lt;c&gt;" in page and "<c>" not in page
    reports.save(tmp_path / "reports.png")
    assert (tmp_path / "reports.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "y, settings, message",
    [
        ({"color": Y["sort"]}, {}, r"entries for \['color'\]"),
        ([Y["yes"], Y["size"]], {}, "has 2 entries, but the model has 3 outputs"),
        (Y["yes"], {}, "one array, but the model has 3 outputs"),
        (Y, {"class_names": ["a", "b"]}, "class_names has 2 entries"),
        (Y, {"kind": {"size": "amount"}}, "kind must be one of"),
        ([None, None, None], {}, "3 times None, which is no data"),
    ],
)
def test_what_cannot_be_meant_is_refused(model, y, settings, message):
    with pytest.raises(ValueError, match=message):
        evaluate_report(model, X, y, **settings)


def test_a_regression_report_is_about_one_output(model):
    with pytest.raises(ValueError, match="Use evaluate_report"):
        regression_report(model, X, Y)
