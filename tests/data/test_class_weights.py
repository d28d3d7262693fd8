"""Weights by class, for every form of targets and every kind of source."""

import numpy as np
import pytest
import scipy.sparse
from sklearn.utils.class_weight import compute_class_weight

from cornu.data import Dataset, make_feed
from cornu.data.class_targets import ClassCounts, Output
from cornu.data.class_weights import ClassWeights

RNG = np.random.default_rng(0)
CLASSES = RNG.choice(3, 40, p=[0.7, 0.2, 0.1])
BALANCED = compute_class_weight("balanced", classes=np.arange(3), y=CLASSES)
X = np.zeros((40, 2), "float32")
PIXELS = RNG.choice(3, (4, 5, 2))


def numbers(kind=None, classes=None, name="y"):
    return [Output(name, kind, classes)]


@pytest.mark.parametrize(
    "y, outputs, expected",
    [
        ([0, 1, 2], None, [0.5, 1, 3]),
        ([[0.0], [1.0], [2.0]], None, [0.5, 1, 3]),
        (np.eye(3), None, [0.5, 1, 3]),
        ([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]], None, [0.5, 1]),
        ([[0, 2], [1, 2]], None, [[0.5, 3], [1, 3]]),
        ([[0, 1], [1, 0]], numbers("numbers"), [[0.5, 1], [1, 0.5]]),
        ([[0, 1, 0], [1, 0, 0]], numbers("one-hot", 3), [1, 0.5]),
        ([[[0], [2]], [[1], [2]]], None, [[0.5, 3], [1, 3]]),
        ([[[0, 2], [1, 2]]], None, [[[0.5, 3], [1, 3]]]),
        (np.eye(3)[None], None, [[0.5, 1, 3]]),
        ([0, 255, -1, 2], numbers("numbers"), [0.5, 1, 1, 3]),
    ],
    ids=str,
)
def test_each_sample_pixel_or_step_weighs_what_its_class_does(y, outputs, expected):
    found = ClassWeights({0: 0.5, 2: 3.0}, outputs)(np.array(y))
    np.testing.assert_array_equal(found, np.array(expected, "float32"))
    assert found.dtype == "float32"


LABELS = np.array([[1, 0, 1], [0, 0, 1], [0, 0, 0]])


def test_labels_have_a_weight_each_for_their_ones():
    found = ClassWeights({0: 2.0, 2: 5.0})(LABELS)
    np.testing.assert_array_equal(found, [[2, 1, 5], [1, 1, 5], [1, 1, 1]])
    both = ClassWeights([{0: 0.5, 1: 2.0}, None, {1: 5.0}])(LABELS)
    np.testing.assert_array_equal(both, [[2, 1, 5], [0.5, 1, 5], [0.5, 1, 1]])
    by_count = ClassWeights("balanced").fitted(LABELS)(LABELS)
    np.testing.assert_allclose(by_count, [[1.5, 1, 0.75], [0.75, 1, 0.75], [0.75, 1, 1.5]])


FORMS = {"numbers": CLASSES, "column": CLASSES[:, None] * 1.0, "one-hot": np.eye(3)[CLASSES]}


@pytest.mark.parametrize("form", FORMS)
def test_balanced_weights_are_scikit_learns(form):
    weights = make_feed(X, FORMS[form], class_weight="balanced").arrays[2]
    np.testing.assert_allclose(weights, BALANCED[CLASSES], rtol=1e-6)


def test_balanced_weights_of_pixels_count_pixels():
    expected = compute_class_weight("balanced", classes=np.arange(3), y=PIXELS.ravel())[PIXELS]
    np.testing.assert_allclose(ClassWeights("balanced").fitted(PIXELS)(PIXELS), expected, rtol=1e-6)


def pairs(batch=16):
    return [(X[i : i + batch], CLASSES[i : i + batch]) for i in range(0, 40, batch)]


def again_and_again():
    while True:
        yield from pairs(20)


