"""Calibration: probabilities that come true as often as they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special

from cornu.data.class_targets import without_class_axis
from cornu.engine.atomic import write_figure
from cornu.engine.extras import require

TINY = 1e-12


@dataclass(frozen=True)
class Calibration:
    """Probabilities, sorted into bins, beside how often they came true.

    Attributes:
        predicted: mean probability of each filled bin.
        observed: fraction of the samples in it whose class was 1 (for several classes: whose most
            probable class was right).
        counts: samples in it, or the sum of their weights.
        expected_error: mean of `|observed - predicted|`, weighted with the counts (ECE).
        maximum_error: the largest of these.

    >>> from cornu.model_selection import calibration_curve
    >>> calibration_curve([0, 0, 1, 1], [0.1, 0.3, 0.7, 0.9], bins=2).counts.tolist()
    [2.0, 2.0]
    """

    predicted: np.ndarray
    observed: np.ndarray
    counts: np.ndarray

    @property
    def expected_error(self) -> float:
        gaps = np.abs(self.observed - self.predicted)
        return float(np.sum(gaps * self.counts) / self.counts.sum())

    @property
    def maximum_error(self) -> float:
        return float(np.max(np.abs(self.observed - self.predicted)))

    def draw(self, axes: Any, label: str = "") -> None:
        """Draw into matplotlib axes.

        Args:
            axes: the axes.
            label: what the curve is of.
        """
        axes.plot(
            self.predicted,
            self.observed,
            "o-",
            label=f"{label} expected error {self.expected_error:.3f}".strip(),
        )
        axes.set(xlabel="predicted probability", ylabel="share that came true")
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")

    def plot(self, path: Any = None) -> Any:
        """Draw the reliability diagram: the curve above, how many samples each bin holds below.

        Args:
            path: file to write (`.png`, `.svg`, `.pdf`); not written if None.

        Returns:
            The matplotlib figure.
        """
        figure = require("matplotlib.figure", "plot").Figure(figsize=(5, 6), layout="constrained")
        upper, lower = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
        upper.plot((0, 1), (0, 1), ":", color="gray")
        self.draw(upper)
        upper.set(xlabel="")
        lower.vlines(self.predicted, 0, self.counts, linewidth=6)
        lower.set(xlabel="predicted probability", ylabel="samples", yscale="log")
        if path is not None:
            write_figure(figure, path, dpi=120)
        return figure


def calibration_curve(
    y_true: Any,
    y_prob: Any,
    *,
    bins: int = 10,
    strategy: str = "uniform",
    sample_weight: Any = None,
) -> Calibration:
    """How often what was predicted with a probability came true.

    Args:
        y_true: zeros and ones `(samples,)`, or class indices or one-hot for several classes.
        y_prob: probabilities `(samples,)` or `(samples, 1)`; or `(samples, classes)`, of which the
            highest of each sample is looked at.
        bins: number of bins.
        strategy: `"uniform"` for bins of equal width, `"quantile"` for about as many samples in
            each.
        sample_weight: weights `(samples,)`, or None.

    Returns:
        A `Calibration`; bins without samples, or without any weight, are left out.

    Raises:
        ValueError: for values that are no probabilities, other lengths, and an unknown strategy.

    References:
        Guo et al., 2017, "On Calibration of Modern Neural Networks",
        https://arxiv.org/abs/1706.04599

    >>> from cornu.model_selection import calibration_curve
    >>> curve = calibration_curve([0, 0, 1, 1], [0.1, 0.3, 0.7, 0.9], bins=2)
    >>> curve.predicted.round(3).tolist(), curve.observed.tolist(), round(curve.expected_error, 3)
    ([0.2, 0.8], [0.0, 1.0], 0.2)
    """
    if strategy not in ("uniform", "quantile"):
        raise ValueError(f"strategy must be 'uniform' or 'quantile'; got {strategy!r}.")
    if int(bins) != bins or bins < 1:
        raise ValueError(f"bins must be a positive int; got {bins!r}.")
    classes, p = checked_probabilities(y_true, y_prob)
    if p.shape[1] == 2:
        right, confidence = classes == 1, p[:, 1]
    else:
        right, confidence = classes == np.argmax(p, axis=1), np.max(p, axis=1)
    if strategy == "uniform":
        edges = np.linspace(0, 1, bins + 1)
    else:
        edges = np.quantile(confidence, np.linspace(0, 1, bins + 1))
    place = np.searchsorted(edges[1:-1], confidence)
    weight = np.ones(len(p)) if sample_weight is None else np.asarray(sample_weight, "float64")
    if weight.shape != (len(p),):
        raise ValueError(
            f"sample_weight must hold one weight for each of {len(p)} samples; got shape "
            f"{weight.shape}."
        )
    counts = np.bincount(place, weight, bins)
    filled = counts > 0
    predicted = np.bincount(place, weight * confidence, bins)[filled] / counts[filled]
    observed = np.bincount(place, weight * right, bins)[filled] / counts[filled]
    return Calibration(predicted, observed, counts[filled])


class TemperatureScaling:
    """Probabilities from logits divided by one number, the temperature, that makes them likeliest.

    The order of the scores stays, and so do the decisions of a softmax.

    Attributes:
        temperature: above 1 where the model was too sure; set by `fit`.

    References:
        Guo et al., 2017, https://arxiv.org/abs/1706.04599

    >>> from cornu.model_selection import TemperatureScaling
    >>> scaling = TemperatureScaling().fit([0, 1, 1, 0], [0.01, 0.99, 0.99, 0.99])
    >>> scaling.predict([0.99]).round(2).tolist()
    [0.75]
    """

    def __init__(self) -> None:
        self.temperature: float | None = None

    def fit(self, y_true: Any, y_prob: Any) -> TemperatureScaling:
        """Find the temperature.

        Args:
            y_true: zeros and ones, class indices, or one-hot.
            y_prob: probabilities `(samples,)`, `(samples, 1)` or `(samples, classes)` for samples
                that the model was not trained on.

        Raises:
            ValueError: for NaN, other lengths, and values that are no probabilities.
        """
        classes, p = checked_probabilities(y_true, y_prob)
        logits = np.log(np.maximum(p, TINY))
        rows = np.arange(len(p))

        def loss(log_temperature: float) -> float:
            scaled = special.log_softmax(logits / np.exp(log_temperature), axis=1)
            return -float(np.mean(scaled[rows, classes]))

        found = optimize.minimize_scalar(loss, bounds=(-5, 5), method="bounded")
        self.temperature = float(np.exp(found.x))
        return self

    def predict(self, y_prob: Any) -> np.ndarray:
        """Calibrated probabilities of the same shape.

        Raises:
            RuntimeError: before `fit`.
        """
        if self.temperature is None:
            raise RuntimeError("TemperatureScaling must be fitted first: call `fit`.")
        p, shape = _two_columns(y_prob)
        logits = np.log(np.maximum(p, TINY)) / self.temperature
        return _in_shape(special.softmax(logits, axis=1), shape)


class IsotonicCalibration:
    """Probabilities through a rising step function fitted to how often they came true.

    It needs some thousand samples, and makes ties. Of several classes, each has a function of its
    own, and the results are scaled to sum to 1. Needs scikit-learn.

    References:
        Zadrozny and Elkan, 2002, https://doi.org/10.1145/775047.775151

    >>> from cornu.model_selection import IsotonicCalibration
    >>> isotonic = IsotonicCalibration().fit([0, 1, 0, 1], [0.2, 0.3, 0.4, 0.9])
    >>> isotonic.predict([0.1, 0.35, 1.0]).tolist()
    [0.0, 0.5, 1.0]
    """

    def __init__(self) -> None:
        self.functions: list | None = None

    def fit(self, y_true: Any, y_prob: Any) -> IsotonicCalibration:
        """Fit the functions.

        Args:
            y_true: zeros and ones, class indices, or one-hot.
            y_prob: probabilities `(samples,)`, `(samples, 1)` or `(samples, classes)` for samples
                that the model was not trained on.

        Raises:
            ValueError: for NaN, other lengths, and values that are no probabilities.
        """
        isotonic = require("sklearn.isotonic", "select")
        classes, p = checked_probabilities(y_true, y_prob)
        columns = [1] if p.shape[1] == 2 else range(p.shape[1])
        self.functions = [
            isotonic.IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(
                p[:, c], classes == c
            )
            for c in columns
        ]
        return self

    def predict(self, y_prob: Any) -> np.ndarray:
        """Calibrated probabilities of the same shape.

        Raises:
            RuntimeError: before `fit`.
        """
        if self.functions is None:
            raise RuntimeError("IsotonicCalibration must be fitted first: call `fit`.")
        p, shape = _two_columns(y_prob)
        if len(self.functions) == 1:
            yes = self.functions[0].predict(p[:, 1])
            return _in_shape(np.stack([1 - yes, yes], axis=1), shape)
        found = np.stack([f.predict(p[:, c]) for c, f in enumerate(self.functions)], axis=1)
        total = found.sum(axis=1, keepdims=True)
        found = np.where(total > 0, found / np.where(total > 0, total, 1), 1 / len(self.functions))
        return _in_shape(found, shape)


def checked_probabilities(y_true: Any, y_prob: Any) -> tuple[np.ndarray, np.ndarray]:
    """Class indices `(samples,)` and probabilities `(samples, classes)`.

    Raises:
        ValueError: for NaN, other lengths, classes that have no column, and values that are no
            probabilities.
    """
    p, _ = _two_columns(y_prob)
    y = np.asarray(y_true)
    if y.ndim == 2:
        y = without_class_axis(y, one_hot=True)
    if len(y) != len(p):
        raise ValueError(f"There are {len(y)} targets for {len(p)} predictions.")
    if not np.isfinite(y).all() or not np.isin(y, np.arange(p.shape[1])).all():
        raise ValueError(
            f"The targets must be class indices from 0 to {p.shape[1] - 1}, without NaN; got "
            f"{np.unique(y)[:5].tolist()}."
        )
    return y.astype("int64"), p


def _two_columns(y_prob: Any) -> tuple[np.ndarray, tuple]:
    p = np.asarray(y_prob, "float64")
    shape = p.shape
    if not (p.ndim == 1 or p.ndim == 2) or not ((p >= 0) & (p <= 1)).all():
        raise ValueError(
            f"Expected probabilities from 0 to 1 of shape (samples,) or (samples, classes); got "
            f"shape {shape}{', with other values or NaN' if p.ndim in (1, 2) else ''}. Logits go "
            "through a softmax or sigmoid first."
        )
    if p.ndim == 1 or p.shape[1] == 1:
        p = p.reshape(-1)
        p = np.stack([1 - p, p], axis=1)
    return p, shape


def _in_shape(p: np.ndarray, shape: tuple) -> np.ndarray:
    return p[:, 1].reshape(shape) if len(shape) == 1 or shape[1] == 1 else p
