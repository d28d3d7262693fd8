"""Reports on a class for each pixel, or each step of time, against scikit-learn on flat arrays."""

import numpy as np
import pytest
from sklearn import metrics

import cornu as keras
from cornu.model_selection import SegmentationReport, evaluate_report
from cornu.model_selection.reports import segmentation

RNG = np.random.default_rng(0)
SCORES = RNG.dirichlet(np.ones(3), (5, 8, 6)).astype("float32")
MASKS = np.where(RNG.random((5, 8, 6)) < 0.6, SCORES.argmax(-1), RNG.integers(0, 3, (5, 8, 6)))
WEIGHTS = RNG.uniform(0.5, 2, (5, 8, 6))
NAMES = ["ground", "<road>", "sky"]


def echo(shape, loss=None):
    """A model whose outputs are its inputs."""
    model = keras.Sequential([keras.Input(shape), keras.layers.Activation("linear")], name="echo")
    if loss is not None:
        model.compile("sgd", loss)
    return model


@pytest.fixture(scope="module")
def report():
    return evaluate_report(echo((8, 6, 3)), SCORES, MASKS, NAMES, sample_weight=WEIGHTS)


def flat(*arrays):
    return [array.reshape(-1) for array in arrays]


def test_pixels_count_as_samples_do(report):
    y, predicted, weight = flat(MASKS, SCORES.argmax(-1), WEIGHTS)
    assert isinstance(report, SegmentationReport)
    expected = metrics.confusion_matrix(y, predicted, sample_weight=weight)
    np.testing.assert_allclose(report.matrix, expected)
    found = evaluate_report(echo((3,)), SCORES.reshape(-1, 3), y, NAMES, sample_weight=weight)
    for name, value in found.scores.items():
        assert report.scores[name] == pytest.approx(value, rel=1e-6), name
    assert [row.f1 for row in report.table] == pytest.approx([row.f1 for row in found.table])


def test_intersection_over_union_is_scikit_learns(report):
    y, predicted, weight = flat(MASKS, SCORES.argmax(-1), WEIGHTS)
    by_class = metrics.jaccard_score(y, predicted, average=None, sample_weight=weight)
    weighted = metrics.jaccard_score(y, predicted, average="weighted", sample_weight=weight)
    expected = [*by_class, by_class.mean(), weighted]
    assert [row.iou for row in report.table] == pytest.approx(expected)
    assert report.scores["mean IoU"] == pytest.approx(by_class.mean())


def test_the_worst_pictures_have_the_lowest_share_of_right_pixels(report):
    wrong = (WEIGHTS * (SCORES.argmax(-1) != MASKS)).sum((1, 2)) / WEIGHTS.sum((1, 2))
    assert [m.index for m in report.mistakes] == np.argsort(-wrong).tolist()
    worst = report.mistakes[0]
    np.testing.assert_array_equal(worst.target, MASKS[worst.index])
    np.testing.assert_array_equal(worst.prediction, SCORES[worst.index].argmax(-1))


def test_text_page_and_picture_show_input_truth_and_prediction(report, tmp_path):
    page = report.to_html()
    assert page.count("<div class=panels>") == 5 and page.count("truth of sample") == 5
    assert "mean IoU" in page and "&lt;road&gt;" in page and "<road>" not in page
    assert "5 samples, 240 pixels" in str(report) and "fraction of right pixels" in str(report)
    report.save(tmp_path / "report.png")
    assert (tmp_path / "report.png").stat().st_size > 20_000


FORMS = {
    "a column": (SCORES, MASKS[..., None]),
    "one-hot": (SCORES, np.eye(3)[MASKS]),
    "independent outputs": (np.clip(SCORES * 0.7, 0, 1), np.eye(3)[MASKS]),
}


