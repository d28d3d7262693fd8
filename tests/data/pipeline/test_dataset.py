"""What each step of a data set gives, and how it is called."""

import subprocess
import sys

import numpy as np
import pytest

from cornu.data import AUTOTUNE, Dataset


def values(dataset, epoch=0):
    return [np.asarray(element).tolist() for element in dataset.iterate(epoch)]


def stream(count):
    return Dataset.from_generator(lambda: iter(range(count)))


def test_slices_keep_structure_and_dtype():
    dataset = Dataset.from_tensor_slices(({"a": np.zeros((3, 2), "int8")}, np.arange(3), None))
    x, y, weight = next(iter(dataset.batch(2)))
    assert (x["a"].shape, x["a"].dtype, y.tolist(), weight) == ((2, 2), np.int8, [0, 1], None)


def test_slices_are_copies():
    x = np.zeros(4)
    next(iter(Dataset.from_tensor_slices(x).batch(4)))[:] = 1
    assert not x.any()


def test_a_file_mapped_into_memory_can_be_the_source(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(6))
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert values(Dataset.from_tensor_slices(x).batch(4)) == [[0, 1, 2, 3], [4, 5]]


def test_strings_travel_as_objects():
    batch = next(iter(Dataset.from_tensor_slices(["ä", "long one"]).batch(2)))
    assert batch.dtype == object
    assert batch.tolist() == ["ä", "long one"]


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"same number of samples; these hold \[2, 3\]"):
        Dataset.from_tensor_slices((np.zeros(2), np.zeros(3)))


def test_a_generator_that_was_called_already_is_refused():
    with pytest.raises(ValueError, match="without calling it"):
        Dataset.from_generator(iter([1]))


@pytest.mark.parametrize("source", [Dataset.range(7), stream(7)], ids=["indexed", "stream"])
class TestBothKinds:
    def test_batch(self, source):
        assert values(source.batch(3)) == [[0, 1, 2], [3, 4, 5], [6]]

    def test_batch_without_the_remainder(self, source):
        assert values(source.batch(3, drop_remainder=True)) == [[0, 1, 2], [3, 4, 5]]

    def test_unbatch(self, source):
        assert values(source.batch(3).unbatch()) == list(range(7))
        assert values(source.batch(3, drop_remainder=True).unbatch()) == list(range(6))

    def test_map_samples(self, source):
        assert values(source.map(lambda x: x * 2)) == [0, 2, 4, 6, 8, 10, 12]

    def test_map_many_samples_at_once(self, source):
        sizes = []
        mapped = source.map(lambda x: sizes.append(len(x)) or -x, vectorized=True)
        assert values(mapped.batch(4)) == [[0, -1, -2, -3], [-4, -5, -6]]
        assert sizes == [4, 3]

    def test_map_batches(self, source):
        assert values(source.batch(4).map(np.sum)) == [6, 15]

    def test_map_in_threads_keeps_the_order(self, source):
        square = source.map(lambda x: x**2, num_parallel_calls=3)
        assert values(square.batch(4).map(lambda x: x + 1, AUTOTUNE)) == [
            [1, 2, 5, 10],
            [17, 26, 37],
        ]

    def test_filter(self, source):
        assert values(source.filter(lambda x: x % 3 == 0)) == [0, 3, 6]
        assert values(source.filter(lambda x: x % 3 == 0, vectorized=True)) == [0, 3, 6]
        assert values(source.batch(2).filter(lambda x: len(x) == 2)) == [[0, 1], [2, 3], [4, 5]]

    def test_take_and_skip(self, source):
        assert values(source.take(3)) == [0, 1, 2]
        assert values(source.take(-1).skip(5)) == [5, 6]
        assert values(source.skip(9)) == values(source.take(0)) == []
        assert values(source.batch(3).skip(1).take(1)) == [[3, 4, 5]]

    def test_repeat(self, source):
        assert values(source.repeat(2)) == [*range(7)] * 2
        assert values(source.batch(5).repeat().take(3)) == [
            [0, 1, 2, 3, 4],
            [5, 6],
            [0, 1, 2, 3, 4],
        ]
        assert values(source.repeat(0)) == []

    def test_shards_share_the_elements_out(self, source):
        assert [values(source.shard(3, i)) for i in range(3)] == [[0, 3, 6], [1, 4], [2, 5]]
        assert values(source.batch(2).shard(2, 1)) == [[2, 3], [6]]

    def test_zip(self, source):
        pairs = list(Dataset.zip((source, Dataset.range(10, 14))))
        assert [(int(a), int(b)) for a, b in pairs] == [(0, 10), (1, 11), (2, 12), (3, 13)]

    def test_concatenate(self, source):
        assert values(source.concatenate(Dataset.range(2))) == [*range(7), 0, 1]
        assert values(Dataset.range(2).concatenate(source).batch(3))[0] == [0, 1, 0]

    def test_shuffle_draws_each_element_once_and_anew_in_each_epoch(self, source):
        shuffled = source.shuffle(4)
        first, second = values(shuffled, 0), values(shuffled, 1)
        assert sorted(first) == sorted(second) == list(range(7))
        assert values(shuffled, 0) == first

    def test_a_fixed_seed_gives_fixed_orders(self, source):
        assert values(source.shuffle(4, seed=3)) == values(source.shuffle(4, seed=3))
        frozen = source.shuffle(4, seed=3, reshuffle_each_iteration=False)
        assert values(frozen, 0) == values(frozen, 1)

    def test_prefetch(self, source):
        assert values(source.batch(3).prefetch(AUTOTUNE)) == values(source.batch(3))

    def test_padded_batch(self, source):
        rows = source.take(3).map(lambda n: np.full((n, 2), n))
        batch = next(iter(rows.padded_batch(3)))
        assert batch.shape == (3, 2, 2)
        assert batch[:, 0, 0].tolist() == [0, 1, 2]

    def test_samples_of_different_shapes_make_no_batch(self, source):
        with pytest.raises(ValueError, match=r"\(0,\), \(1,\).*padded_batch"):
            next(iter(source.map(lambda n: np.zeros(n)).batch(2)))

    def test_an_error_names_the_function_and_the_sample(self, source):
        def invert(x):
            return 1 // int(x - 4)

        with pytest.raises(ZeroDivisionError) as caught:
            values(source.map(invert))
        assert "'invert', a step of a data set, sample 4" in caught.value.__notes__[0]


