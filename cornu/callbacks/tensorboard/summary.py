"""The messages that TensorBoard's plugins read: `Event`, `Summary`, `TensorProto`.

The field numbers are those of TensorBoard's `event.proto`, `summary.proto` and `tensor.proto`.
"""

from __future__ import annotations

import numpy as np

from cornu.engine.formats.protobuf import bytes_field, double_field, integer_field

# DataType in types.proto.
DT_FLOAT, DT_DOUBLE, DT_STRING = 1, 2, 7
# DataClass in summary.proto: how TensorBoard samples a series.
CLASS_OF_PLUGIN = {"scalars": 1, "histograms": 2, "text": 2, "images": 3, "graph_keras_model": 3}

HISTOGRAM_BUCKETS = 30


def version_event(wall_time: float) -> bytes:
    """The event that every file starts with."""
    return double_field(1, wall_time) + bytes_field(3, b"brain.Event:2")


def summary_event(
    wall_time: float, step: int, tag: str, plugin: str, tensor: bytes, plugin_content: bytes = b""
) -> bytes:
    """An event with one value for one plugin; `tensor` is an encoded `TensorProto`."""
    plugin_data = bytes_field(1, plugin.encode()) + bytes_field(2, plugin_content)
    metadata = bytes_field(1, plugin_data) + integer_field(4, CLASS_OF_PLUGIN[plugin])
    value = bytes_field(1, tag.encode()) + bytes_field(8, tensor) + bytes_field(9, metadata)
    summary = bytes_field(1, value)
    return double_field(1, wall_time) + integer_field(2, step) + bytes_field(5, summary)


def float_tensor(value: float) -> bytes:
    """A float32 scalar; infinite where float32 cannot hold the number."""
    with np.errstate(over="ignore"):
        content = np.asarray(value, "<f4").tobytes()
    return integer_field(1, DT_FLOAT) + bytes_field(2, b"") + bytes_field(4, content)


def double_tensor(array: np.ndarray) -> bytes:
    """A float64 array of any shape."""
    content = array.astype("<f8").tobytes()
    return integer_field(1, DT_DOUBLE) + shape_field(array.shape) + bytes_field(4, content)


def string_tensor(*strings: bytes) -> bytes:
    """Byte strings: a scalar where there is one, else a vector."""
    shape = () if len(strings) == 1 else (len(strings),)
    content = b"".join(bytes_field(8, string) for string in strings)
    return integer_field(1, DT_STRING) + shape_field(shape) + content


def shape_field(shape: tuple[int, ...]) -> bytes:
    return bytes_field(2, b"".join(bytes_field(2, integer_field(1, size)) for size in shape))


def histogram_buckets(values: np.ndarray) -> np.ndarray:
    """Rows (buckets, 3) of left edge, right edge and count over the finite ones of `values`.

    As TensorBoard's own writer has it, all counts are zero where there is no value, and where all
    values are equal, all but the last.
    """
    values = np.asarray(values, np.float64).ravel()
    # Nearer to its limit, float64 overflows on the way to the edges.
    values = np.clip(values[np.isfinite(values)], -1e300, 1e300)
    if values.size == 0:
        return np.zeros((HISTOGRAM_BUCKETS, 3))
    low, high = values.min(), values.max()
    # Where values differ by rounding only, float64 has no room for edges between them.
    if high - low < 1000 * np.spacing(max(-low, high)):
        edges = np.full(HISTOGRAM_BUCKETS, high)
        counts = np.zeros(HISTOGRAM_BUCKETS)
        counts[-1] = values.size
        return np.stack([edges, edges, counts], axis=1)
    counts, edges = np.histogram(values, HISTOGRAM_BUCKETS, (low, high))
    return np.stack([edges[:-1], edges[1:], counts], axis=1)
