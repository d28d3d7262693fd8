"""CIFAR-10: small color images of 10 classes (Krizhevsky, 2009)."""

from __future__ import annotations

import os

import numpy as np

from cornu.data.download import get_file
from cornu.datasets.cifar import load_batch
from cornu.datasets.storage import Split

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
HASH = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"


def load_data() -> Split:
    """Images of 32 x 32 pixels, 50,000 to train and 10,000 to test.

    The classes: airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 images `(samples, 32, 32, 3)`, or with the
        channels first if that is Keras's setting, and their classes, uint8 `(samples, 1)`.

    Raises:
        OSError: if the file is not there and cannot be downloaded.
    """
    folder = get_file("cifar-10-batches-py-target", URL, file_hash=HASH, extract=True)
    inner = os.path.join(folder, "cifar-10-batches-py")
    parts = [load_batch(os.path.join(inner, f"data_batch_{number}")) for number in range(1, 6)]
    x_train, y_train = (np.concatenate(arrays) for arrays in zip(*parts))
    return (x_train, y_train), load_batch(os.path.join(inner, "test_batch"))