@pytest.mark.parametrize("form", FORMS)
def test_masks_may_have_any_form(report, form):
    outputs, masks = FORMS[form]
    found = evaluate_report(echo((8, 6, 3)), outputs, masks, NAMES, sample_weight=WEIGHTS)
    np.testing.assert_allclose(found.matrix, report.matrix)


@pytest.mark.parametrize("axis", [True, False], ids=["channel", "no channel"])
def test_one_output_a_pixel_is_the_probability_of_class_1(axis):
    p = SCORES[..., :1] if axis else SCORES[..., 0]
    masks = (MASKS == 0).astype("float32")
    found = evaluate_report(echo(p.shape[1:]), p, masks, threshold=0.4)
    expected = metrics.confusion_matrix(*flat(masks, p >= 0.4))
    np.testing.assert_array_equal(found.matrix, expected)
    assert found.kind == "binary"


def test_pixels_of_a_class_that_the_loss_ignores_do_not_count():
    masks = MASKS.copy()
    masks[0], masks[1, :3] = 255, 255
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=255)
    found = evaluate_report(echo((8, 6, 3), loss), SCORES, masks)
    known = masks != 255
    expected = metrics.confusion_matrix(masks[known], SCORES.argmax(-1)[known])
    np.testing.assert_array_equal(found.matrix, expected)
    assert found.pixels == known.sum() and 0 not in [m.index for m in found.mistakes]
    partly = next(m for m in found.mistakes if m.index == 1)
    assert (partly.target[:3] == partly.prediction[:3]).all() and partly.target.min() == -1


def test_a_weight_for_each_picture_is_that_of_its_pixels():
    weights = WEIGHTS[:, 0, 0]
    found = evaluate_report(echo((8, 6, 3)), SCORES, MASKS, sample_weight=weights)
    y, predicted, weight = flat(MASKS, SCORES.argmax(-1), np.repeat(weights, 48))
    expected = metrics.confusion_matrix(y, predicted, sample_weight=weight)
    np.testing.assert_allclose(found.matrix, expected)


def test_steps_of_a_sequence_are_told_in_words():
    found = evaluate_report(echo((6, 3)), SCORES[:, 0], MASKS[:, 0], NAMES)
    assert found.size == "5 samples, 30 steps"
    assert "right steps" in str(found) and "sky" in found.to_html()


def test_curves_of_very_many_pixels_are_of_some_drawn_by_chance(monkeypatch):
    monkeypatch.setattr(segmentation, "MOST_PROBABILITIES", 300)
    batches = ((SCORES[i : i + 1], MASKS[i : i + 1]) for i in range(5))
    found = evaluate_report(echo((8, 6, 3)), batches)
    assert (len(found.y_true), found.pixels, found.matrix.sum()) == (100, 240, 240)
    assert "100 of the pixels" in str(found)
    pairs = set(zip(MASKS.reshape(-1).tolist(), SCORES[..., 0].reshape(-1).tolist()))
    assert set(zip(found.y_true.tolist(), found.probabilities[:, 0].astype("f4").tolist())) <= pairs


@pytest.mark.parametrize(
    "masks, settings, message",
    [
        (MASKS[:, :4], {}, r"\(samples, 4, 6\), and the model's outputs \(samples, 8, 6, 3\)"),
        (MASKS + 1, {}, "hold 3, but the model's 3 outputs"),
        ((SCORES > 0.3).astype(int), {}, "exclude one another"),
        (MASKS, {"sample_weight": WEIGHTS[:, 0]}, "one weight for"),
        (MASKS, {"threshold": 1}, "threshold must lie"),
    ],
)
def test_masks_that_cannot_be_meant_are_refused(masks, settings, message):
    with pytest.raises(ValueError, match=message):
        evaluate_report(echo((8, 6, 3)), SCORES, masks, **settings)


def test_pictures_of_ignored_pixels_only_are_refused():
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=9)
    with pytest.raises(ValueError, match="All pixels are of class 9"):
        evaluate_report(echo((8, 6, 3), loss), SCORES, np.full_like(MASKS, 9))
