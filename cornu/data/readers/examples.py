"""`Example` messages, the usual content of TFRecords, to blocks and back.

Message and field numbers, from TensorFlow's `example.proto` and `feature.proto`: Example
`{1: Features}`, Features `{1: repeated {1: key, 2: Feature}}`, Feature `{1: bytes list | 2: float
list | 3: int64 list}`, each list `{1: repeated values}`, numbers packed or one by one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.data.pipeline.blocks import Block, ragged
from cornu.engine.formats.protobuf import (
    FIXED_32,
    FIXED_64,
    LENGTH_DELIMITED,
    VARINT,
    bytes_field,
    varint,
)

BYTES, FLOATS, INTEGERS = 1, 2, 3
KINDS = {BYTES: "bytes", FLOATS: "float32", INTEGERS: "int64"}


class Features:
    """What the features of examples are made into.

    Args:
        features: dict from name to dtype, for a single value, or to `(dtype, shape)`. The dtype
            is `"bytes"`, `"str"`, or one of NumPy. A size None in the shape is left open.
        label: name of the feature that is the target, or None.
    """

    def __init__(self, features: dict[str, Any], label: str | None):
        self.label = label
        self.wanted: dict[str, tuple[str, tuple]] = {}
        for name, spec in features.items():
            dtype, shape = spec if isinstance(spec, tuple) else (spec, ())
            if sum(size is None for size in shape) > 1:
                raise ValueError(f"Feature {name!r}: only one size of {shape} can be left open.")
            dtype = "str" if dtype is str else "bytes" if dtype is bytes else dtype
            kind = dtype if dtype in ("str", "bytes") else np.dtype(dtype).name
            self.wanted[name] = (kind, tuple(shape))
        if label is not None and label not in self.wanted:
            raise ValueError(f"label {label!r} is none of the features {list(self.wanted)}.")

    def block(self, records: list[bytes], where: Callable[[int], str]) -> Block:
        """The samples in records.

        Args:
            records: encoded examples.
            where: names a record by its place in the list, for messages.

        Raises:
            ValueError: for a record that is no example, lacks a feature, or has another kind or
                number of values than asked for.
        """
        found: dict[str, list] = {name: [] for name in self.wanted}
        for place, record in enumerate(records):
            try:
                values = dict(features_of(record))
            except (IndexError, ValueError, struct.error) as error:
                raise ValueError(f"{where(place)} is no Example message.") from error
            for name, column in found.items():
                if name not in values:
                    raise ValueError(
                        f"{where(place)} has no feature {name!r}; it has {sorted(values)}."
                    )
                column.append(values[name])
        block = {name: self._column(name, column, where) for name, column in found.items()}
        return block if self.label is None else (block, block.pop(self.label))

    def _column(self, name: str, lists: list, where: Callable[[int], str]) -> np.ndarray:
        dtype, shape = self.wanted[name]
        kind = BYTES if dtype in ("str", "bytes") else FLOATS if "float" in dtype else INTEGERS
        for place, (number, payload) in enumerate(lists):
            if number != kind and payload:  # an empty list may be of any kind
                raise ValueError(
                    f"{where(place)}: feature {name!r} holds {KINDS[number]}, but {dtype} was "
                    "asked for."
                )
        values, counts = DECODERS[kind]([payload for _, payload in lists])
        if dtype == "str":
            values = np.array([value.decode() for value in values] + [None], object)[:-1]
        elif kind != BYTES:
            values = values.astype(dtype, copy=False)
        return shaped(values, counts, shape, lambda place: f"{where(place)}: feature {name!r}")


def shaped(
    values: np.ndarray, counts: np.ndarray, shape: tuple, where: Callable[[int], str]
) -> np.ndarray:
    """The values of all samples in the shape asked for."""
    known = int(np.prod([size for size in shape if size is not None], dtype=int))
    fits = counts % known == 0 if None in shape and known else counts == known
    if not fits.all():
        place = int(np.flatnonzero(~fits)[0])
        raise ValueError(
            f"{where(place)} has {counts[place]} values, which do not make the shape {shape}."
        )
    inner = tuple(-1 if size is None else size for size in shape)
    if (counts == counts[0]).all():
        whole = tuple(counts[0] // known if size is None else size for size in shape)
        return values.reshape(len(counts), *whole)
    return ragged([part.reshape(inner) for part in np.split(values, np.cumsum(counts)[:-1])])


def features_of(record: bytes) -> Iterator[tuple[str, tuple[int, bytes]]]:
    """The features of an example: name, kind, and the encoded list."""
    for number, wire, features in fields(record):
        if (number, wire) != (1, LENGTH_DELIMITED):
            raise ValueError("not a field of Example")
        for _, _, entry in fields(features):
            key, kind, payload = "", BYTES, b""
            for part, _, value in fields(entry):
                if part == 1:
                    key = value.decode()
                else:
                    for kind, _, payload in fields(value):  # noqa: B007
                        pass
            yield key, (kind, payload)


def fields(message: bytes) -> Iterator[tuple[int, int, Any]]:
    """The fields of a message: number, wire type, and the value's bytes or number."""
    place, end = 0, len(message)
    while place < end:
        tag, place = read_varint(message, place)
        wire = tag & 7
        if wire == LENGTH_DELIMITED:
            length, place = read_varint(message, place)
            if place + length > end:
                raise ValueError("cut off")
            yield tag >> 3, wire, message[place : place + length]
            place += length
        elif wire == VARINT:
            value, place = read_varint(message, place)
            yield tag >> 3, wire, value
        elif wire in (FIXED_32, FIXED_64):
            length = 4 if wire == FIXED_32 else 8
            if place + length > end:
                raise ValueError("cut off")
            yield tag >> 3, wire, message[place : place + length]
            place += length
        else:
            raise ValueError(f"unknown wire type {wire}")


