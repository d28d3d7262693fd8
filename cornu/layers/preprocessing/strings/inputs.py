"""What users pass as strings, made into lists of UTF-8 bytes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np


def to_utf8(values: Any, owner: str, encoding: str = "utf-8") -> tuple[list[bytes], tuple]:
    """The strings in a string, list, array or column, flat, and the shape they stand in.

    Args:
        values: a string, a nested list, a NumPy array, a column of pandas, polars or pyarrow, or a
            TensorFlow tensor.
        owner: name of the layer, for messages.
        encoding: of strings that come as bytes.

    Raises:
        TypeError: if there is anything but strings.
        ValueError: if bytes are not in the encoding.

    >>> from cornu.layers.preprocessing.strings.inputs import to_utf8
    >>> to_utf8([["a"], ["é"]], "layer")
    ([b'a', b'\\xc3\\xa9'], (2, 1))
    """
    if isinstance(values, (str, bytes)):
        flat, shape = [values], ()
    elif isinstance(values, (list, tuple)) and values and isinstance(values[0], (str, bytes)):
        flat, shape = list(values), (len(values),)
    else:
        array = _as_array(values, owner)
        flat, shape = array.ravel().tolist(), array.shape
    try:
        return list(map(str.encode, flat)), shape
    except (TypeError, UnicodeEncodeError):
        return [_encoded(value, i, owner, encoding) for i, value in enumerate(flat)], shape


def plain(values: Any) -> Any:
    """Lists and columns of tables as NumPy arrays of objects; the rest as it is."""
    if isinstance(values, (list, tuple, str, bytes)):
        return np.array(values, dtype=object)
    if hasattr(values, "to_pylist"):
        return np.array(values.to_pylist(), dtype=object)
    return np.asarray(values.to_numpy(), object) if hasattr(values, "to_numpy") else values


def _as_array(values: Any, owner: str) -> np.ndarray:
    if isinstance(values, (list, tuple)):
        try:
            return np.array(values, dtype=object)
        except ValueError as error:
            raise ValueError(
                f"Layer {owner!r}: the lists of strings differ in length ({error}). Pass whole "
                "texts, or lists of one length."
            ) from error
    if hasattr(values, "to_pylist"):
        return np.array(values.to_pylist(), dtype=object)
    for method in ("to_numpy", "numpy"):
        if not isinstance(values, np.ndarray) and hasattr(values, method):
            values = getattr(values, method)()
    array = np.asarray(values)
    if array.dtype.kind not in "OSUT":
        raise TypeError(
            f"Layer {owner!r} takes strings, got an array of dtype {array.dtype}. Pass a list of "
            "str, a NumPy array of strings or a column of a table; in a model, use "
            "keras.Input(shape, dtype='string')."
        )
    return array


def _encoded(value: Any, index: int, owner: str, encoding: str) -> bytes:
    try:
        if isinstance(value, bytes):
            text = value.decode(encoding)
            return value if encoding == "utf-8" else text.encode()
        if isinstance(value, str):
            return value.encode()
    except UnicodeError as error:
        raise ValueError(
            f"Layer {owner!r}: sample {index} is not text in {encoding}: {error}. Decode it with "
            "the right encoding first, or pass `encoding=...` to the layer."
        ) from error
    _refuse(value, index, owner)


def _refuse(value: Any, index: int, owner: str) -> NoReturn:
    raise TypeError(
        f"Layer {owner!r} takes strings, but sample {index} is {value!r}. Replace missing values, "
        "for instance by '', and turn numbers to strings first."
    )


def batches(data: Any, steps: int | None) -> Iterator:
    """The batches of a data set; a list, array or column is one batch.

    Args:
        data: strings, or an iterable of batches of strings. Of a batch that is a tuple of arrays,
            the first is used.
        steps: number of batches to take; all by default.
    """
    is_column = hasattr(data, "__array__") or hasattr(data, "to_numpy")
    if isinstance(data, (str, bytes, list, tuple)) or is_column:
        yield data
        return
    if hasattr(data, "__iter__"):
        found = iter(data)
    elif hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        found = (data[i] for i in range(len(data)))
    else:
        raise TypeError(
            f"adapt takes strings or an iterable of batches of strings; got {type(data).__name__}."
        )
    for batch in itertools.islice(found, steps):
        yield batch[0] if isinstance(batch, tuple) and hasattr(batch[0], "shape") else batch
