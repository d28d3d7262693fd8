"""Data sets written as published programs write them for `tf.data`."""

import pickle

import numpy as np
import pytest

import cornu as keras
from cornu.data import AUTOTUNE, ArraySpec, Dataset


def values(dataset):
    return [np.asarray(element).tolist() for element in dataset.iterate(0)]


def stream(count):
    return Dataset.from_generator(lambda: iter(range(count)))


BOTH = pytest.mark.parametrize("source", [Dataset.range(7), stream(7)], ids=["indexed", "stream"])


class TestWhatIterationGives:
    def test_arrays_numbers_and_strings_know_numpy(self):
        images, labels = np.ones((4, 2, 2), "float32"), np.arange(4)
        for x, y in Dataset.from_tensor_slices((images, labels)).batch(4).take(1):
            assert type(x.numpy()) is np.ndarray
            assert x[0].numpy().astype("uint8").tolist() == [[1, 1], [1, 1]]
            assert [int(label.numpy()) for label in y] == [0, 1, 2, 3]
            assert y[1].numpy() == 1
        words = [word.numpy().decode() for word in Dataset.from_tensor_slices(["a", "ä"])]
        assert words == ["a", "ä"]

    def test_one_label_counts_in_a_dict_and_indexes_a_list(self):
        names, counts = ["cat", "dog"], {}
        for label in Dataset.from_tensor_slices([1, 0, 1]):
            counts[label] = counts.get(label, 0) + 1
            assert names[label] in names
        assert counts == {1: 2, 0: 1}

    def test_values_are_computed_with_and_given_to_models(self):
        x = next(iter(Dataset.from_tensor_slices(np.ones((4, 3), "float32")).batch(4)))
        assert float((x / 2).mean().numpy()) == 0.5
        assert f"{x.sum():.1f}" == "12.0"
        assert keras.layers.Dense(2)(x).shape == (4, 2)
        assert float(keras.ops.sum(x)) == 12.0
        assert type(pickle.loads(pickle.dumps(x))) is np.ndarray

    def test_plain_arrays_on_demand(self):
        dataset = Dataset.range(4).batch(2)
        assert all(type(x) is np.ndarray for x in dataset.as_numpy_iterator())

    def test_cardinality_and_spec(self):
        dataset = Dataset.range(10).batch(4)
        assert dataset.cardinality().numpy() == len(dataset) == 3
        assert (dataset.repeat().cardinality(), stream(3).cardinality()) == (-1, -2)
        pairs = Dataset.from_tensor_slices((np.ones((4, 3), "float32"), np.arange(4))).batch(2)
        assert pairs.element_spec[0].shape == (None, 3)


