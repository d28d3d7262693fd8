"""Batches with other fractions of the classes: what they promise, over epochs and after a break."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import NearMiss, RandomUnderSampler

import cornu as keras
from cornu.data import Dataset
from cornu.model_selection import BalancedBatches, BalancedStream

Y = np.repeat([0, 1, 2], [80, 15, 5])
X = np.arange(100, dtype="float32")
WANTED = {
    "over": [80, 80, 80],
    "under": [5, 5, 5],
    "square-root": [59, 26, 15],
}


def source(size=16):
    return Dataset.from_tensor_slices((X, Y)).shuffle(seed=3).batch(size)


def makers(strategy, **more):
    return [
        BalancedBatches(X, Y, 16, strategy=strategy, seed=7, **more),
        BalancedStream(source(), strategy=strategy, seed=7, **more),
    ]


def joined(batches):
    return tuple(np.concatenate(parts) for parts in zip(*batches))


@pytest.mark.parametrize("kind", [0, 1], ids=["arrays", "stream"])
@pytest.mark.parametrize("strategy", [*WANTED, "dict"])
def test_each_epoch_has_the_counts_asked_for_and_inputs_of_their_class(strategy, kind):
    expected = WANTED.get(strategy, [80, 40, 5])
    batches = makers({1: 40} if strategy == "dict" else strategy)[kind]
    assert list(batches.counts.values()) == expected
    assert len(batches) == -(-sum(expected) // 16) == len(list(batches))
    for epoch in range(3):
        x, y = joined(batches.iterate(epoch))
        assert np.bincount(y).tolist() == expected
        np.testing.assert_array_equal(Y[x.astype(int)], y)


@pytest.mark.parametrize("kind", [0, 1], ids=["arrays", "stream"])
@pytest.mark.parametrize("strategy", ["over", "under"])
def test_an_epoch_goes_on_at_any_batch_and_differs_from_the_next(strategy, kind):
    first, second = (makers(strategy)[kind] for _ in range(2))
    whole = [x.tolist() for x, _ in first.iterate(2)]
    assert [x.tolist() for x, _ in second.iterate(2)] == whole
    assert [x.tolist() for x, _ in second.iterate(2, start=1)] == whole[1:]
    assert [x.tolist() for x, _ in second.iterate(3)] != whole


def test_no_sample_comes_twice_before_all_others_came():
    batches = makers("under")[0]
    seen = np.concatenate([x for epoch in range(16) for x, _ in batches.iterate(epoch)])
    counts = np.bincount(seen.astype(int), minlength=100)
    assert set(counts[:80]) == {1} and set(counts[95:]) == {16}
    times = np.bincount(joined(makers("over")[0].iterate(0))[0].astype(int))
    assert set(times[80:95]) == {5, 6} and set(times[95:]) == {16}


def test_every_batch_of_arrays_is_balanced():
    shares = [np.bincount(y, minlength=3) for _, y in makers("over")[0]]
    assert np.abs(np.array(shares) - 16 / 3).max() <= 3


@given(
    st.lists(st.integers(1, 30), min_size=2, max_size=5),
    st.integers(0, 2**62),
    st.sampled_from(["over", "under", "square-root"]),
)
@settings(deadline=None, max_examples=25)
def test_counts_hold_for_any_classes_and_seed(members, seed, strategy):
    y = np.repeat(np.arange(len(members)), members)
    batches = BalancedBatches(y, y, 7, strategy=strategy, seed=seed)
    for epoch in (0, 5):
        x, found = joined(batches.iterate(epoch))
        assert dict(zip(*np.unique(found, return_counts=True))) == batches.counts
        np.testing.assert_array_equal(x, found)


def test_weights_undo_the_new_shares():
    _, y, weights = joined(BalancedBatches(X, Y, strategy="over", reweight=True, seed=7))
    totals = np.bincount(y, weights=weights)
    np.testing.assert_allclose(totals / totals.sum(), [0.8, 0.15, 0.05], rtol=1e-6)
    np.testing.assert_allclose(weights.mean(), 1, rtol=1e-6)
    given = BalancedBatches(X, Y, 100, strategy="under", sample_weight=X, seed=0)
    x, _, weights = next(iter(given))
    np.testing.assert_array_equal(x, weights)


def test_structures_keep_together_and_classes_may_be_given():
    inputs = {"a": X, "b": X[:, None] * 2}
    targets = [np.eye(3)[Y], -X]
    batches = BalancedBatches(inputs, targets, 20, classes=Y, strategy="over", seed=0)
    x, y = next(iter(batches))
    np.testing.assert_array_equal(x["b"][:, 0], 2 * x["a"])
    np.testing.assert_array_equal(y[1], -x["a"])
    assert y[0].shape == (20, 3)


IMAGES = np.random.default_rng(0).normal(size=(100, 2, 3)).astype("float32")


@pytest.mark.parametrize(
    "sampler", [RandomOverSampler(), RandomUnderSampler(), NearMiss()], ids=str
)
def test_samplers_that_choose_give_samples_of_the_data(sampler):
    batches = BalancedBatches(IMAGES, Y, 32, strategy=sampler, seed=1)
    x, y = joined(batches.iterate(0))
    assert len(set(np.bincount(y))) == 1
    place = [int(np.flatnonzero((image == IMAGES).all(axis=(1, 2)))[0]) for image in x]
    np.testing.assert_array_equal(Y[place], y)
    again = BalancedBatches(IMAGES, Y, 32, strategy=sampler, seed=1)
    np.testing.assert_array_equal(joined(again.iterate(4))[0], joined(batches.iterate(4))[0])


def test_samplers_that_make_samples_keep_the_form_of_the_targets():
    batches = BalancedBatches(
        IMAGES, np.eye(3)[Y].astype("float32"), 32, strategy=SMOTE(k_neighbors=2), seed=1
    )
    x, y = joined(batches.iterate(0))
    assert x.shape == (240, 2, 3) and x.dtype == np.float32
    assert y.sum(axis=0).tolist() == [80, 80, 80]


def test_a_structure_can_be_resampled_by_class_alone():
    x = {"a": X, "b": IMAGES}
    found = BalancedBatches(x, Y, strategy=RandomUnderSampler(), seed=0)
    assert found.counts == {0: 5, 1: 5, 2: 5}
    with pytest.raises(ValueError, match="SMOTE compares samples"):
        BalancedBatches(x, Y, strategy=SMOTE())


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: BalancedBatches(X, Y, strategy="most"), "got 'most'"),
        (lambda: BalancedBatches(X, Y, strategy={5: 3}), r"counts for \[5\]"),
        (lambda: BalancedBatches(X, Y, strategy={0: -3}), "from 0"),
        (lambda: BalancedBatches(X, Y[:50]), "x has 100, y has 50"),
        (lambda: BalancedBatches(X, Y, classes=Y[:50]), "50 entries for 100"),
        (lambda: BalancedBatches(X, np.where(Y == 1, np.nan, Y)), "NaN in 15 of 100"),
        (lambda: BalancedBatches(X, X / 3), "one class for each"),
        (lambda: BalancedBatches(X, [Y, Y]), "one array of classes"),
        (lambda: BalancedBatches(X, Y, 0), "batch_size"),
        (lambda: BalancedStream(iter([(X, Y)])), "one pass only"),
        (lambda: BalancedStream([(X, [Y, Y])]), "one array of targets"),
        (lambda: BalancedStream([(X, np.eye(2)[Y % 2] + 1)]), "one class for each"),
        (lambda: BalancedStream([X]), "one array of targets"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("kind", [0, 1], ids=["arrays", "stream"])
def test_models_train_on_them(kind):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    data = [
        BalancedBatches(X[:, None] / 100, Y, 16, strategy="over", seed=7),
        BalancedStream(Dataset.from_tensor_slices((X[:, None] / 100, Y)).batch(16), seed=7),
    ][kind]
    history = model.fit(data, epochs=2, verbose=0).history
    assert len(history["loss"]) == 2 and np.isfinite(history["loss"]).all()
