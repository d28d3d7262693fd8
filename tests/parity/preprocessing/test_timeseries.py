"""`TimeseriesGenerator` beside Keras's."""

import numpy as np
import pytest
from keras.src.legacy.preprocessing.sequence import TimeseriesGenerator as Oracle

from cornu.preprocessing.timeseries import TimeseriesGenerator

SERIES = np.random.default_rng(0).normal(size=(30, 2))
TARGETS = np.arange(30)


@pytest.mark.parametrize(
    "arguments",
    [
        {"length": 5},
        {"length": 6, "sampling_rate": 2, "batch_size": 4},
        {"length": 4, "stride": 3, "batch_size": 3},
        {"length": 5, "start_index": 3, "end_index": 20, "batch_size": 7},
        {"length": 5, "sampling_rate": 3, "reverse": True},
        {"length": 5, "shuffle": True, "batch_size": 6},
    ],
)
def test_all_batches(arguments):
    a, b = TimeseriesGenerator(SERIES, TARGETS, **arguments), Oracle(SERIES, TARGETS, **arguments)
    assert len(a) == len(b)
    for index in range(len(a)):
        np.random.seed(index)  # noqa: NPY002 (both draw from it)
        ours = a[index]
        np.random.seed(index)  # noqa: NPY002
        theirs = b[index]
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])
