import html.parser
import re

import numpy as np
import pytest
from sklearn import metrics

import cornu as keras
from cornu.model_selection import evaluate_report
from cornu.model_selection.reports.mistakes import as_text
from tests.model_selection.reports.models import echo

RNG = np.random.default_rng(0)
SCORES = RNG.dirichlet(np.ones(4), 60).astype("float32")
CLASSES = np.where(RNG.random(60) < 0.6, SCORES.argmax(axis=1), RNG.integers(0, 4, 60))
WEIGHTS = RNG.uniform(0.5, 2, 60)
NAMES = ["<b>", "c$d", "_e", "f"]
SIGMOIDS = RNG.uniform(0.01, 0.99, (60, 3)).astype("float32")
INDICATORS = (SIGMOIDS + RNG.normal(size=(60, 3)) * 0.4 > 0.5).astype("int64")


@pytest.fixture(scope="module")
def report():
    return evaluate_report(echo(4), SCORES, CLASSES, NAMES, sample_weight=WEIGHTS)


@pytest.fixture(scope="module")
def page(report):
    return report.to_html()


class Outline(html.parser.HTMLParser):
    """Collects tags and their attributes."""

    def __init__(self, page):
        super().__init__()
        self.found, self.open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br", "source"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_matrix_is_scikit_learns(report):
    expected = metrics.confusion_matrix(CLASSES, SCORES.argmax(1), sample_weight=WEIGHTS)
    np.testing.assert_allclose(report.matrix, expected, rtol=1e-5)


def test_the_table_is_scikit_learns(report):
    expected = metrics.classification_report(
        CLASSES,
        SCORES.argmax(1),
        target_names=NAMES,
        sample_weight=WEIGHTS,
        output_dict=True,
        zero_division=0,
    )
    for row in report.table:
        wanted = expected[row.name.replace("average", "avg")]
        found = [row.precision, row.recall, row.f1, row.support]
        np.testing.assert_allclose(found, list(wanted.values()), rtol=1e-6, err_msg=row.name)


def test_the_scores_are_scikit_learns(report):
    predicted, weighted = SCORES.argmax(1), {"sample_weight": WEIGHTS}
    exact = SCORES.astype("float64")
    exact /= exact.sum(axis=1, keepdims=True)
    one_hot = np.eye(4)[CLASSES]
    expected = {
        "accuracy": metrics.accuracy_score(CLASSES, predicted, **weighted),
        "balanced accuracy": metrics.balanced_accuracy_score(CLASSES, predicted, **weighted),
        "Matthews correlation": metrics.matthews_corrcoef(CLASSES, predicted, **weighted),
        "Cohen's kappa": metrics.cohen_kappa_score(CLASSES, predicted, **weighted),
        "log loss": metrics.log_loss(CLASSES, exact, **weighted),
        "ROC area": metrics.roc_auc_score(one_hot, SCORES, **weighted),
        "average precision": metrics.average_precision_score(one_hot, SCORES, **weighted),
    }
    for name, value in expected.items():
        assert report.scores[name] == pytest.approx(value, rel=1e-4), name


def test_many_classes_have_a_top_3_accuracy():
    scores = RNG.dirichlet(np.ones(7), 30).astype("float32")
    y = RNG.integers(0, 7, 30)
    expected = metrics.top_k_accuracy_score(y, scores, k=3, labels=range(7))
    assert evaluate_report(echo(7), scores, y).scores["top-3 accuracy"] == pytest.approx(expected)


def test_curves_are_scikit_learns(report):
    target = CLASSES == 2
    x, y, _ = metrics.roc_curve(
        target, SCORES[:, 2].astype("float64"), sample_weight=WEIGHTS, drop_intermediate=False
    )
    np.testing.assert_allclose([report.roc["_e"].x, report.roc["_e"].y], [x, y])
    curve = report.precision_recall["_e"]
    assert curve.area == pytest.approx(
        metrics.average_precision_score(target, SCORES[:, 2], sample_weight=WEIGHTS)
    )


def test_the_calibration_error_is_the_mean_distance_in_ten_bins():
    p = np.array([[0.12], [0.14], [0.92], [0.94]], "float32")
    found = evaluate_report(echo(1), p, [0, 1, 1, 1]).calibration
    np.testing.assert_allclose(found.predicted, [0.13, 0.93], rtol=1e-6)
    np.testing.assert_allclose(found.observed, [0.5, 1.0])
    assert found.expected_error == pytest.approx(0.5 * 0.37 + 0.5 * 0.07, rel=1e-5)


@pytest.mark.parametrize(
    "y",
    [np.eye(4)[CLASSES], CLASSES[:, None], np.array(NAMES)[CLASSES], CLASSES.astype("float32")],
    ids=["one-hot", "column", "names", "floats"],
)
def test_targets_may_have_any_form(report, y):
    other = evaluate_report(echo(4), SCORES, y, NAMES, sample_weight=WEIGHTS)
    np.testing.assert_array_equal(other.matrix, report.matrix)


def test_a_stream_gives_the_same_report(report):
    batches = [
        (SCORES[i : i + 20], CLASSES[i : i + 20], WEIGHTS[i : i + 20].astype("float32"))
        for i in (0, 20, 40)
    ]
    other = evaluate_report(echo(4), iter(batches), class_names=NAMES)
    np.testing.assert_allclose(other.matrix, report.matrix, rtol=1e-6)
    assert [m.index for m in other.mistakes] == [m.index for m in report.mistakes]
    np.testing.assert_array_equal(other.mistakes[0].x, report.mistakes[0].x)


