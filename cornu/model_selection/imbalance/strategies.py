"""How many samples of each class an epoch shall hold."""

from __future__ import annotations

from typing import Any

import numpy as np

STRATEGIES = ("over", "under", "square-root")


def wanted_counts(strategy: Any, counts: np.ndarray, classes: Any) -> np.ndarray:
    """Samples of each class in an epoch.

    Args:
        strategy: `"over"` for as many of each class as of the largest, `"under"` for as many as of
            the smallest, `"square-root"` for shares as the roots of the counts, in as many samples
            as there are; or a dict from class to number of samples, where other classes keep
            theirs.
        counts: int array `(classes,)`, all above 0.
        classes: the classes' names, in order.

    Raises:
        ValueError: for another strategy, a class that does not occur, or a number below 0.
    """
    if isinstance(strategy, dict):
        names = [name.item() if hasattr(name, "item") else name for name in classes]
        unknown = [key for key in strategy if key not in names]
        if unknown:
            raise ValueError(f"strategy has counts for {unknown}, but the classes are {names}.")
        found = [strategy.get(name, count) for name, count in zip(names, counts)]
        if any(int(number) != number or number < 0 for number in found) or not sum(found):
            raise ValueError(f"strategy must hold numbers of samples, from 0; got {strategy!r}.")
        return np.array(found, "int64")
    if strategy == "over":
        return np.full(len(counts), counts.max())
    if strategy == "under":
        return np.full(len(counts), counts.min())
    if strategy == "square-root":
        roots = np.sqrt(counts)
        return np.maximum(np.round(counts.sum() * roots / roots.sum()), 1).astype("int64")
    raise ValueError(
        f"strategy must be one of {', '.join(map(repr, STRATEGIES))}, a dict from class to the "
        f"number of samples in an epoch, or an object with `fit_resample`; got {strategy!r:.60}."
    )
