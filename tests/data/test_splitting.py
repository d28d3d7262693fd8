"""Two data sets out of one."""

import numpy as np
import pytest

from cornu.data import Dataset
from cornu.utils import split_dataset


def values(dataset):
    return [np.asarray(element).tolist() for element in dataset]


@pytest.mark.parametrize(
    ("sizes", "left", "right"),
    [
        ({"left_size": 0.8}, 8, 2),
        ({"left_size": 3}, 3, 7),
        ({"right_size": 0.25}, 8, 2),
        ({"right_size": 4}, 6, 4),
        ({"left_size": 0.25, "right_size": 0.5}, 2, 5),
        ({"left_size": 2, "right_size": 3}, 2, 3),
    ],
)
def test_sizes(sizes, left, right):
    parts = split_dataset(np.arange(10), **sizes)
    assert [values(part) for part in parts] == [
        list(range(left)),
        list(range(10 - right, 10)),
    ]


@pytest.mark.parametrize(
    "source",
    [
        np.arange(10),
        Dataset.range(10),
        Dataset.from_generator(lambda: iter(range(10))),
        [np.int64(i) for i in range(10)].__iter__(),
        Dataset.range(10).filter(lambda x: True),
    ],
)
def test_whatever_gives_samples_can_be_split(source):
    left, right = split_dataset(source, left_size=0.7)
    assert values(left) == list(range(7))
    assert values(right) == [7, 8, 9]


def test_tuples_of_arrays_give_tuples():
    left, _ = split_dataset((np.zeros((4, 2)), np.arange(4)), left_size=0.5)
    x, y = list(left)[1]
    assert (x.shape, int(y)) == ((2,), 1)


def test_batches_are_split_by_sample_and_batched_again():
    for dataset in (Dataset.range(10).batch(4), Dataset.range(10).batch(4).prefetch()):
        left, right = split_dataset(dataset, left_size=0.6)
        assert values(left) == [[0, 1, 2, 3], [4, 5]]
        assert values(right) == [[6, 7, 8, 9]]


def test_shuffled_parts_do_not_overlap():
    left, right = split_dataset(np.arange(10), left_size=0.6, shuffle=True, seed=3)
    again, _ = split_dataset(np.arange(10), left_size=0.6, shuffle=True, seed=3)
    assert values(left) == values(again) != list(range(6))
    assert sorted(values(left) + values(right)) == list(range(10))


def test_parts_of_a_data_set_with_a_new_order_each_epoch_stay_apart():
    left, right = split_dataset(Dataset.range(20).shuffle().map(abs), left_size=0.5)
    first = values(left)
    assert values(left) == first
    assert not set(first) & set(values(right))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs left_size, right_size"),
        ({"left_size": 1.5}, "left_size must be a fraction"),
        ({"left_size": 10}, "below 10"),
        ({"left_size": 0}, "left_size must be"),
        ({"left_size": 8, "right_size": 8}, "make 16 samples, but there are 10"),
    ],
)
def test_sizes_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        split_dataset(np.arange(10), **arguments)


def test_what_cannot_be_split():
    with pytest.raises(TypeError, match="int"):
        split_dataset(3, left_size=0.5)
    with pytest.raises(TypeError, match="left_size"):
        split_dataset(np.arange(4), left_size="half")
    with pytest.raises(ValueError, match="no samples"):
        split_dataset(iter([]), left_size=0.5)
    with pytest.raises(ValueError, match="endless"):
        split_dataset(Dataset.range(3).repeat(), left_size=1)
