"""The layers of several columns adapted in one pass over the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.core.layer import Layer
from cornu.data.pipeline.dataset import Dataset
from cornu.data.tables import column_names, column_to_array, is_frame, is_table
from cornu.layers import Discretization, Normalization

SAMPLES_IN_BATCH = 4096


def needs_adapting(layer: Any) -> bool:
    """Whether a layer has something to learn from data that was not given to its constructor."""
    if not hasattr(layer, "adapt"):
        return False
    if isinstance(layer, Normalization):
        return layer.input_mean is None
    if isinstance(layer, Discretization):
        return layer.num_bins is not None
    inner = getattr(layer, "_lookup_layer", layer)
    return not getattr(inner, "_has_input_vocabulary", False)


def adapt_layers(layers: dict[str, Layer], data: Any, owner: str) -> None:
    """Adapt each layer to the column of its name.

    Args:
        layers: dict from the columns' names to layers. Those that take batches one by one share
            one pass over the data; each of the others gets a pass of its own.
        data: dict of columns, frame, or iterable of dicts of columns; of tuples the first part is
            used.
        owner: what to call the caller in messages.

    Raises:
        ValueError: if a column is missing, or there are no data.
        TypeError: if the data hold no dicts.
    """
    by_batch = {name: layer for name, layer in layers.items() if hasattr(layer, "update_state")}
    for layer in by_batch.values():
        layer.reset_state()
    if by_batch:
        batch = None
        for batch in batches(data, owner):
            for name, layer in by_batch.items():
                values = column(batch, name, owner)
                if not layer.built:
                    layer.build(values.shape)
                layer.update_state(values)
        if batch is None:
            raise ValueError(f"{owner} got no data to adapt to.")
        for layer in by_batch.values():
            layer.finalize_state()
    for name, layer in layers.items():
        if name not in by_batch:
            layer.adapt(column(batch, name, owner) for batch in batches(data, owner))


def batches(data: Any, owner: str) -> Iterator[dict]:
    """Dicts of columns, whatever holds the data."""
    if isinstance(data, dict):
        yield data
    elif is_table(data) and is_frame(data):
        yield as_columns(data)
    elif hasattr(data, "__iter__"):
        if isinstance(data, Dataset):
            data = data if data._stage.batched else data.batch(SAMPLES_IN_BATCH)
            data = data.as_numpy_iterator()
        for batch in data:
            batch = batch[0] if isinstance(batch, (tuple, list)) and len(batch) else batch
            if not isinstance(batch, dict):
                raise TypeError(
                    f"{owner} adapts to dicts of columns; the data set gives "
                    f"{type(batch).__name__}."
                )
            yield batch
    else:
        raise TypeError(
            f"{owner} adapts to a dict of columns, a data frame, or a data set that gives dicts; "
            f"got {type(data).__name__}."
        )


def as_columns(frame: Any) -> dict[str, Any]:
    """The columns of a frame by name."""
    return {str(name): frame[name] for name in column_names(frame)}


def column(data: dict, name: str, owner: str) -> np.ndarray:
    """A column as an array `(rows, width)`, a single value as one row.

    Raises:
        ValueError: if it is missing.
    """
    if name not in data:
        raise ValueError(
            f"{owner} needs a column {name!r}, which the data lack; they have {sorted(data)}."
        )
    values = with_two_axes(as_array(data[name]))
    return values if isinstance(values, np.ndarray) else np.asarray(values)


def as_array(values: Any) -> Any:
    """A column as an array; symbolic tensors and arrays stay what they are."""
    if is_table(values):
        return column_to_array(values)
    if hasattr(values, "shape") and hasattr(values, "dtype") and hasattr(values, "ndim"):
        return values
    if isinstance(values, (str, bytes)):
        return np.array(values, dtype=object)
    array = np.asarray(values)
    return array.astype(object) if array.dtype.kind in "SU" else array


def with_two_axes(values: Any) -> Any:
    """Single values as `(1, 1)`, flat arrays as `(rows, 1)`."""
    if values.ndim == 0:
        return values.reshape((1, 1))
    return values[:, None] if values.ndim == 1 else values
