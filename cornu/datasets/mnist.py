"""MNIST: handwritten digits (LeCun, Cortes and Burges, 1998)."""

from __future__ import annotations

from cornu.datasets.storage import Split, load_archive

HASH = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def load_data(path: str = "mnist.npz") -> Split:
    """The digits 0 to 9 in gray, 60,000 to train and 10,000 to test.

    Args:
        path: name of the file under `~/.keras/datasets`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 images `(samples, 28, 28)` and their digits,
        uint8 `(samples,)`.

    Raises:
        OSError: if the file is not there and cannot be downloaded.
    """
    names = ("x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = load_archive(path, "mnist.npz", HASH, names)
    return (x_train, y_train), (x_test, y_test)
