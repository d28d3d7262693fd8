"""Worker processes of a `PyDataset`."""

import os
from pathlib import Path

import numpy as np
import pytest

from cornu.data import make_feed
from tests.data.light_data import Traced

SHARED_MEMORY = Path("/dev/shm")


def blocks():
    """Blocks of shared memory that pools of this process hold."""
    return [p.name for p in SHARED_MEMORY.glob(f"cornu-{os.getpid()}-*")]


@pytest.fixture(scope="module")
def epochs():
    """Two epochs, with one broken off between them, read by the same two workers."""
    feed = make_feed(Traced(workers=2, max_queue_size=4), shuffle=False)
    first = [x for x, _, _ in feed.batches(0)]
    for _ in feed.batches(1):
        break
    last = [x for x, _, _ in feed.batches(2)]
    held = blocks()
    feed.close()
    return {"first": first, "last": last, "held": held}


def test_batches_come_in_order(epochs):
    assert [int(x["index"][0]) for x in epochs["first"]] == [0, 1, 2, 3]
    assert [int(x["index"][0]) for x in epochs["last"]] == [0, 1, 2, 3]


def test_arrays_arrive_as_they_were(epochs):
    x = epochs["last"][3]
    expected = np.arange(6004.0).reshape(3002, 2)[::-1, ::2]
    np.testing.assert_array_equal(x["every other"], expected)
    assert x["text"].tolist() == ["a"] * 3002
    x["every other"][0] = 7.0


def test_workers_do_without_jax(epochs):
    assert not any(x["has jax"].any() for x in epochs["first"])


def test_workers_live_for_all_epochs(epochs):
    first, last = ({int(x["process"][0]) for x in epochs[name]} for name in ("first", "last"))
    assert first == last
    assert len(first) == 2
    assert os.getpid() not in first


def test_what_epoch_hooks_change_reaches_the_workers(epochs):
    assert [int(x["epoch"][0]) for x in epochs["first"]] == [0] * 4
    assert [int(x["epoch"][0]) for x in epochs["last"]] == [2] * 4


@pytest.mark.skipif(not SHARED_MEMORY.is_dir(), reason="shared memory has no folder here")
def test_shared_memory_is_used_and_freed(epochs):
    assert epochs["held"]
    assert blocks() == []


def test_an_error_names_the_batch_and_shows_the_worker():
    feed = make_feed(Traced(fails_at=2, workers=2), shuffle=False)
    with pytest.raises(KeyError, match="missing file") as caught:
        list(feed.batches(0))
    feed.close()
    assert "reading batch 2 of Traced" in caught.value.__notes__[0]
    assert "__getitem__" in str(caught.value.__cause__)


def test_a_killed_worker_is_noticed():
    feed = make_feed(Traced(dies_at=1, workers=2, max_queue_size=4), shuffle=False)
    with pytest.raises(RuntimeError, match="ended by signal SIGKILL"):
        list(feed.batches(0))
    feed.close()
    assert blocks() == []


def test_what_cannot_be_pickled_is_named():
    data = Traced(workers=2)
    data.reader = lambda: None
    with pytest.raises(ValueError, match="its attribute 'reader' cannot be pickled"):
        list(make_feed(data).batches(0))
