"""Fashion-MNIST: pictures of clothes (Xiao, Rasul and Vollgraf, 2017)."""

from __future__ import annotations

import gzip
import math
import os
import zlib

import numpy as np

from cornu.data.download import get_file
from cornu.datasets.storage import ORIGIN, Split
from cornu.engine.limits import Budget, read_counted

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def load_data() -> Split:
    """Grayscale images of 10 classes of clothes, 60,000 to train and 10,000 to test.

    The classes: T-shirt or top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle
    boot.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 images `(samples, 28, 28)` and their classes,
        uint8 `(samples,)`.

    Raises:
        OSError: if a file is not there and cannot be downloaded.
        ValueError: if a file is damaged.
    """
    folder = os.path.join("datasets", "fashion-mnist")
    paths = [get_file(name, ORIGIN + name, cache_subdir=folder) for name in FILES]
    x_train, y_train, x_test, y_test = map(read_idx, paths)
    return (x_train, y_train), (x_test, y_test)


def read_idx(path: str) -> np.ndarray:
    """The uint8 array of a compressed IDX file: magic number, sizes, values."""
    try:
        with gzip.open(path) as file:
            content = read_counted(file, Budget(None, path, os.path.getsize(path)))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is damaged: {error}. Delete it to download it again.") from error
    ndim = content[3] if content[:3] == b"\0\0\x08" else 0
    shape = np.frombuffer(content, ">i4", ndim, 4).tolist() if len(content) > 4 + 4 * ndim else []
    if not ndim or len(content) != 4 + 4 * ndim + math.prod(shape):
        raise ValueError(f"{path} is no IDX file of bytes. Delete it to download it again.")
    return np.frombuffer(content, np.uint8, offset=4 + 4 * ndim).reshape(shape).copy()
