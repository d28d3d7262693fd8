"""What is kept, where, and until when."""

import numpy as np
import pytest

from cornu.data import Dataset


class Counted:
    """A function that counts its calls."""

    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return {"x": np.full(2, x, "float32"), "pair": (x, None)}


def values(dataset, epoch=0, start=0):
    return [
        (element["x"].tolist(), element["pair"][0].tolist(), element["pair"][1])
        for element in dataset.iterate(epoch, start)
    ]


KINDS = {
    "indexed": lambda fn: Dataset.range(9).map(fn),
    "stream": lambda fn: Dataset.from_generator(lambda: iter(range(9))).map(fn),
    "batches": lambda fn: Dataset.range(9).map(fn).batch(2),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("in_files", [False, True], ids=["memory", "files"])
def test_each_element_is_made_once(kind, in_files, tmp_path):
    function = Counted()
    dataset = KINDS[kind](function).cache(tmp_path / "cache" if in_files else None)
    plain = values(KINDS[kind](Counted()))
    assert values(dataset, 0) == plain
    assert values(dataset, 1) == plain
    assert values(dataset, 2, start=2) == plain[2:]
    assert function.calls == 9


@pytest.mark.parametrize("kind", KINDS)
def test_a_later_process_reads_the_files(kind, tmp_path):
    first, second = Counted(), Counted()
    plain = values(KINDS[kind](first).cache(tmp_path / "cache"))
    assert values(KINDS[kind](second).cache(tmp_path / "cache")) == plain
    assert second.calls == 0


def test_indexed_samples_are_kept_one_by_one():
    function = Counted()
    dataset = Dataset.range(9).map(function).cache().shuffle(seed=1).batch(3)
    next(dataset.iterate(0))
    assert function.calls == 3
    list(dataset.iterate(1))
    assert function.calls == 9


@pytest.mark.parametrize("kind", ["stream", "batches"])
def test_a_pass_that_is_broken_off_keeps_nothing(kind, tmp_path):
    dataset = KINDS[kind](Counted()).cache(tmp_path / "cache")
    iterator = dataset.iterate(0)
    next(iterator)
    iterator.close()
    assert list(tmp_path.iterdir()) == []
    assert values(dataset) == values(KINDS[kind](Counted()))


def test_what_is_done_to_a_batch_does_not_show_in_the_cache():
    for dataset in (Dataset.range(4).cache().batch(2), Dataset.range(4).batch(2).cache()):
        for epoch in range(3):
            for batch in dataset.iterate(epoch):
                batch += 100
        assert [b.tolist() for b in dataset.iterate(3)] == [[0, 1], [2, 3]]


def test_random_steps_before_a_cache_are_those_of_the_first_epoch():
    dataset = Dataset.range(20).shuffle().map(lambda x, rng: x + rng.integers(9)).cache().batch(20)
    first, second = next(dataset.iterate(4)), next(dataset.iterate(0))
    assert first.tolist() == second.tolist()


def test_files_of_another_data_set_are_refused(tmp_path):
    list(Dataset.range(9).cache(tmp_path))
    with pytest.raises(ValueError, match=r"bool\[9\].*bool\[8\].*Delete the folder"):
        list(Dataset.range(8).cache(tmp_path))


@pytest.mark.parametrize("batched", [False, True])
def test_strings_are_not_cached_in_files(tmp_path, batched):
    words = Dataset.from_tensor_slices(["a", "b"])
    words = words.batch(1) if batched else words
    with pytest.raises(ValueError, match="Cache in memory"):
        list(words.cache(tmp_path / "cache"))
    assert len(list(words.cache())) == 2


def test_cached_samples_must_agree():
    with pytest.raises(ValueError, match="one shape and dtype"):
        list(Dataset.range(3).map(lambda n: np.zeros(n)).cache().padded_batch(1))
