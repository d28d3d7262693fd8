"""What holds for feeds of any size: nothing lost, nothing twice, and any place can be gone to."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cornu.data import PyDataset, make_feed

counts, sizes = st.integers(1, 30), st.integers(1, 12)
shuffles = st.sampled_from([True, False, "batch"])
unhurried = settings(deadline=None, max_examples=60)


class Batches(PyDataset):
    def __init__(self, count):
        super().__init__()
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return np.array([index])


def samples(feed, epoch, start=0):
    found = [x.tolist() for x, _, _ in feed.batches(epoch, start)]
    feed.close()
    return found


@unhurried
@given(counts, sizes, shuffles, st.integers(0, 9), st.integers(0, 31))
def test_batches_from_a_start_are_the_tail_of_all(count, size, shuffle, epoch, start):
    feed = make_feed(np.arange(count), batch_size=size, shuffle=shuffle, seed=count)
    assert samples(feed, epoch, start) == samples(feed, epoch)[start:]


@unhurried
@given(counts, sizes, shuffles, st.integers(0, 9))
def test_an_epoch_has_each_sample_once(count, size, shuffle, epoch):
    feed = make_feed(np.arange(count), batch_size=size, shuffle=shuffle, seed=count)
    found = samples(feed, epoch)
    assert sorted(itertools.chain(*found)) == list(range(count))
    assert [len(batch) for batch in found[:-1]] == [size] * (len(found) - 1)


@unhurried
@given(counts, st.booleans(), st.integers(0, 5), st.integers(0, 31))
def test_a_data_set_from_a_start_is_the_tail_of_all(count, shuffle, epoch, start):
    feed = make_feed(Batches(count), shuffle=shuffle, seed=count)
    assert samples(feed, epoch, start) == samples(feed, epoch)[start:]


@unhurried
@given(st.lists(st.integers(1, 4), max_size=5), st.integers(1, 4))
def test_a_stream_with_steps_goes_on(read, steps):
    feed = make_feed((np.array([i]) for i in itertools.count()), steps=steps)
    found = [samples(feed, epoch) for epoch in range(len(read))]
    assert list(itertools.chain(*found)) == [[i] for i in range(len(read) * steps)]


@unhurried
@given(st.integers(1, 4), st.integers(0, 3), st.integers(0, 4))
def test_a_stream_goes_on_where_its_state_says(steps, epoch, step):
    step = min(step, steps)

    def stream():
        return make_feed((np.array([i]) for i in itertools.count()), steps=steps)

    whole, resumed = stream(), stream()
    before = [samples(whole, number) for number in range(epoch + 1)]
    resumed.peek()
    resumed.set_state(whole.get_state(epoch, step))
    assert samples(resumed, epoch, step) == before[epoch][step:]


def test_the_example_is_no_loss():
    feed = make_feed(np.array([i]) for i in range(3))
    feed.peek()
    assert samples(feed, 0) == [[0], [1], [2]]


@unhurried
@given(counts, st.integers(1, 31), st.integers(0, 3))
def test_a_limited_feed_is_that_of_so_many_steps(count, limit, epoch):
    feed = make_feed(Batches(count), shuffle=False)
    feed.limit_steps(limit)
    same = make_feed(Batches(count), shuffle=False, steps=min(limit, count))
    assert feed.steps == same.steps
    assert next(feed.batches(epoch))[0] == next(same.batches(epoch))[0]


@unhurried
@given(counts, sizes, st.integers(1, 31))
def test_limited_arrays_give_the_first_batches(count, size, limit):
    feed = make_feed(np.arange(count), batch_size=size, shuffle=False)
    whole = samples(feed, 0)
    feed.limit_steps(limit)
    assert samples(feed, 0) == whole[:limit]
