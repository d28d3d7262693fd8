"""Checked targets and scores of binary questions, and counts at every threshold."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Sweep(NamedTuple):
    """Weighted counts when all scores from a threshold on mean yes; first, nothing does.

    Attributes:
        thresholds: inf, then the distinct scores, falling: `(thresholds,)`.
        true_positives: likewise, as the counts after it.
        false_positives: see above.
        positives: total weight of the positives.
        negatives: total weight of the negatives.
    """

    thresholds: np.ndarray
    true_positives: np.ndarray
    false_positives: np.ndarray
    positives: float
    negatives: float


def binary_scores(
    y_true: Any, y_score: Any, sample_weight: Any = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Targets, scores and weights as float64 arrays `(samples,)`.

    Args:
        y_true: zeros and ones, `(samples,)` or `(samples, 1)`.
        y_score: scores, likewise; of two columns the second counts, in y_true too.
        sample_weight: weights `(samples,)`, or None.

    Raises:
        ValueError: for NaN, other targets, other lengths, or targets that are of one class
            only, as far as they have weight.
    """
    y, score = (_column(part) for part in (y_true, y_score))
    weights = np.ones(len(y)) if sample_weight is None else _column(sample_weight)
    if not len(y) == len(score) == len(weights):
        raise ValueError(
            f"There are {len(y)} targets, {len(score)} scores and {len(weights)} weights; all must "
            "be of the same length, with one score for each sample."
        )
    for name, values in (("y_true", y), ("y_score", score)):
        if np.isnan(values).any():
            raise ValueError(
                f"{name} is NaN in {np.isnan(values).sum()} of {len(y)} samples. Leave them out; "
                "predictions are NaN for samples that no fold tested."
            )
    found = np.unique(y[weights > 0])
    if not np.isin(y, (0, 1)).all() or len(found) < 2:
        raise ValueError(
            f"y_true must hold zeros and ones, and both (samples without weight do not count); got "
            f"{(found if len(found) < 2 else np.unique(y))[:5].tolist()}. For more classes, ask "
            "about one of them: `y == c` with the scores of column c."
        )
    return y, score, weights


def sweep(y: np.ndarray, score: np.ndarray, weights: np.ndarray) -> Sweep:
    """Counts at all thresholds that tell samples apart."""
    order = np.argsort(-score, kind="stable")
    y, score, weights = y[order], score[order], weights[order]
    ends = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)
    positives, negatives = np.cumsum(y * weights), np.cumsum((1 - y) * weights)
    return Sweep(
        np.append(np.inf, score[ends]),
        np.append(0.0, positives[ends]),
        np.append(0.0, negatives[ends]),
        float(positives[-1]),
        float(negatives[-1]),
    )


def _column(values: Any) -> np.ndarray:
    values = np.asarray(values)
    if values.dtype.kind not in "biuf":
        raise ValueError(f"Targets and scores must be numbers; got dtype {values.dtype}.")
    if values.ndim == 2 and values.shape[1] in (1, 2):
        values = values[:, -1]
    if values.ndim != 1:
        raise ValueError(
            f"Expected one value for each sample, (samples,) or (samples, 1); got {values.shape}. "
            "For more classes, ask about one of them: `y == c` with the scores of column c."
        )
    return values.astype("float64")