def read_varint(message: bytes, place: int) -> tuple[int, int]:
    """A varint, and the place after it."""
    byte = message[place]
    if byte < 128:
        return byte, place + 1
    value, shift = byte & 127, 7
    while byte > 127:
        place += 1
        byte = message[place]
        value |= (byte & 127) << shift
        shift += 7
    return value, place + 1


def decoded_bytes(payloads: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """The values of many bytes lists in a row, and how many each has."""
    lists = [[value for _, _, value in fields(payload)] for payload in payloads]
    values = np.array([value for part in lists for value in part] + [None], object)[:-1]
    return values, np.array([len(part) for part in lists])


def decoded_floats(payloads: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """The values of many float lists in a row, and how many each has."""
    parts = [b"".join(value for _, _, value in fields(payload)) for payload in payloads]
    return np.frombuffer(b"".join(parts), "<f4"), np.array([len(part) // 4 for part in parts])


def decoded_integers(payloads: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """The values of many int64 lists in a row, and how many each has."""
    parts = [
        b"".join(value if wire else varint(value) for _, wire, value in fields(payload))
        for payload in payloads
    ]
    data = np.frombuffer(b"".join(parts), np.uint8)
    ends = np.flatnonzero(data < 128)
    borders = np.cumsum([len(part) for part in parts])
    counts = np.diff(np.searchsorted(ends, borders), prepend=0)
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    values = np.zeros(len(ends), np.uint64)
    for shift in range(int((ends - starts).max(initial=-1)) + 1):
        places = np.minimum(starts + shift, ends)
        bits = (data[places] & 127).astype(np.uint64) << np.uint64(7 * shift)
        values |= np.where(starts + shift <= ends, bits, np.uint64(0))
    return values.view(np.int64), counts


DECODERS = {BYTES: decoded_bytes, FLOATS: decoded_floats, INTEGERS: decoded_integers}


def encoded_example(sample: dict[str, Any]) -> bytes:
    """A sample as an `Example`: strings and bytes, floats, or integers and bools."""
    entries = b"".join(
        bytes_field(1, bytes_field(1, name.encode()) + bytes_field(2, encoded_feature(name, value)))
        for name, value in sample.items()
    )
    return bytes_field(1, entries)


def encoded_feature(name: str, value: Any) -> bytes:
    """A value as a `Feature`."""
    array = np.asarray(value, object if isinstance(value, bytes) else None).reshape(-1)
    if not array.size:
        return bytes_field(BYTES, b"")
    if array.dtype.kind in "USO" and all(isinstance(v, str | bytes) for v in array.tolist()):
        texts = (v.encode() if isinstance(v, str) else v for v in array.tolist())
        return bytes_field(BYTES, b"".join(bytes_field(1, text) for text in texts))
    if array.dtype.kind == "f":
        return bytes_field(FLOATS, bytes_field(1, array.astype("<f4").tobytes()))
    if array.dtype.kind in "iub":
        return bytes_field(INTEGERS, bytes_field(1, b"".join(map(varint, array.tolist()))))
    raise ValueError(
        f"Feature {name!r} is {array.dtype}, which an Example cannot hold. Pass numbers, strings "
        "or bytes."
    )
