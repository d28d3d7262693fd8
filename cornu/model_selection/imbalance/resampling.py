"""Objects with `fit_resample`, as imbalanced-learn has them, on data of any shape."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

# These look at the classes only, so that any inputs will do.
BY_CLASS_ALONE = ("RandomOverSampler", "RandomUnderSampler")


def resampled(
    sampler: Any, x: Any, y: Any, sample_weight: Any, labels: np.ndarray, seed: int
) -> tuple[tuple, np.ndarray, np.ndarray | None]:
    """Data after `fit_resample`.

    Args:
        sampler: has `fit_resample(x, y)`; it is copied, and gets the seed if its `random_state` is
            None.
        x: inputs; one array, unless the sampler looks at the classes only.
        y: targets; one array of classes, if the sampler makes new samples.
        sample_weight: weights, or None.
        labels: the class of each sample.
        seed: for the sampler.

    Returns:
        `(x, y, sample_weight)`, the class of each sample, and the numbers of the samples that were
        chosen; None for these where the sampler made new samples, and x and y hold them.

    Raises:
        ValueError: for inputs or targets that the sampler cannot work with.
    """
    sampler = copy.deepcopy(sampler)
    name = type(sampler).__name__
    if hasattr(sampler, "get_params") and sampler.get_params().get("random_state", 0) is None:
        sampler.set_params(random_state=seed % 2**32)
    length = len(labels)
    if name in BY_CLASS_ALONE and getattr(sampler, "shrinkage", None) is None:
        flat = np.arange(length)[:, None]
    elif isinstance(x, (dict, list, tuple)) or not hasattr(x, "shape"):
        raise ValueError(
            f"{name} compares samples by their inputs, so x must be one array; it is a structure "
            f"of several. Use one of {', '.join(BY_CLASS_ALONE)}, or a strategy by name."
        )
    else:
        flat = np.asarray(x).reshape(length, -1)
    found, classes = sampler.fit_resample(flat, labels)
    chosen = getattr(sampler, "sample_indices_", None)
    if chosen is not None and len(chosen) == len(classes):
        return (x, y, sample_weight), labels, np.asarray(chosen)
    if sample_weight is not None or isinstance(y, (dict, list, tuple)):
        raise ValueError(
            f"{name} makes new samples, which have no sample_weight and one array of targets only."
        )
    inputs = np.asarray(found).reshape(-1, *np.shape(x)[1:]).astype(np.asarray(x).dtype)
    return (inputs, _targets(np.asarray(classes), np.asarray(y)), None), classes, None


def _targets(classes: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The classes in the form of the targets they were read from."""
    if y.ndim == 1:
        return classes.astype(y.dtype)
    if y.shape[-1] == 1:
        return classes.astype(y.dtype)[:, None]
    return np.eye(y.shape[-1], dtype=y.dtype)[classes]
