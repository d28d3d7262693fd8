"""Feeds of data sets, generators and other iterables."""

import time

import numpy as np
import pytest

import cornu as keras
from cornu.data import (
    Dataset,
    PyDataset,
    make_feed,
    pack_x_y_sample_weight,
    unpack_x_y_sample_weight,
)


class Numbers(PyDataset):
    """Five batches; later ones are read faster, and one may fail."""

    def __init__(self, fails_at=None, **kwargs):
        super().__init__(**kwargs)
        self.fails_at = fails_at
        self.events = []

    def __len__(self):
        return 5

    def __getitem__(self, index):
        if index == self.fails_at:
            raise KeyError("missing file")
        time.sleep(0.002 * (5 - index))
        return np.full(2, index), np.zeros(2)

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")


class Repeatable:
    """Can be iterated over again and again."""

    def __iter__(self):
        return iter(batches(4))


def batches(count):
    return [(np.full(2, index), np.zeros(2)) for index in range(count)]


def firsts(feed, epoch=0, start=0):
    return [int(x[0]) for x, _, _ in feed.batches(epoch, start)]


@pytest.mark.parametrize("workers", [1, 3])
def test_data_set_is_read_in_order(workers):
    data = Numbers(workers=workers, max_queue_size=3)
    feed = make_feed(data, shuffle=False)
    assert firsts(feed) == [0, 1, 2, 3, 4]
    assert firsts(feed, 1, start=3) == [3, 4]
    assert data.events == ["begin", "end"] * 2
    assert feed.steps == 5


def test_processes_read_in_order():
    feed = make_feed(Numbers(workers=2, use_multiprocessing=True), shuffle=False)
    assert firsts(feed) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("workers", [1, 3])
def test_failing_index_is_named(workers):
    feed = make_feed(Numbers(fails_at=3, workers=workers), shuffle=False)
    with pytest.raises(KeyError) as caught:
        firsts(feed)
    assert "batch 3 of Numbers" in caught.value.__notes__[0]


def test_batches_of_a_data_set_are_shuffled_by_seed_and_epoch():
    first, second = (make_feed(Numbers(), seed=1) for _ in range(2))
    assert sorted(firsts(first)) == [0, 1, 2, 3, 4]
    assert firsts(first, 2) == firsts(second, 2)


def test_steps_split_a_data_set_over_epochs():
    feed = make_feed(Numbers(), shuffle=False, steps=3)
    assert firsts(feed, 0) == [0, 1, 2]
    with pytest.warns(UserWarning, match="ran out after 2 of 3 batches"):
        assert firsts(feed, 1) == [3, 4]
    assert firsts(feed, 2) == [0, 1, 2]


def test_endless_data_set():
    class Endless(Numbers):
        num_batches = None

    feed = make_feed(Endless(), steps=2)
    assert [firsts(feed, epoch) for epoch in range(2)] == [[0, 1], [2, 3]]


def test_data_set_without_length_is_an_error():
    with pytest.raises(NotImplementedError, match="must define `__len__"):
        make_feed(PyDataset())


def test_generator_is_read_once():
    feed = make_feed(iter(batches(3)))
    assert feed.steps is None
    assert firsts(feed) == [0, 1, 2]
    assert not feed.has_more()


def test_example_of_a_generator_is_not_lost():
    feed = make_feed(iter(batches(3)))
    assert int(feed.peek()[0][0]) == int(feed.peek()[0][0]) == 0
    assert firsts(feed) == [0, 1, 2]


def test_generator_goes_on_over_epochs_until_it_runs_dry():
    feed = make_feed(iter(batches(5)), steps=2)
    assert [firsts(feed, 0), firsts(feed, 1)] == [[0, 1], [2, 3]]
    with pytest.warns(UserWarning, match="ran out after 1 of 2 batches"):
        assert firsts(feed, 2) == [4]


def test_iterable_starts_anew_in_each_epoch():
    feed = make_feed(Repeatable())
    feed.peek()
    assert [firsts(feed, epoch) for epoch in range(2)] == [[0, 1, 2, 3]] * 2


def test_iterable_with_steps_goes_on_in_the_next_epoch():
    feed = make_feed(Repeatable(), steps=2)
    assert [firsts(feed, epoch) for epoch in range(2)] == [[0, 1], [2, 3]]
    assert firsts(feed, 0) == [0, 1]


def test_tensorflow_like_data_set():
    class Dataset:
        def cardinality(self):
            return np.int64(-2)

        def as_numpy_iterator(self):
            return iter(batches(2))

        __iter__ = None

    feed = make_feed(Dataset())
    assert feed.steps is None
    assert firsts(feed) == [0, 1]


def test_class_weights_of_batches():
    feed = make_feed(iter([(np.zeros(3), np.array([0, 1, 2]))]), class_weight={1: 5.0})
    assert feed.peek()[2].tolist() == [1.0, 5.0, 1.0]


def test_change_of_structure_is_an_error():
    feed = make_feed(iter([(np.zeros(2),), (np.zeros(2), np.zeros(2))]))
    with pytest.raises(ValueError, match="another structure"):
        firsts(feed)


def test_empty_generator_is_an_error():
    with pytest.raises(ValueError, match="gave no batch"):
        make_feed(iter([])).peek()


def test_samples_instead_of_batches_are_an_error():
    with pytest.raises(ValueError, match="batch them first"):
        make_feed(iter([(1.0, 2.0)])).peek()


@pytest.mark.parametrize("argument", ["y", "sample_weight"])
def test_arguments_for_arrays_only(argument):
    with pytest.raises(ValueError, match=f"{argument} cannot be passed"):
        make_feed(iter([]), **{argument: 3})


class Pairs(PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return np.ones((4, 2)), np.ones((4, 1))


SOURCES = {
    "PyDataset": Pairs,
    "generator": lambda: ((np.ones((4, 2)), np.ones((4, 1))) for _ in range(2)),
    "data set": lambda: Dataset.from_tensor_slices((np.ones((8, 2)), np.ones((8, 1)))).batch(4),
    "list of batches": lambda: iter([(np.ones((4, 2)), np.ones((4, 1)))] * 2),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_a_batch_size_beside_whole_batches_gives_one_warning(source, method):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="batch_size=64 has no effect on x") as found:
        result = getattr(model, method)(source(), batch_size=64, verbose=0)
    assert len(found) == 1
    assert method != "predict" or result.shape == (8, 1)


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (1, (1, None, None)),
        ((1,), (1, None, None)),
        ([1, 2], (1, 2, None)),
        ((1, 2, 3), (1, 2, 3)),
    ],
)
def test_parts_of_a_batch(data, parts):
    assert unpack_x_y_sample_weight(data) == parts


def test_too_many_parts_are_an_error():
    with pytest.raises(ValueError, match="a tuple of 4"):
        unpack_x_y_sample_weight((1, 2, 3, 4))


@pytest.mark.parametrize(
    ("parts", "packed"),
    [((1,), 1), (([1],), ([1],)), ((1, 2), (1, 2)), ((1, None, 3), (1, None, 3))],
)
def test_packed_batches(parts, packed):
    assert pack_x_y_sample_weight(*parts) == packed
