"""A pass that starts anywhere gives what an unbroken pass gives from there on."""

import pickle
import threading

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cornu.data import Dataset


def noisy(x, rng):
    return x * 1000 + rng.integers(1000)


def even(x):
    return x % 2 == 0


def numbers():
    return iter(range(40))


STEPS = {
    "map": lambda d: d.map(noisy),
    "map in threads": lambda d: d.map(noisy, num_parallel_calls=2),
    "map blocks": lambda d: d.map(np.negative, vectorized=True),
    "filter": lambda d: d.filter(even),
    "filter blocks": lambda d: d.filter(even, vectorized=True),
    "shuffle": lambda d: d.shuffle(7),
    "take": lambda d: d.take(29),
    "skip": lambda d: d.skip(3),
    "shard": lambda d: d.shard(2, 1),
    "repeat": lambda d: d.repeat(3),
    "repeat for ever": lambda d: d.repeat().take(100),
    "cache": lambda d: d.cache(),
    "prefetch": lambda d: d.prefetch(2),
    "concatenate": lambda d: d.concatenate(Dataset.range(9).shuffle()),
    "zip": lambda d: Dataset.zip(d, d.shuffle(5)).map(lambda a, b: a + b),
    "batch and back": lambda d: d.batch(3, drop_remainder=True).map(noisy_batch).unbatch(),
}
SOURCES = {"indexed": lambda: Dataset.range(40), "stream": lambda: Dataset.from_generator(numbers)}


def noisy_batch(x, rng):
    return x + rng.integers(9, size=x.shape)


def built(source, steps, seed=11):
    dataset = SOURCES[source]()
    dataset.seed = seed
    for step in steps:
        dataset = STEPS[step](dataset)
    return dataset.batch(4)


def values(dataset, epoch, start=0):
    return [batch.tolist() for batch in dataset.iterate(epoch, start)]


@example(source="indexed", steps=["map", "cache", "zip"], epoch=0, start=0)
@settings(max_examples=150, deadline=None)
@given(
    source=st.sampled_from(list(SOURCES)),
    steps=st.lists(st.sampled_from(list(STEPS)), max_size=4),
    epoch=st.integers(0, 2),
    start=st.integers(0, 12),
)
def test_any_chain_of_steps_goes_on_exactly(source, steps, epoch, start):
    whole = values(built(source, steps), epoch)
    # Another object, as in another process, and a pass over it before: no state may be left over.
    again = built(source, steps)
    values(again, 5)
    assert values(again, epoch, start) == whole[start:]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("step", STEPS)
def test_batches_after_a_step_go_on_exactly(source, step):
    dataset = built(source, [step, "shuffle"]).map(noisy_batch).shuffle(3).prefetch()
    whole = values(dataset, 1)
    assert len(whole) > 3
    assert values(dataset, 1, 3) == whole[3:]


def test_random_access_jumps():
    seen = []
    dataset = Dataset.range(100).map(lambda x: seen.append(int(x)) or x).batch(10)
    list(dataset.iterate(0, start=8))
    assert seen == list(range(80, 100))


def test_functions_do_not_run_for_what_a_stream_drops():
    seen = []
    dataset = Dataset.from_generator(numbers).map(lambda x: seen.append(int(x)) or x).batch(10)
    list(dataset.iterate(0, start=3))
    assert seen == list(range(30, 40))


def test_a_data_set_can_be_pickled_for_other_processes():
    dataset = built("indexed", ["map in threads", "shuffle", "cache", "prefetch"])
    whole = values(dataset, 1)
    assert values(pickle.loads(pickle.dumps(dataset)), 1) == whole


def test_several_passes_may_run_at_once():
    dataset = built("indexed", ["map in threads", "shuffle", "cache"])
    whole = values(dataset, 1)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(values(dataset, 1))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [whole] * 3
