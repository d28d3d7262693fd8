"""Windows over a series."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cornu as keras
from cornu.preprocessing.timeseries import TimeseriesGenerator

SERIES = np.arange(40).reshape(20, 2)
TARGETS = np.arange(20) * 10


@given(
    length=st.integers(1, 5),
    stride=st.integers(1, 4),
    rate=st.integers(1, 3),
    start=st.integers(0, 3),
    end=st.integers(16, 20),
)
def test_windows_are_slices_of_the_series(length, stride, rate, start, end):
    windows = keras.utils.timeseries_dataset_from_array(
        SERIES,
        TARGETS,
        length,
        sequence_stride=stride,
        sampling_rate=rate,
        batch_size=100,
        start_index=start,
        end_index=end,
    )
    ((x, y),) = windows
    begins = range(start, end - (length - 1) * rate, stride)
    np.testing.assert_array_equal(
        x, [SERIES[begin : begin + length * rate : rate] for begin in begins]
    )
    np.testing.assert_array_equal(y, [TARGETS[begin] for begin in begins])


def test_windows_without_targets():
    (x,) = keras.utils.timeseries_dataset_from_array(SERIES, None, 18)
    assert x.shape == (3, 18, 2)


def test_targets_may_end_before_the_series():
    ((x, y),) = keras.utils.timeseries_dataset_from_array(SERIES, TARGETS[:4], 3)
    assert (len(x), y.tolist()) == (4, [0, 10, 20, 30])


def test_single_windows():
    windows = keras.utils.timeseries_dataset_from_array(SERIES, TARGETS, 3, batch_size=None)
    x, y = next(iter(windows))
    assert (x.shape, int(y)) == ((3, 2), 0)


def test_shuffled_windows_are_all_there_in_an_order_that_the_seed_fixes():
    def order():
        windows = keras.utils.timeseries_dataset_from_array(
            SERIES, TARGETS, 3, batch_size=5, shuffle=True, seed=3
        )
        return np.concatenate([y for _, y in windows])

    assert order().tolist() == order().tolist()
    assert order().tolist() != TARGETS[:18].tolist()
    assert sorted(order().tolist()) == TARGETS[:18].tolist()


def test_series_is_not_copied():
    windows = keras.utils.timeseries_dataset_from_array(SERIES, TARGETS, 3)
    assert np.shares_memory(windows._stage.parent.data, SERIES)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"sequence_length": 0}, "sequence_length must be at least 1"),
        ({"sequence_stride": 0}, "sequence_stride must be at least 1"),
        ({"sampling_rate": -1}, "sampling_rate must be at least 1"),
        ({"start_index": 20}, "start_index and end_index"),
        ({"start_index": 5, "end_index": 5}, "start_index and end_index"),
        ({"end_index": 21}, "start_index and end_index"),
        ({"sequence_length": 21}, "A window of 21 steps"),
        ({"format": "torch"}, "format must be"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        keras.utils.timeseries_dataset_from_array(
            SERIES, TARGETS, **{"sequence_length": 3, **arguments}
        )


def test_generator_can_be_made_again_from_its_config():
    batches = TimeseriesGenerator(SERIES, TARGETS, length=4, start_index=2, batch_size=3)
    config = json.loads(batches.to_json())["config"]
    arrays = {name: json.loads(config.pop(name)) for name in ("data", "targets")}
    again = TimeseriesGenerator(**arrays, **config)
    assert len(again) == len(batches)
    np.testing.assert_array_equal(again[1][0], batches[1][0])


def test_generator_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="one length"):
        TimeseriesGenerator(SERIES, TARGETS[:3], length=4)
    with pytest.raises(ValueError, match="No window fits"):
        TimeseriesGenerator(SERIES, TARGETS, length=20)
