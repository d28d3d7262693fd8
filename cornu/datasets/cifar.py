"""The files of CIFAR-10 and CIFAR-100."""

from __future__ import annotations

import numpy as np

from cornu.datasets.storage import ArrayUnpickler
from cornu.engine import config


def load_batch(path: str, label_key: str = "labels") -> tuple[np.ndarray, np.ndarray]:
    """The images and labels of one file.

    Args:
        path: the file, a pickled dict.
        label_key: name of the labels in it.

    Returns:
        uint8 images in the default data format, and uint8 labels `(samples, 1)`.
    """
    with open(path, "rb") as file:
        content = ArrayUnpickler(file, encoding="bytes").load()
    images = content[b"data"].reshape(-1, 3, 32, 32)
    if config.image_data_format() == "channels_last":
        images = images.transpose(0, 2, 3, 1)
    return images, np.array(content[label_key.encode()], "uint8").reshape(-1, 1)
