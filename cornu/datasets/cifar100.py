"""CIFAR-100: small color images of 100 classes in 20 superclasses (Krizhevsky, 2009)."""

from __future__ import annotations

import os

from cornu.data.download import get_file
from cornu.datasets.cifar import load_batch
from cornu.datasets.storage import Split

URL = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
HASH = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"


def load_data(label_mode: str = "fine") -> Split:
    """Images of 32 x 32 pixels, 50,000 to train and 10,000 to test.

    Args:
        label_mode: `"fine"` for the 100 classes, `"coarse"` for the 20 superclasses.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 images `(samples, 32, 32, 3)`, or with the
        channels first if that is Keras's setting, and their classes, uint8 `(samples, 1)`.

    Raises:
        ValueError: for another label_mode.
        OSError: if the file is not there and cannot be downloaded.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f"label_mode must be 'fine' or 'coarse'; got {label_mode!r}.")
    folder = get_file("cifar-100-python-target", URL, file_hash=HASH, extract=True)
    inner = os.path.join(folder, "cifar-100-python")
    train, test = (
        load_batch(os.path.join(inner, name), f"{label_mode}_labels") for name in ("train", "test")
    )
    return train, test
