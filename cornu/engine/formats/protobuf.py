"""The protocol buffer wire format, as far as event files and TFRecord examples need it.

Each function encodes one field: its number and kind, then its value. A message is the
concatenation of its fields. See https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import struct

VARINT, FIXED_64, LENGTH_DELIMITED, FIXED_32 = 0, 1, 2, 5


def varint(value: int) -> bytes:
    """Seven bits per byte, lowest first; a negative number as its 64-bit two's complement."""
    value &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def integer_field(number: int, value: int) -> bytes:
    return varint(number << 3 | VARINT) + varint(value)


def double_field(number: int, value: float) -> bytes:
    return varint(number << 3 | FIXED_64) + struct.pack("<d", value)


def bytes_field(number: int, value: bytes) -> bytes:
    """A string, bytes or an encoded message."""
    return varint(number << 3 | LENGTH_DELIMITED) + varint(len(value)) + value