class Relisted:
    """An iterable of batches that can be read again."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


@pytest.mark.parametrize(
    "source, steps",
    [
        (Relisted(pairs()), None),
        (Dataset.from_tensor_slices((X, CLASSES)).batch(16), None),
        (Dataset.from_generator(again_and_again, batched=True), 2),
    ],
    ids=["iterable", "data set", "endless"],
)
def test_balanced_weights_of_a_stream_cost_a_pass_and_no_batch(source, steps):
    feed = make_feed(source, class_weight="balanced", steps=steps)
    found = np.concatenate([weights for _, _, weights in feed.batches(0)])
    feed.close()
    np.testing.assert_allclose(found, BALANCED[CLASSES], rtol=1e-6)


@pytest.mark.parametrize("x", [scipy.sparse.csr_array(X)], ids=["sparse"])
def test_balanced_weights_of_columns(x):
    feed = make_feed(x, CLASSES, class_weight="balanced", shuffle=False)
    found = np.concatenate([weights for _, _, weights in feed.batches(0)])
    feed.close()
    np.testing.assert_allclose(found, BALANCED[CLASSES], rtol=1e-6)


def test_a_generator_has_no_balanced_weights_but_weights():
    with pytest.raises(ValueError, match="can be read only once"):
        make_feed(iter(pairs()), class_weight="balanced")
    feed = make_feed(iter(pairs()), class_weight={0: 2.0})
    first = next(feed.batches(0))[2]
    feed.close()
    np.testing.assert_array_equal(first, np.where(CLASSES[:16] == 0, 2, 1))


TWO = {"kind": CLASSES, "mask": PIXELS.reshape(40)[:, None]}


def test_several_outputs_have_weights_of_their_own():
    found = ClassWeights({"kind": "balanced"}).fitted(TWO)(TWO)
    np.testing.assert_allclose(found["kind"], BALANCED[CLASSES], rtol=1e-6)
    assert found["mask"] is None
    in_a_list = ClassWeights([None, {0: 2.0}])([CLASSES, TWO["mask"]])
    assert in_a_list[0] is None and set(in_a_list[1]) == {1, 2}
    by_name = ClassWeights({"b": {0: 2.0}}, [Output("a"), Output("b")])((CLASSES, CLASSES))
    assert by_name[0] is None and set(by_name[1]) == {1, 2}
    alike = ClassWeights("balanced").fitted(TWO)(TWO)
    assert [len(weights) for weights in alike.values()] == [40, 40]


@pytest.mark.parametrize(
    "given, outputs, y, message",
    [
        ("even", None, CLASSES, "or for several outputs"),
        ({"a": 1.0}, None, CLASSES, r"entries for \['a'\]"),
        ({0.5: 1.0}, None, CLASSES, "given by their indices"),
        ({-1: 1.0}, None, CLASSES, "counted from 0"),
        ({3: 1.0}, numbers("numbers", 3, "kind"), CLASSES, "class 3 of 'kind'.* 0 to 2"),
        ({3: 1.0}, None, np.eye(3), "class 3 of 'y'.* 0 to 2"),
        ({0: -1.0}, None, CLASSES, "number from 0"),
        ({0: np.nan}, None, CLASSES, "number from 0"),
        ({0: 1.0}, None, None, "needs targets"),
        ({0: 1.0}, None, TWO, "which of the 2 outputs"),
        ([{0: 1.0}], None, LABELS, "list of 1 entries.* 3 labels"),
        ({0: 1.0}, None, np.array([0, np.nan]), "NaN in 1 of 2 samples, the first is sample 1"),
        ({0: 1.0}, None, np.array(["a", "b"]), "numpy.unique"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(given, outputs, y, message):
    with pytest.raises(ValueError, match=message):
        ClassWeights(given, outputs)(y)


def test_counts_of_batches_grow_with_new_classes_and_leave_out_what_does_not_count():
    counts = ClassCounts(Output("y", "numbers"))
    counts.add([0, 0, -1])
    counts.add([3, 1])
    assert counts.counts.tolist() == [2, 1, 0, 1]
    known = ClassCounts(Output("y", "numbers", 3))
    known.add([0, 255, 1])
    assert known.counts.tolist() == [1, 1, 0]
