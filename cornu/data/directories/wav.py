"""WAV files (RIFF) as arrays."""

from __future__ import annotations

import struct

import numpy as np

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE


def decode_wav(content: bytes, name: str) -> tuple[np.ndarray, int]:
    """The samples of a WAV file.

    Args:
        content: the file: PCM of 8, 16, 24 or 32 bits, or floats of 32 or 64.
        name: what errors call it.

    Returns:
        float32 `(samples, channels)`, from -1 to 1, and the number of samples per second.

    Raises:
        ValueError: if the file is damaged or encoded in another way.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise ValueError(f"{name} is no WAV file: it does not begin with RIFF and WAVE.")
    place, kind = 12, None
    while place + 8 <= len(content):
        chunk, size = struct.unpack_from("<4sI", content, place)
        body = content[place + 8 : place + 8 + size]
        if chunk in (b"fmt ", b"data") and len(body) < size:
            raise ValueError(
                f"{name} is cut off: its part {chunk.decode().strip()!r} should have {size} bytes "
                f"and has {len(body)}."
            )
        if chunk == b"fmt ":
            if size < 16:
                raise ValueError(f"{name} is damaged: its format takes {size} bytes, not 16.")
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
            if kind == EXTENSIBLE and size >= 26:
                (kind,) = struct.unpack_from("<H", body, 24)
        if chunk == b"data" and kind is not None:
            return samples(body, kind, channels, bits, name), rate
        place += 8 + size + size % 2
    raise ValueError(f"{name} is damaged or cut off: it has no samples.")


def samples(data: bytes, kind: int, channels: int, bits: int, name: str) -> np.ndarray:
    """The samples in these bytes."""
    width = bits // 8
    if (kind, bits) not in ((PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32), (FLOAT, 64)):
        raise ValueError(
            f"{name} is encoded as format {kind} with {bits} bits, which is not supported. Convert "
            "it to PCM of 16 bits."
        )
    if not channels or len(data) % (width * channels):
        raise ValueError(f"{name} is damaged: {len(data)} bytes are no whole number of samples.")
    if kind == FLOAT:
        values = np.frombuffer(data, f"<f{width}").astype("float32")
    elif bits == 8:
        values = (np.frombuffer(data, np.uint8).astype("float32") - 128) / 128
    elif bits == 24:
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        values = wide.view("<i4")[:, 0].astype("float32") / 2**31
    else:
        values = np.frombuffer(data, f"<i{width}").astype("float32") / 2 ** (bits - 1)
    return values.reshape(-1, channels)
