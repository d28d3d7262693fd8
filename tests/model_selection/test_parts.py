"""Three parts for training, choosing and reporting; validation parts for `fit`."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornu.data import train_validation_split
from cornu.model_selection import ValidationSplit, train_val_test_split


def test_the_parts_have_their_sizes_and_share_nothing():
    train, val, test = train_val_test_split(np.arange(40), val_size=0.25, test_size=6, seed=1)
    assert [len(part) for part in (train, val, test)] == [24, 10, 6]
    assert sorted([*train, *val, *test]) == list(range(40))


def test_without_shuffle_the_parts_follow_one_another():
    train, val, test = train_val_test_split(
        np.arange(10), val_size=0.2, test_size=0.2, shuffle=False
    )
    assert (train.tolist(), val.tolist(), test.tolist()) == ([*range(6)], [6, 7], [8, 9])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_stratified_parts_keep_the_share_of_each_class(seed):
    y = np.array([0] * 60 + [1] * 30 + [2] * 10)
    parts = train_val_test_split(
        np.arange(100), y, val_size=0.2, test_size=0.2, stratify=True, seed=seed
    )
    assert [np.bincount(part[1]).tolist() for part in parts] == [
        [36, 18, 6],
        [12, 6, 2],
        [12, 6, 2],
    ]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=30, max_size=60), st.integers(0, 2**31))
def test_no_group_is_in_two_parts(groups, seed):
    groups = np.array([*groups, 0, 1, 2, 3])
    parts = train_val_test_split(groups, groups=groups, seed=seed)
    found = [set(part.tolist()) for part in parts]
    assert all(found)
    assert sum(map(len, found)) == len(set(groups.tolist()))


def test_frames_and_nested_structures_are_split_alike():
    frame = pd.DataFrame({"a": np.arange(20), "b": np.arange(20)})
    structure = {"one": np.arange(20), "two": [np.arange(20)[:, None]]}
    (frame_train, nested_train), _, _ = train_val_test_split(frame, structure, seed=3)
    np.testing.assert_array_equal(frame_train[:, 0], nested_train["one"])
    np.testing.assert_array_equal(frame_train[:, 1], nested_train["two"][0][:, 0])


def test_the_seed_settles_the_parts():
    first, again = (train_val_test_split(np.arange(30), seed=5) for _ in range(2))
    for part, other in zip(first, again):
        np.testing.assert_array_equal(part, other)


def test_fit_gets_a_validation_part_that_keeps_the_classes():
    x, y = np.arange(50), np.arange(50) % 5 == 0
    train, validation = train_validation_split(
        (x, y, None), ValidationSplit(0.2, stratify=True, seed=0)
    )
    assert (train[1].sum(), validation[1].sum()) == (8, 2)
    assert sorted([*train[0], *validation[0]]) == x.tolist()
    assert train[2] is None


def test_a_validation_part_keeps_groups_together():
    groups = np.arange(40) // 4
    train, val = ValidationSplit(0.25, groups=groups, seed=1).indices(40, None)
    assert not set(groups[train]) & set(groups[val])


def test_a_selection_of_samples_takes_its_groups_along():
    split = ValidationSplit(0.5, groups=np.array([0, 0, 1, 1, 2, 2]), seed=0)
    assert split.of_samples(np.array([0, 1, 5])).groups.tolist() == [0, 0, 2]


ERRORS = [
    ({"val_size": 0.5, "test_size": 0.5}, "leave no samples to train"),
    ({"val_size": 1.5}, "must be a share between 0 and 1"),
    ({"test_size": 0}, "number of samples from 1 to 19"),
    ({"groups": np.zeros(20)}, "The samples are of 1 groups; 3 parts"),
    ({"groups": np.zeros(19)}, "one entry for each of the 20 samples"),
    ({"groups": np.arange(20), "stratify": np.arange(20) % 2}, "neither be stratified nor"),
    ({"stratify": np.arange(20) % 2, "shuffle": False}, "cannot go with shuffle=False"),
    ({"stratify": np.arange(20) == 3}, "class True has 1 members"),
]


@pytest.mark.parametrize(("arguments", "message"), ERRORS, ids=range(len(ERRORS)))
def test_what_cannot_be_meant_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        train_val_test_split(np.arange(20), **arguments)


def test_nothing_to_split_is_refused():
    with pytest.raises(ValueError, match="at least one array"):
        train_val_test_split()
