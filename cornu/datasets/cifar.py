"""The files of CIFAR-10 and CIFAR-100."""

from __future__ import annotations

import numpy as np

from cornu.datasets.array_pickle import read_pickled
from cornu.engine import config
from cornu.engine.errors import LoadError


def load_batch(path: str, label_key: str = "labels") -> tuple[np.ndarray, np.ndarray]:
    """The images and labels of one file.

    Args:
        path: the file, a pickled dict.
        label_key: name of the labels in it.

    Returns:
        uint8 images in the default data format, and uint8 labels `(samples, 1)`.
    """
    with open(path, "rb") as file:
        content = read_pickled(file, encoding="bytes")
    found = content if isinstance(content, dict) else {}
    images, labels = found.get(b"data"), found.get(label_key.encode())
    shape = getattr(images, "shape", ())
    if (
        len(shape) != 2
        or shape[1] != 3072
        or images.dtype != "uint8"
        or not isinstance(labels, list)
    ):
        raise LoadError(
            "it holds no images and labels",
            file=path,
            found=f"images of shape {shape}" if shape else "no images",
            expected="images of shape (samples, 3072) and a list of labels",
            advice="delete the folder, and it is extracted again",
        )
    images = images.reshape(-1, 3, 32, 32)
    if config.image_data_format() == "channels_last":
        images = images.transpose(0, 2, 3, 1)
    return images, np.array(labels, "uint8").reshape(-1, 1)
