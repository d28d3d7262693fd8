"""Numbers, names, splitters and pairs made into folds; what no way to split may do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import model_selection as reference

from cornu.model_selection import make_splitter, split_indices
from cornu.model_selection.splitters import KINDS

Y = np.arange(24) % 3
GROUPS = np.arange(24) // 4

SAME = [
    (4, reference.KFold(4, shuffle=True, random_state=7), None),
    ("k-fold:6", reference.KFold(6, shuffle=True, random_state=7), None),
    ("stratified:4", reference.StratifiedKFold(4, shuffle=True, random_state=7), None),
    ("hold-out:0.25", reference.ShuffleSplit(1, test_size=0.25, random_state=7), None),
    (
        "stratified-hold-out:0.25",
        reference.StratifiedShuffleSplit(1, test_size=0.25, random_state=7),
        None,
    ),
    ("repeated:3x2", reference.RepeatedKFold(n_splits=3, n_repeats=2, random_state=7), None),
    (
        "repeated-stratified:3x2",
        reference.RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=7),
        None,
    ),
    ("time-series:3", reference.TimeSeriesSplit(3), None),
    ("leave-one-out", reference.LeaveOneOut(), None),
    ("leave-p-out", reference.LeavePOut(2), None),
    (3, reference.GroupKFold(3), GROUPS),
    ("group:3", reference.GroupKFold(3), GROUPS),
    (
        "stratified-group:3",
        reference.StratifiedGroupKFold(3, shuffle=True, random_state=7),
        GROUPS,
    ),
    ("group-hold-out:0.5", reference.GroupShuffleSplit(1, test_size=0.5, random_state=7), GROUPS),
    ("leave-one-group-out", reference.LeaveOneGroupOut(), GROUPS),
    ("leave-p-groups-out:2", reference.LeavePGroupsOut(2), GROUPS),
]


@pytest.mark.parametrize(("cv", "splitter", "groups"), SAME, ids=[str(row[0]) for row in SAME])
def test_a_name_means_the_splitter_of_scikit_learn(cv, splitter, groups):
    found = split_indices(cv, 24, Y, groups, seed=7)
    expected = list(splitter.split(np.zeros((24, 1)), Y, groups))
    assert len(found) == len(expected)
    for pair, other in zip(found, expected):
        np.testing.assert_array_equal(pair[0], other[0])
        np.testing.assert_array_equal(pair[1], other[1])


def test_a_splitter_object_is_taken_as_it_is():
    splitter = reference.KFold(3)
    found = split_indices(splitter, 9, Y[:9])
    assert [test.tolist() for _, test in found] == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_pairs_may_be_masks():
    mask = np.array([True, False, True, False])
    ((train, test),) = split_indices([(mask, ~mask)], 4)
    assert (train.tolist(), test.tolist()) == ([0, 2], [1, 3])


def test_the_seed_settles_the_folds():
    first, again, other = (split_indices(3, 30, seed=seed) for seed in (1, 1, 2))
    assert [t.tolist() for _, t in first] == [t.tolist() for _, t in again]
    assert [t.tolist() for _, t in first] != [t.tolist() for _, t in other]


@settings(max_examples=30, deadline=None)
@given(st.integers(4, 60), st.integers(2, 4), st.integers(0, 2**31))
def test_k_fold_tests_each_sample_once_and_never_trains_with_it(length, folds, seed):
    pairs = split_indices(folds, length, seed=seed)
    tested = np.concatenate([test for _, test in pairs])
    assert sorted(tested) == list(range(length))
    for train, test in pairs:
        assert sorted([*train, *test]) == list(range(length))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=12, max_size=60), st.integers(0, 2**31))
def test_stratified_folds_keep_the_share_of_each_class(labels, seed):
    labels = np.array([*labels, *[0, 1, 2] * 3])
    for _, test in split_indices("stratified:3", len(labels), labels, seed=seed):
        counts = np.bincount(labels[test], minlength=3)
        assert np.all(np.abs(counts - np.bincount(labels) / 3) < 1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=12, max_size=60), st.integers(0, 2**31))
def test_a_group_is_never_in_both_parts(groups, seed):
    groups = np.array([*groups, 0, 1, 2])
    for cv in ("group:3", "group-hold-out:0.3", "leave-one-group-out"):
        for train, test in split_indices(cv, len(groups), None, groups, seed=seed):
            assert not set(groups[train]) & set(groups[test])


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=5, deadline=None)
@given(length=st.integers(12, 20), seed=st.integers(0, 2**31))
def test_no_way_to_split_trains_with_what_it_tests(name, length, seed):
    groups = np.arange(length) % 6 if KINDS[name].grouped else None
    classes = np.arange(length) // 2 % 2
    for train, test in split_indices(name, length, classes, groups, seed=seed):
        assert not set(train) & set(test)


def test_time_series_tests_only_what_comes_after():
    for train, test in split_indices("time-series:4", 30):
        assert train.max() < test.min()


@pytest.mark.parametrize("y", [Y[:, None], np.eye(3)[Y], Y.astype("float32"), Y.astype(str)])
def test_classes_may_come_in_any_form(y):
    expected = split_indices("stratified:4", 24, Y, seed=1)
    found = split_indices("stratified:4", 24, y, seed=1)
    for pair, other in zip(found, expected):
        np.testing.assert_array_equal(np.bincount(Y[pair[1]]), np.bincount(Y[other[1]]))


ERRORS = [
    ("k-folds", 10, None, None, "no known way to split"),
    ("k-fold:many", 10, None, None, "is no value for 'k-fold'"),
    (1, 10, None, None, "at least one train/test split|n_splits"),
    (11, 10, None, None, "11 folds, but there are 10 samples"),
    ("stratified:3", 10, np.array([0] * 8 + [1] * 2), None, "Class 1 has 2 members"),
    ("stratified:3", 10, None, None, "needs one array of classes"),
    ("stratified:3", 4, np.array([0.5, 1.0, 1.0, 0.5]), None, "holds something else"),
    ("group:3", 10, None, None, "needs `groups`"),
    ("k-fold:3", 10, None, np.arange(10), "would not keep groups together"),
    ("group:3", 10, None, np.arange(9), "one entry for each of the 10 samples"),
    ("group:3", 10, None, np.zeros(10), "3 folds, but there are 1 groups"),
    ([([0, 1], [1, 2])], 4, None, None, "1 samples in both parts"),
    ([([0, 1], [9])], 4, None, None, "points to sample 9"),
    ([([0, 1], [])], 4, None, None, "test part of fold 1 is empty"),
    ([[0, 1, 2]], 4, None, None, "is no pair"),
    ([([0.5], [1])], 4, None, None, "whole numbers"),
    ([], 4, None, None, "no fold at all"),
    (None, 4, None, None, "is of type NoneType"),
]


@pytest.mark.parametrize(("cv", "length", "y", "groups", "message"), ERRORS, ids=range(len(ERRORS)))
def test_what_cannot_be_meant_is_refused(cv, length, y, groups, message):
    with pytest.raises(ValueError, match=message):
        split_indices(cv, length, y, groups)


def test_the_values_of_a_name_are_those_of_the_splitter():
    assert make_splitter("leave-p-out:3").p == 3
    assert make_splitter("group-hold-out:0.3", grouped=True).test_size == 0.3