def test_logits_count_as_the_probabilities_they_stand_for(report):
    other = evaluate_report(echo(4), (np.log(SCORES) + 3, CLASSES, WEIGHTS), class_names=NAMES)
    np.testing.assert_allclose(other.probabilities, report.probabilities, rtol=1e-4)


def test_one_column_tells_two_classes_apart():
    p = np.array([[0.2], [0.6], [0.7], [0.4]], "float32")
    found = evaluate_report(echo(1), p, [0, 0, 1, 1], threshold=0.65)
    assert (found.kind, found.matrix.tolist()) == ("binary", [[2, 0], [1, 1]])
    assert list(found.roc) == ["1"]


def test_several_labels_have_a_matrix_each():
    found = evaluate_report(echo(3), SIGMOIDS, INDICATORS, ["a", "b", "c"])
    predicted = (SIGMOIDS >= 0.5).astype(int)
    assert found.kind == "multilabel"
    expected = metrics.multilabel_confusion_matrix(INDICATORS, predicted)
    np.testing.assert_array_equal(found.matrix, expected)
    averages = {row.name: row.f1 for row in found.table[3:]}
    for name in ("micro", "macro", "weighted", "samples"):
        expected = metrics.f1_score(INDICATORS, predicted, average=name, zero_division=0)
        assert averages[f"{name} average"] == pytest.approx(expected)
    assert found.scores["all labels right"] == metrics.accuracy_score(INDICATORS, predicted)
    assert "rightly yes" in str(found) and "rightly yes" in found.to_html()


def test_mistakes_are_ordered_by_how_improbable_the_truth_was(report):
    truth = SCORES[np.arange(60), CLASSES]
    wrong = np.flatnonzero(SCORES.argmax(1) != CLASSES)
    expected = wrong[np.argsort(truth[wrong], kind="stable")][:12]
    assert [m.index for m in report.mistakes] == expected.tolist()
    assert report.mistakes[0].target == NAMES[CLASSES[expected[0]]]


def test_the_text_holds_scores_classes_and_mistakes(report):
    text = str(report)
    for words in ("Matthews correlation", "<b>", "macro average", "Worst mistakes", "echo<&>"):
        assert words in text


def test_the_page_stands_alone_and_is_well_formed(page):
    outline = Outline(page)
    assert outline.open == []
    sources = [a.get("src") or a.get("srcset") for tag, a in outline.found if tag != "table"]
    assert {source.split(",")[0] for source in sources if source} == {"data:image/png;base64"}
    assert not {tag for tag, _ in outline.found} & {"script", "link", "iframe", "object"}
    assert not re.search(r"url\(|@import|https?://", page)


def test_the_page_escapes_names(page):
    assert "<b></td>" not in page and "&lt;b&gt;" in page and "echo&lt;&amp;&gt;" in page


def test_the_page_has_colors_for_dark_screens(page):
    assert page.count("prefers-color-scheme: dark") == 4


def test_pictures_of_mistakes_are_shown(tmp_path):
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.GlobalAveragePooling2D(), keras.layers.Softmax()]
    )
    x = RNG.integers(0, 255, (4, 8, 8, 3)).astype("uint8")
    report = evaluate_report(model, x, (np.argmax(x.mean((1, 2)), 1) + 1) % 3)
    assert report.to_html().count("<figure>") == 4
    report.save(tmp_path / "report.png")
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")


def test_texts_and_columns_of_tables_are_shown():
    assert as_text(np.array("so <bad>", dtype=object)) == "so <bad>"
    assert as_text(np.array([1.5, 2]), ["age", "size"]) == "age=1.5, size=2"
    assert as_text({"a": np.array([1.0]), "b": np.array("x")}) == "a: 1, b: x"


def test_an_unknown_ending_is_refused(report, tmp_path):
    with pytest.raises(ValueError, match=r"\.html, \.txt"):
        report.save(tmp_path / "report.doc")


@pytest.mark.parametrize(
    "data, settings, message",
    [
        ((SCORES, CLASSES + 1), {}, "hold 4, but the model's 4 outputs stand for classes 0 to 3"),
        ((SCORES[:, :1], CLASSES), {}, "hold 2, 3, but the model's 1 output stands"),
        ((SCORES, CLASSES), {"class_names": ["a", "b"]}, "must hold 4 different names"),
        ((SCORES, CLASSES), {"class_names": ["a", "b", "c", "c"]}, "must hold 4 different names"),
        ((SCORES, np.array(["x"] * 60)), {"class_names": NAMES}, r"\['x'\], that are not in"),
        ((SCORES, np.zeros((60, 2))), {}, r"targets have shape \(samples, 2\)"),
        ((SCORES[:0], CLASSES[:0]), {}, "empty|no samples|no data|There is no"),
        ((SCORES,), {}, "needs targets"),
        ((np.where(SCORES > 0.5, np.nan, SCORES), CLASSES), {}, "not finite"),
        ((SCORES * 3, CLASSES), {"from_logits": False}, "no probabilities"),
        ((SCORES, CLASSES), {"kind": "ternary"}, "kind must be one of"),
        ((SCORES, CLASSES), {"threshold": 2}, "threshold must lie"),
        ((SCORES, CLASSES), {"worst": -1}, "worst must be a number"),
    ],
)
def test_data_that_cannot_be_meant_is_refused(data, settings, message):
    with pytest.raises(ValueError, match=message):
        evaluate_report(echo(data[0].shape[1]), data, **settings)