def test_orders_differ_between_epochs_seeds_and_steps():
    twice = Dataset.range(50).shuffle().batch(50)
    assert values(twice, 0) != values(twice, 1)
    other = Dataset.range(50).shuffle().batch(50)
    other.seed = twice.seed + 1
    assert values(twice) != values(other)
    pair = Dataset.zip(Dataset.range(50).shuffle(), Dataset.range(50).shuffle()).batch(50)
    left, right = next(iter(pair))
    assert left.tolist() != right.tolist()


def test_passes_of_a_repeated_data_set_have_orders_of_their_own():
    first, second, third = values(Dataset.range(30).shuffle().batch(30).repeat(3))
    assert first != second != third


def test_iterating_again_is_the_next_epoch():
    dataset = Dataset.range(30).shuffle().batch(30)
    assert next(iter(dataset)).tolist() == values(dataset, 0)[0]
    assert next(iter(dataset)).tolist() == values(dataset, 1)[0]


def test_a_buffer_mixes_a_stream_beyond_its_size():
    order = values(stream(1000).shuffle(100).batch(1000))[0]
    assert sorted(order) == list(range(1000))
    assert order[0] < 112
    distances = np.abs(np.array(order) - np.arange(1000))
    assert distances.mean() > 30


def test_streams_are_not_shuffled_without_a_buffer():
    with pytest.raises(ValueError, match="pass buffer_size"):
        stream(3).shuffle()


def test_rng_depends_on_the_place_not_on_the_threads():
    def noise(x, rng):
        return x + rng.normal()

    dataset = Dataset.range(9)
    dataset.seed = 5
    alone = values(dataset.map(noise), epoch=2)
    assert values(dataset.map(noise, num_parallel_calls=4).batch(4), epoch=2) == [
        alone[:4],
        alone[4:8],
        alone[8:],
    ]
    assert values(dataset.map(noise), epoch=3) != alone
    assert len(set(np.subtract(alone, range(9)))) == 9


def test_a_vectorized_function_before_batch_cannot_take_rng():
    with pytest.raises(ValueError, match="Use it after `batch`"):
        Dataset.range(3).map(lambda x, rng: x, vectorized=True)