@BOTH
class TestSteps:
    def test_arguments_of_tf_data_are_taken(self, source):
        dataset = source.map(lambda x: x + 1, num_parallel_calls=AUTOTUNE, deterministic=False)
        dataset = dataset.cache("").shuffle(7, seed=1, reshuffle_each_iteration=True)
        dataset = dataset.batch(3, drop_remainder=False, num_parallel_calls=AUTOTUNE)
        dataset = dataset.prefetch(buffer_size=AUTOTUNE).with_options(object())
        assert sorted(np.concatenate(values(dataset)).tolist()) == list(range(1, 8))

    def test_rebatch(self, source):
        assert values(source.batch(3).rebatch(5)) == [[0, 1, 2, 3, 4], [5, 6]]
        assert values(source.batch(3).rebatch(5, drop_remainder=True)) == [[0, 1, 2, 3, 4]]

    def test_enumerate(self, source):
        assert [(int(i), int(x)) for i, x in source.skip(5).enumerate(start=3)] == [(3, 5), (4, 6)]
        assert [(int(i), x.tolist()) for i, x in source.batch(4).enumerate()] == [
            (0, [0, 1, 2, 3]),
            (1, [4, 5, 6]),
        ]
        assert source.enumerate().cardinality() == source.cardinality()

    def test_zip_of_several_and_nested(self, source):
        triples = Dataset.zip(source, source, source)
        assert [tuple(map(int, row)) for row in triples][:2] == [(0, 0, 0), (1, 1, 1)]
        nested = Dataset.zip((source, {"a": source, "b": (source, source)})).batch(4)
        first, rest = next(iter(nested))
        assert first.tolist() == rest["b"][1].tolist() == [0, 1, 2, 3]
        batches = Dataset.zip({"x": source.batch(4), "y": source.batch(4)})
        assert next(iter(batches))["y"].tolist() == [0, 1, 2, 3]

    def test_windows_over_a_series(self, source):
        windows = source.window(4, shift=2, drop_remainder=True).flat_map(lambda w: w.batch(4))
        assert values(windows) == [[0, 1, 2, 3], [2, 3, 4, 5]]
        pairs = windows.map(lambda w: (w[:-1], w[-1])).batch(2)
        x, y = next(iter(pairs))
        assert (x.tolist(), y.tolist()) == ([[0, 1, 2], [2, 3, 4]], [3, 5])

    def test_windows_with_remainder_and_stride(self, source):
        assert [[int(x) for x in w] for w in source.window(3)] == [[0, 1, 2], [3, 4, 5], [6]]
        strided = source.window(3, shift=4, stride=2)
        assert [[int(x) for x in w] for w in strided] == [[0, 2, 4], [4, 6]]
        assert [len(w) for w in source.window(2, shift=5)] == [2, 2]

    def test_windows_are_the_same_from_any_place(self, source):
        windows = source.window(3, shift=1).flat_map(lambda w: w.padded_batch(3))
        assert [x.tolist() for x in windows.iterate(0, start=4)] == values(windows)[4:]
        late = source.window(3, shift=1).iterate(0, start=4)
        assert [[int(x) for x in window] for window in late] == [[4, 5, 6], [5, 6], [6]]

    def test_interleave(self, source):
        dataset = source.take(3).interleave(
            lambda n: Dataset.range(int(n) * 10, int(n) * 10 + 3),
            cycle_length=2,
            block_length=2,
            num_parallel_calls=AUTOTUNE,
            deterministic=True,
        )
        assert values(dataset) == [0, 1, 10, 11, 2, 12, 20, 21, 22]

    def test_flat_map_of_pairs(self, source):
        pairs = Dataset.zip(source, source).flat_map(
            lambda a, b: Dataset.from_tensor_slices((np.stack([a, b]), np.stack([b, a])))
        )
        assert [(int(a), int(b)) for a, b in pairs][:3] == [(0, 0), (0, 0), (1, 1)]

    def test_scan_reduce_and_take_while(self, source):
        assert values(source.scan(0, lambda s, x: (s + x, s + x))) == [0, 1, 3, 6, 10, 15, 21]
        assert int(source.reduce(0, lambda total, x: total + x).numpy()) == 21
        assert values(source.take_while(lambda x: x < 3)) == [0, 1, 2]
        assert values(source.batch(3).take_while(lambda x: x.sum() < 5)) == [[0, 1, 2]]
        assert values(source.apply(lambda dataset: dataset.take(2))) == [0, 1]


