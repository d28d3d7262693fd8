"""California housing prices, from the census of 1990 (Pace and Barry, 1997)."""

from __future__ import annotations

from cornu.datasets.storage import Split, load_archive, shuffled_split

HASH = "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"
SAMPLES_OF_SMALL = 600


def load_data(
    version: str = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> Split:
    """20,640 districts with 8 features each, and the median prices of houses there.

    The features: median income, median age of the houses, rooms and bedrooms of a household,
    population, members of a household, latitude, longitude.

    Args:
        version: `"large"`, or `"small"` for the first 600 samples.
        path: name of the file under `~/.keras/datasets`.
        test_split: fraction of the samples that is for the test.
        seed: fixes the order of the samples.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features `(samples, 8)` and prices in dollars
        `(samples,)`.

    Raises:
        OSError: if the file is not there and cannot be downloaded.
        ValueError: for another version, or if test_split is not from 0 to below 1.
    """
    if version not in ("small", "large"):
        raise ValueError(f"version must be 'small' or 'large'; got {version!r}.")
    x, y = load_archive(path, "california_housing.npz", HASH, ("x", "y"))
    count = SAMPLES_OF_SMALL if version == "small" else len(x)
    return shuffled_split(x[:count], y[:count], test_split, seed)
