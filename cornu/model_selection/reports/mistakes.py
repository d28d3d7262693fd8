"""The worst mistakes of a model, with their inputs; only these inputs are kept of a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.model_selection.reports.predicting import rows_of

# A text or a list of values is cut after so much of it.
MOST_LETTERS = 200
MOST_VALUES = 8


@dataclass(frozen=True)
class Mistake:
    """A sample that a model was wrong about.

    Attributes:
        index: its number in the data, from 0.
        x: its input, without the axis of the samples.
        target: what it is.
        prediction: what the model took it for.
        severity: how wrong that is: minus the logarithm of the target's probability, or the size
            of the error.
    """

    index: int
    x: Any
    target: Any
    prediction: Any
    severity: float


class WorstMistakes:
    """Keeps the most severe mistakes of the parts of the data it is shown.

    Args:
        most: how many to keep.
    """

    def __init__(self, most: int):
        if int(most) != most or most < 0:
            raise ValueError(f"worst must be a number of mistakes to show, from 0; got {most!r}.")
        self.most = most
        self.kept: list[Mistake] = []
        self._seen = 0

    def add(self, x: Any, target: np.ndarray, prediction: np.ndarray, severity: np.ndarray) -> None:
        """Look through a part.

        Args:
            x: its inputs.
            target: `(samples, ...)`.
            prediction: `(samples, ...)`.
            severity: `(samples,)`; 0 for no mistake.
        """
        order = np.argsort(-severity, kind="stable")[: self.most]
        order = order[severity[order] > 0]
        for i, row in zip(order, rows_of(x, order)):
            number = self._seen + int(i)
            pair = np.array(target[i]), np.array(prediction[i])
            self.kept.append(Mistake(number, row, *pair, float(severity[i])))
        self.kept = sorted(self.kept, key=lambda m: (-m.severity, m.index))[: self.most]
        self._seen += len(severity)


def is_picture(x: Any) -> bool:
    """Whether an input is an image: (height, width), or with 1, 3 or 4 channels."""
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "biuf":
        return False
    return (x.ndim == 2 or (x.ndim == 3 and x.shape[2] in (1, 3, 4))) and min(x.shape[:2]) >= 6


def as_picture(x: np.ndarray) -> np.ndarray:
    """An image as bytes (height, width, 3 or 4); other numbers than 0 to 1 or 255 are stretched."""
    x = x[..., None] if x.ndim == 2 else x
    pixels = np.asarray(x, "float64")
    low, high = float(pixels.min()), float(pixels.max())
    if x.dtype != np.uint8 and not (low >= 0 and 1 < high <= 255):
        low, high = (0.0, 1.0) if low >= 0 and high <= 1 else (low, max(high, low + 1e-12))
        pixels = (pixels - low) / (high - low) * 255
    pixels = np.round(pixels).astype("uint8")
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def as_text(x: Any, feature_names: list[str] | None = None) -> str:
    """An input in words: the text it is, or its first values."""
    if isinstance(x, dict):
        return ", ".join(f"{key}: {as_text(value)}" for key, value in x.items())
    if isinstance(x, (list, tuple)):
        return "; ".join(map(as_text, x))
    array = np.asarray(x)
    if array.dtype.kind in "OUST":
        text = " ".join(
            v.decode(errors="replace") if isinstance(v, bytes) else str(v)
            for v in array.reshape(-1).tolist()
        )
        return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"
    values = [f"{v:.4g}" for v in array.reshape(-1)[:MOST_VALUES].astype("float64")]
    if feature_names is not None and len(feature_names) == array.size:
        values = [f"{name}={value}" for name, value in zip(feature_names, values)]
    return ", ".join(values) + (", …" if array.size > MOST_VALUES else "")