def test_vectorized_functions_must_return_a_result_for_each_sample():
    with pytest.raises(ValueError, match="got 3 samples and returned 2"):
        values(Dataset.range(3).map(lambda x: x[:2], vectorized=True))
    with pytest.raises(ValueError, match="a bool for each of the 3 samples"):
        values(Dataset.range(3).filter(lambda x: x, vectorized=True))
    with pytest.raises(ValueError, match="one bool for an element"):
        values(Dataset.range(3).filter(lambda x: np.array([True, False])))


@pytest.mark.parametrize(
    ("dataset", "cardinality"),
    [
        (Dataset.range(10), 10),
        (Dataset.range(10).batch(4), 3),
        (Dataset.range(10).batch(4, drop_remainder=True), 2),
        (Dataset.range(10).skip(3).take(5).shard(2, 1), 2),
        (Dataset.range(10).repeat(3).shuffle().map(abs), 30),
        (Dataset.range(10).repeat(), -1),
        (Dataset.range(10).repeat().batch(2).take(7), 7),
        (Dataset.range(10).concatenate(Dataset.range(2)).prefetch(), 12),
        (Dataset.zip(Dataset.range(10), Dataset.range(4)), 4),
        (Dataset.range(10).filter(bool), -2),
        (stream(3).batch(2), -2),
        (stream(3).repeat(), -1),
        (Dataset.range(0).repeat(), 0),
    ],
)
def test_cardinality(dataset, cardinality):
    assert dataset.cardinality() == cardinality
    assert dataset.num_batches == (cardinality if cardinality >= 0 else None)
    assert bool(dataset)


def test_an_unknown_length_is_a_type_error():
    with pytest.raises(TypeError, match="unknown"):
        len(stream(3))
    with pytest.raises(TypeError, match="endless"):
        len(Dataset.range(3).repeat())


def test_element_spec_and_repr():
    dataset = Dataset.from_tensor_slices((np.zeros((4, 2), "float32"), np.arange(4))).batch(2)
    x, y = dataset.element_spec
    assert (x.shape, x.dtype, y.shape) == ((None, 2), np.float32, (None,))
    assert repr(dataset) == "<Dataset of batches, length 2>"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda d: d.batch(0), "batch_size must be an int of at least 1; got 0"),
        (lambda d: d.batch(2.5), "batch_size must be an int"),
        (lambda d: d.batch(2).batch(2), "gives batches already"),
        (lambda d: d.unbatch(), "no batches to take apart"),
        (lambda d: d.take(-2), "count must be"),
        (lambda d: d.shard(2, 2), "index must be from 0 to 1"),
        (lambda d: d.map(abs, num_parallel_calls=0), "num_parallel_calls must be positive"),
        (lambda d: d.concatenate(d.batch(2)), "samples and of batches"),
        (lambda d: Dataset.zip(d, d.batch(2)), "samples and of batches"),
        (lambda d: d.prefetch(0), "buffer_size must be"),
    ],
)
def test_nonsense_is_refused(step, message):
    with pytest.raises(ValueError, match=message):
        step(Dataset.range(4))


def test_class_names_outlive_the_steps():
    dataset = Dataset.range(4)
    dataset.class_names = ["a", "b"]
    assert dataset.shuffle().batch(2).prefetch().class_names == ["a", "b"]


def test_the_default_shard_is_that_of_the_process():
    assert values(Dataset.range(3).shard()) == [0, 1, 2]


def test_an_endless_pass_without_elements_ends():
    assert values(stream(0).repeat()) == []


def test_prefetch_hands_on_errors_and_stops_when_left():
    def numbers():
        yield 1
        raise OSError("the disk is gone")

    iterator = iter(Dataset.from_generator(numbers).map(abs).batch(1).prefetch(3))
    with pytest.raises(OSError, match="the disk is gone"):
        list(iterator)
    endless = iter(Dataset.range(2).repeat().batch(1).prefetch(2))
    next(endless)
    endless.close()


def test_a_data_set_runs_without_jax():
    program = (
        "import sys; from cornu.data import Dataset;"
        "list(Dataset.range(9).shuffle().map(lambda x: x).batch(2).prefetch());"
        "sys.exit('jax' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
