"""Windows over a time series, gathered when a batch is made: the series is never copied whole."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from cornu.data.pipeline import Dataset
from cornu.data.pipeline.stage import Indexed, Run
from cornu.data.py_dataset import PyDataset


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Dataset:
    """Make a data set of windows over a series.

    Window number `i` holds the steps `i * sequence_stride + j * sampling_rate` for `j` from 0 to
    `sequence_length - 1`, and comes with `targets[i * sequence_stride]`. To forecast the value
    right after the window, pass the series as `data` and `series[n:]` as `targets`, where `n` is
    `(sequence_length - 1) * sampling_rate + 1`.

    Args:
        data: series of shape (steps, ...).
        targets: the target of the window that begins at each step; None for windows alone.
        sequence_length: steps in a window.
        sequence_stride: steps from one window's begin to the next.
        sampling_rate: steps of the series from one step of a window to the next.
        batch_size: windows in a batch; None for single windows.
        shuffle: whether to give the windows in a new order in each pass.
        seed: fixes these orders.
        start_index: steps before it are not used.
        end_index: steps from it on are not used.
        format: `"tf"` or `"grain"`, Keras's choice of a library; it makes no difference here.

    Returns:
        A `cornu.data.Dataset` of `(windows, targets)`, or of windows.

    Raises:
        ValueError: for limits outside of the series, strides below 1, or a window longer than
            what is used of the series.

    >>> series = np.arange(8)
    >>> windows = keras.utils.timeseries_dataset_from_array(
    ...     series, series[3:], sequence_length=3, batch_size=3
    ... )
    >>> for x, y in windows:
    ...     print(x.tolist(), y.tolist())
    [[0, 1, 2], [1, 2, 3], [2, 3, 4]] [3, 4, 5]
    [[3, 4, 5], [4, 5, 6]] [6, 7]
    """
    if format not in ("tf", "grain"):
        raise ValueError(f"format must be 'tf' or 'grain'; got {format!r}.")
    for name, value in (
        ("sequence_length", sequence_length),
        ("sequence_stride", sequence_stride),
        ("sampling_rate", sampling_rate),
    ):
        if value < 1:
            raise ValueError(f"{name} must be at least 1; got {value}.")
    data = np.asarray(data)
    start = 0 if start_index is None else start_index
    end = len(data) if end_index is None else end_index
    if not 0 <= start < end <= len(data):
        raise ValueError(
            f"start_index and end_index must mark a part of the {len(data)} steps; got "
            f"{start_index} and {end_index}."
        )
    used = (data[start:end], None if targets is None else np.asarray(targets)[start:end])
    windows = Windows(*used, sequence_length, sequence_stride, sampling_rate)
    dataset = Dataset(windows, seed)
    if shuffle:
        dataset = dataset.shuffle(seed=seed)
    return dataset if batch_size is None else dataset.batch(batch_size)


class Windows(Indexed):
    """Windows by index; arguments as of `timeseries_dataset_from_array`."""

    def __init__(
        self,
        data: np.ndarray,
        targets: np.ndarray | None,
        sequence_length: int,
        sequence_stride: int,
        sampling_rate: int,
    ):
        begins = len(data) - (sequence_length - 1) * sampling_rate
        if targets is not None:
            begins = min(begins, len(targets))
        if begins < 1:
            raise ValueError(
                f"A window of {sequence_length} steps at sampling_rate={sampling_rate} spans "
                f"{(sequence_length - 1) * sampling_rate + 1} steps, but {len(data)} steps of data"
                + ("" if targets is None else f" and {len(targets)} targets")
                + " are used. Give more data, or a shorter window."
            )
        self.data = data
        self.targets = targets
        self.stride = sequence_stride
        self.steps = np.arange(sequence_length) * sampling_rate
        self.length = -(-begins // sequence_stride)

    def get(self, run: Run, indices: np.ndarray) -> Any:
        """The windows at these indices, with their targets."""
        begins = np.asarray(indices) * self.stride
        windows = self.data[begins[:, None] + self.steps]
        return windows if self.targets is None else (windows, self.targets[begins])


class TimeseriesGenerator(PyDataset):
    """Batches of windows over a series with the target that follows each, as in Keras 2.

    The window for the target at step `t` holds the steps from `t - length` up to `t - 1`. New code
    is better off with `utils.timeseries_dataset_from_array`.

    Args:
        data: series of shape (steps, ...).
        targets: a target per step.
        length: steps of the series that a window spans.
        sampling_rate: steps of the series from one step of a window to the next.
        stride: steps from one window to the next.
        start_index: steps before it are not used.
        end_index: the last step with a target; that of the series for None.
        shuffle: whether to draw windows by chance, from NumPy's global generator.
        reverse: whether the steps of a window go back in time.
        batch_size: windows in a batch.
        **kwargs: arguments of `PyDataset`.

    Raises:
        ValueError: if the lengths differ, or no window fits between the limits.

    >>> from cornu.preprocessing.timeseries import TimeseriesGenerator
    >>> series = np.arange(6)
    >>> batches = TimeseriesGenerator(series, series, length=3, batch_size=2)
    >>> [part.tolist() for part in batches[0]]
    [[[0, 1, 2], [1, 2, 3]], [3, 4]]
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(
                f"data and targets must have one length; got {len(data)} and {len(targets)}."
            )
        self.data = np.asarray(data)
        self.targets = np.asarray(targets)
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"No window fits: start_index + length is {self.start_index}, beyond end_index, "
                f"{self.end_index}."
            )

    def __len__(self) -> int:
        return -(-(self.end_index - self.start_index + 1) // (self.batch_size * self.stride))

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        if self.shuffle:
            rows = np.random.randint(  # noqa: NPY002 (`utils.set_random_seed` seeds it)
                self.start_index, self.end_index + 1, size=self.batch_size
            )
        else:
            first = self.start_index + self.batch_size * self.stride * index
            end = min(first + self.batch_size * self.stride, self.end_index + 1)
            rows = np.arange(first, end, self.stride)
        steps = np.arange(-self.length, 0, self.sampling_rate)
        samples = self.data[rows[:, None] + (steps[::-1] if self.reverse else steps)]
        return samples, self.targets[rows]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, with the arrays as JSON."""
        return {
            "data": json.dumps(self.data.tolist()),
            "targets": json.dumps(self.targets.tolist()),
            "length": self.length,
            "sampling_rate": self.sampling_rate,
            "stride": self.stride,
            "start_index": self.start_index - self.length,
            "end_index": self.end_index,
            "shuffle": self.shuffle,
            "reverse": self.reverse,
            "batch_size": self.batch_size,
        }

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as JSON; `kwargs` go to `json.dumps`."""
        config = {"class_name": type(self).__name__, "config": self.get_config()}
        return json.dumps(config, **kwargs)
