"""Boston housing prices (Harrison and Rubinfeld, 1978).

One of the columns, `B`, treats the fraction of Black residents as a factor of prices; use the data
to discuss that, and `california_housing` for all else.
"""

from __future__ import annotations

from cornu.datasets.storage import Split, load_archive, shuffled_split

HASH = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Split:
    """506 suburbs of Boston with 13 features each, and the median prices of houses there.

    Args:
        path: name of the file under `~/.keras/datasets`.
        test_split: fraction of the samples that is for the test.
        seed: fixes the order of the samples.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features `(samples, 13)` and prices in thousands of
        dollars `(samples,)`.

    Raises:
        OSError: if the file is not there and cannot be downloaded.
        ValueError: if test_split is not from 0 to below 1.
    """
    x, y = load_archive(path, "boston_housing.npz", HASH, ("x", "y"))
    return shuffled_split(x, y, test_split, seed)
