"""Feeds of arrays."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.data import ArrayFeed, make_feed, train_validation_split


def rows(feed, epoch=0, start=0):
    return [np.asarray(x).tolist() for x, _, _ in feed.batches(epoch, start)]


def test_batches_in_order_with_a_smaller_last_one():
    feed = make_feed(np.arange(5), np.arange(5), batch_size=2, shuffle=False)
    assert rows(feed) == [[0, 1], [2, 3], [4]]
    assert (feed.steps, feed.num_samples, feed.batch_size) == (3, 5, 2)


@given(st.integers(1, 40), st.integers(1, 12), st.sampled_from([True, "batch"]), st.integers(0, 5))
def test_each_epoch_is_a_permutation(count, size, shuffle, epoch):
    feed = ArrayFeed(np.arange(count), batch_size=size, shuffle=shuffle, seed=3)
    assert sorted(x for batch in rows(feed, epoch) for x in batch) == list(range(count))
    assert feed.order(epoch).dtype == np.int32


def test_order_depends_on_seed_and_epoch_only():
    first, second = (ArrayFeed(np.arange(50), seed=1) for _ in range(2))
    assert first.order(3).tolist() == second.order(3).tolist()
    assert first.order(3).tolist() != first.order(4).tolist()
    assert first.order(3).tolist() != ArrayFeed(np.arange(50), seed=2).order(3).tolist()


def test_batch_shuffle_keeps_batches_together():
    feed = ArrayFeed(np.arange(11), batch_size=3, shuffle="batch", seed=0)
    batches = rows(feed)
    assert sorted(batches[:3]) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert batches[3] == [9, 10]


def test_start_leaves_batches_out():
    feed = ArrayFeed(np.arange(7), batch_size=2, seed=0)
    assert rows(feed, 2, start=2) == rows(feed, 2)[2:]


def test_steps_split_a_pass_over_epochs():
    feed = make_feed(np.arange(7), batch_size=2, shuffle=False, steps=3)
    assert rows(feed, 0) == [[0, 1], [2, 3], [4, 5]]
    with pytest.warns(UserWarning, match="ran out after 1 of 3 batches"):
        assert rows(feed, 1) == [[6]]
    assert rows(feed, 2) == [[0, 1], [2, 3], [4, 5]]


def test_example_is_the_first_batch():
    x, y, sample_weight = make_feed(np.arange(4), batch_size=2).peek()
    assert x.tolist() == [0, 1]
    assert y is None
    assert sample_weight is None


def test_floats_become_the_default_float_type_and_others_stay():
    data = {"a": np.zeros(2), "b": np.zeros(2, "uint8"), "c": np.array(["x", "y"])}
    x = make_feed(data).arrays[0]
    assert (x["a"].dtype, x["b"].dtype, x["c"].dtype.kind) == (np.float32, np.uint8, "U")


def test_structures_of_inputs():
    x = {"a": np.zeros((4, 2)), "b": [np.ones(4), jnp.ones((4, 1))]}
    example = make_feed(x, (np.zeros(4), np.ones(4)), batch_size=3).peek()
    assert example[0]["b"][1].shape == (3, 1)
    assert example[1][0].shape == (3,)


def test_lists_of_numbers_are_arrays():
    feed = make_feed([[1.0, 2.0], [3.0, 4.0]], [0, 1])
    assert feed.arrays[0].shape == (2, 2)
    assert feed.arrays[1].shape == (2,)


def test_data_frames_and_their_columns():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [3, 4]})
    feed = make_feed(frame, frame["a"])
    assert feed.arrays[0].tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert feed.arrays[1].shape == (2, 1)


def test_torch_like_tensors():
    class Tensor:
        shape, dtype = (3,), "float32"

        def detach(self):
            return self

        def cpu(self):
            return self

        def numpy(self):
            return np.ones(3, "float32")

    assert make_feed(Tensor()).num_samples == 3


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (np.array([0, 1, 2]), [0.5, 1.0, 3.0]),
        (np.array([[0.0], [2.0], [0.0]]), [0.5, 3.0, 0.5]),
        (np.eye(3), [0.5, 1.0, 3.0]),
    ],
)
def test_class_weights_become_sample_weights(y, expected):
    feed = make_feed(np.zeros(3), y, class_weight={0: 0.5, 2: 3.0})
    assert feed.arrays[2].tolist() == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": np.zeros(3), "y": np.zeros(2)}, "x has 3, y has 2"),
        ({"x": np.zeros((0, 2))}, "no data"),
        ({"x": np.float32(1)}, "single number"),
        ({"x": "text"}, "type str"),
        ({"x": 3}, "type int"),
        ({"x": None}, "type NoneType"),
        ({"x": {"a": object()}}, "type dict"),
        ({"x": [[1, 2], [1]]}, "differ in length"),
        ({"x": np.zeros(3), "batch_size": 0}, "batch_size must be"),
        ({"x": np.zeros(3), "steps": 0}, "steps in an epoch"),
        ({"x": np.zeros(3), "shuffle": "yes"}, "shuffle must be"),
        ({"x": np.zeros(3), "class_weight": {0: 1.0}}, "needs targets y"),
        (
            {
                "x": np.zeros(3),
                "y": np.zeros(3),
                "class_weight": {0: 1.0},
                "sample_weight": np.ones(3),
            },
            "not both",
        ),
        ({"x": np.array([1, "a", None], object)}, "not all numbers"),
    ],
)
def test_errors_say_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_feed(**arguments)


def test_split_takes_the_last_part():
    data = (np.arange(10), {"a": np.arange(10)}, None)
    (x, y, _), (last_x, last_y, weight) = train_validation_split(data, 0.25)
    assert (x.tolist(), last_x.tolist()) == (list(range(7)), [7, 8, 9])
    assert last_y["a"].tolist() == [7, 8, 9]
    assert (len(y["a"]), weight) == (7, None)


@pytest.mark.parametrize(
    ("data", "share", "message"),
    [
        (np.zeros(3), 1.0, "a number between 0 and 1"),
        (np.zeros(3), 0.0, "a number between 0 and 1"),
        (np.zeros(1), 0.5, "no samples for training"),
        ((i for i in range(3)), 0.5, "needs arrays"),
    ],
)
def test_split_errors(data, share, message):
    with pytest.raises(ValueError, match=message):
        train_validation_split(data, share)
