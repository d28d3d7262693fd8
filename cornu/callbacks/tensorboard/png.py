"""PNG encoding of 8-bit images, with nothing but zlib."""

from __future__ import annotations

import struct
import zlib

import numpy as np

COLOR_TYPE_OF_CHANNELS = {1: 0, 2: 4, 3: 2, 4: 6}  # gray, gray + alpha, RGB, RGBA


def encode_png(image: np.ndarray) -> bytes:
    """The PNG file of an image.

    Args:
        image: uint8 array (height, width, channels) with 1 (gray), 2 (gray, alpha), 3 (RGB) or
            4 (RGBA) channels.

    Returns:
        The bytes of the file.

    Raises:
        ValueError: If the shape or the dtype is another.

    Example:
        >>> from cornu.callbacks.tensorboard.png import encode_png
        >>> encode_png(np.zeros((2, 3, 1), "uint8"))[:8]
        b'\\x89PNG\\r\\n\\x1a\\n'
    """
    if image.ndim != 3 or image.shape[2] not in COLOR_TYPE_OF_CHANNELS or 0 in image.shape:
        raise ValueError(
            "An image needs shape (height, width, channels) with 1, 2, 3 or 4 channels, got "
            f"{image.shape}. Add a channel axis to a gray image with image[..., None]."
        )
    if image.dtype != np.uint8:
        raise ValueError(
            f"An image needs dtype uint8 with values 0 to 255, got {image.dtype}. Convert floats "
            "in [0, 1] with (image * 255).astype('uint8')."
        )
    height, width, channels = image.shape
    header = struct.pack(">IIBBBBB", width, height, 8, COLOR_TYPE_OF_CHANNELS[channels], 0, 0, 0)
    # Each row is led by the number of its filter: 0, none.
    rows = np.pad(image.reshape(height, width * channels), ((0, 0), (1, 0)))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows.tobytes()))
        + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