class TestPaddedBatch:
    ROWS = [([1, 2, 3], 0), ([4], 1)]

    def dataset(self):
        return Dataset.from_generator(lambda: iter(self.ROWS)).map(lambda x, y: (x, y))

    def test_shapes_and_values(self):
        padded = self.dataset().padded_batch(2, padded_shapes=([5], []), padding_values=(-1, 0))
        x, y = next(iter(padded))
        assert x.tolist() == [[1, 2, 3, -1, -1], [4, -1, -1, -1, -1]]
        assert y.tolist() == [0, 1]

    def test_none_stands_for_the_longest(self):
        x, _ = next(iter(self.dataset().padded_batch(2, ([None], ()), drop_remainder=True)))
        assert x.tolist() == [[1, 2, 3], [4, 0, 0]]

    def test_one_value_for_all(self):
        boxes = Dataset.from_generator(lambda: iter([np.ones((2, 4)), np.ones((1, 4))]))
        assert next(iter(boxes.padded_batch(2, padding_values=1e-8)))[1, 1, 0] == 1e-8

    @pytest.mark.parametrize(
        "arguments, said",
        [
            ({"padded_shapes": ([2], [])}, "longer than padded_shapes"),
            ({"padded_shapes": ([2, 2], [])}, "for samples with 1 axes"),
            ({"padded_shapes": ([2],)}, "padded_shapes has 1 entries, but an element has 2 parts"),
            ({"padded_shapes": True}, "pass drop_remainder by its name"),
        ],
    )
    def test_mistakes(self, arguments, said):
        with pytest.raises(ValueError, match=said):
            next(iter(self.dataset().padded_batch(2, **arguments)))


class TestSources:
    def test_a_generator_with_a_signature(self):
        def rows(count):
            for i in range(count):
                yield [i, i], i

        signature = (ArraySpec((2,), "float32"), ArraySpec((), "int32"))
        dataset = Dataset.from_generator(rows, args=(3,), output_signature=signature)
        x, y = next(iter(dataset.batch(3)))
        assert (x.dtype, y.dtype, x.tolist()) == (np.float32, np.int32, [[0, 0], [1, 1], [2, 2]])
        typed = Dataset.from_generator(rows, ("float32", "int32"), ([2], []), args=(1,))
        assert next(iter(typed))[0].dtype == np.float32

    def test_what_breaks_the_signature_is_told(self):
        wrong = Dataset.from_generator(
            lambda: iter([np.zeros(3)]), output_signature=ArraySpec((2,), "float32")
        )
        with pytest.raises(ValueError, match=r"shape \(3,\), but the signature says \(2,\)"):
            next(iter(wrong))
        with pytest.raises(ValueError, match="The signature has 2 parts, but the generator gave"):
            next(iter(Dataset.from_generator(lambda: iter([1]), ("int32", "int32"))))

    def test_one_element(self):
        assert values(Dataset.from_tensors([1, 2]).repeat(2)) == [[1, 2], [1, 2]]

    def test_files(self, tmp_path):
        for name in "ab":
            (tmp_path / f"{name}.txt").write_text(name)
        found = Dataset.list_files(str(tmp_path / "*.txt"), shuffle=False)
        assert [path[-5:] for path in found] == ["a.txt", "b.txt"]
        with pytest.raises(ValueError, match="found no file"):
            Dataset.list_files(str(tmp_path / "*.png"))


MISTAKES = {
    "flat_map without a data set": (
        lambda d: list(d.flat_map(lambda x: x)),
        "must return a Dataset for each element",
    ),
    "window of batches": (lambda d: d.batch(2).window(2), "window takes samples"),
    "window of nothing": (lambda d: d.window(0), "size must be an int of at least 1"),
    "zip of arrays": (lambda d: Dataset.zip(d, np.ones(2)), "zip takes data sets"),
    "rebatch of samples": (lambda d: d.rebatch(2), "no batches to take apart"),
}


@pytest.mark.parametrize("act, said", MISTAKES.values(), ids=MISTAKES)
def test_mistakes(act, said):
    with pytest.raises(ValueError, match=said):
        act(Dataset.range(4))


def test_a_model_is_trained_on_windows_of_a_series():
    series = np.sin(np.arange(200) / 10).astype("float32")
    dataset = Dataset.from_tensor_slices(series).window(11, shift=1, drop_remainder=True)
    dataset = dataset.flat_map(lambda window: window.batch(11)).shuffle(50)
    dataset = dataset.map(lambda window: (window[:-1], window[-1:])).batch(32).prefetch(1)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("adam", "mse")
    history = model.fit(dataset, epochs=2, verbose=0).history
    assert history["loss"][1] < history["loss"][0]
