"""The confusion matrix of class predictions, and what follows from it for all classes together."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.losses.tensors import align_weights, as_dtype
from cornu.metrics.base import Metric
from cornu.metrics.counting import ratio

NORMALIZATIONS = (None, "row", "column", "all")


class ConfusionMatrixMetric(Metric):
    """Weighted counts of (class, predicted class); subclasses say what follows from them.

    Args:
        num_classes: number of classes, or of labels. If None, that of the predictions' last axis,
            or 2 where it is one column.
        threshold: from it on, a probability of the only column means class 1, or yes to a label.
        multi_label: whether each entry of the last axis is a binary question of its own, with
            targets of zeros and ones shaped like the predictions. There is then one 2 x 2 matrix
            for each label.
        name: its name.
        dtype: see `keras.Metric`.
    """

    target_kinds = ("class indices", "one-hot")

    _direction = "up"

    def __init__(
        self,
        num_classes: int | None = None,
        threshold: float = 0.5,
        multi_label: bool = False,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(name=name, dtype=dtype)
        least = 1 if multi_label else 2
        if num_classes is not None and (int(num_classes) != num_classes or num_classes < least):
            raise ValueError(
                f"{type(self).__name__}: num_classes must be an int from {least}; got "
                f"{num_classes!r}."
            )
        self.num_classes = num_classes
        self.multi_label = multi_label
        self.threshold = threshold
        self.counts: Any = None
        if num_classes is not None:
            self._create_counts(num_classes)

    def _create_counts(self, classes: int) -> None:
        shape = (classes, 2, 2) if self.multi_label else (classes, classes)
        self.counts = self.add_variable(shape, "zeros", name="counts")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: class indices (batch, ...), or one-hot targets shaped like `y_pred`; with
                `multi_label` zeros and ones (batch, ..., labels).
            y_pred: scores (batch, ..., classes); or probabilities of class 1, (batch, ..., 1), or
                shaped like the class indices; or class indices of an integer dtype; with
                `multi_label` probabilities, or zeros and ones, (batch, ..., labels).
            sample_weight: a number, or a tensor shaped like the first axes of the class indices, or
                of the labels.

        Raises:
            ValueError: if the shapes do not fit together, or there are other classes than said.
        """
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        if self.multi_label:
            self._count_labels(y_true, y_pred, sample_weight)
            return
        classes, scores = self._shape_of(y_true, y_pred)
        if self.counts is None:
            self._create_counts(classes)
        classes = self.counts.shape[0]
        y_true = _numbers(y_true, y_pred, scores)
        y_pred = jnp.argmax(y_pred, axis=-1) if scores else self._decided(y_pred)
        y_pred = y_pred.reshape(y_true.shape).astype("int32")
        known = (y_true >= 0) & (y_true < classes) & (y_pred >= 0) & (y_pred < classes)
        place = jnp.where(known, y_true * classes + y_pred, 0)
        weights = jnp.where(known, self._weights(sample_weight, y_true), 0)
        self._add(weights, place)

    def _count_labels(self, y_true: jax.Array, y_pred: jax.Array, sample_weight: Any) -> None:
        labels = y_pred.shape[-1] if y_pred.ndim else 0
        if y_true.shape != y_pred.shape or not labels or self.num_classes not in (None, labels):
            count = "" if self.num_classes is None else f" of {self.num_classes} labels"
            raise ValueError(
                f"Metric {self.name!r} with multi_label=True takes targets and predictions{count} "
                f"of the same shape (batch, ..., labels); got {tuple(y_true.shape)} and "
                f"{tuple(y_pred.shape)}."
            )
        if self.counts is None:
            self._create_counts(labels)
        decided = self._decided(y_pred) > 0
        place = 4 * jnp.arange(labels) + 2 * (y_true > 0) + decided
        self._add(self._weights(sample_weight, y_true), place)

    def _decided(self, y_pred: jax.Array) -> jax.Array:
        return y_pred >= self.threshold if jnp.issubdtype(y_pred.dtype, jnp.floating) else y_pred

    def _weights(self, sample_weight: Any, y_true: jax.Array) -> jax.Array:
        weights = jnp.ones((), self.dtype)
        if sample_weight is not None:
            weights = align_weights(as_dtype(sample_weight, self.dtype), y_true)
        return jnp.broadcast_to(weights, y_true.shape)

    def _add(self, weights: jax.Array, place: jax.Array) -> None:
        """Add weights at numbered places of the counts."""
        shape = self.counts.shape
        new = jax.ops.segment_sum(weights.reshape(-1), place.reshape(-1), math.prod(shape))
        self.counts.assign_add(new.reshape(shape))

    def _shape_of(self, y_true: jax.Array, y_pred: jax.Array) -> tuple[int, bool]:
        """The number of classes the predictions speak of, and whether they are scores of each."""
        columns = y_pred.shape[-1] if y_pred.ndim else 1
        floating = jnp.issubdtype(y_pred.dtype, jnp.floating)
        scores = columns > 1 and floating and y_pred.ndim > 1
        if scores and y_true.shape == y_pred.shape and self.num_classes not in (None, columns):
            # Not one-hot, so class indices, and probabilities of class 1.
            scores = False
        if not scores and not floating and self.num_classes is None:
            raise ValueError(
                f"Metric {self.name!r} got predictions that are class indices, so it must know how "
                "many classes there are: pass num_classes."
            )
        if scores and self.num_classes not in (None, columns):
            raise ValueError(
                f"Metric {self.name!r} has num_classes={self.num_classes}, but the predictions "
                f"have shape {tuple(y_pred.shape)}, that is {columns} classes."
            )
        wanted = y_pred.shape[:-1] if scores else y_pred.shape
        allowed = (wanted, (*wanted, 1), *([y_pred.shape] if scores else []))
        if y_true.shape not in allowed and (*y_true.shape, 1) != wanted:
            raise ValueError(
                f"Metric {self.name!r} takes class indices of shape {tuple(wanted)}, or one-hot "
                f"targets shaped like the predictions, {tuple(y_pred.shape)}; got "
                f"{tuple(y_true.shape)}."
            )
        return columns if scores else 2, scores

    def _matrix(self) -> jax.Array:
        """The counts (classes, classes), or (labels, 2, 2)."""
        if self.counts is not None:
            return self.counts.raw_value
        shape = (self.num_classes or 1, 2, 2) if self.multi_label else (self.num_classes or 2,) * 2
        return jnp.zeros(shape, self.dtype)

    def _value(self, matrix: jax.Array) -> jax.Array:
        """What follows from a matrix (classes, classes)."""
        raise NotImplementedError

    def result(self) -> jax.Array:
        """What follows from the counts; with `multi_label` for each label, (labels, ...)."""
        matrix = self._matrix()
        return jax.vmap(self._value)(matrix) if self.multi_label else self._value(matrix)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "threshold": self.threshold,
            "multi_label": self.multi_label,
        }


def _numbers(y_true: jax.Array, y_pred: jax.Array, scores: bool) -> jax.Array:
    if scores and y_true.shape == y_pred.shape:
        return jnp.argmax(y_true, axis=-1).astype("int32")
    if scores and y_true.ndim == y_pred.ndim:
        y_true = y_true[..., 0]
    return y_true.astype("int32")


class ConfusionMatrix(ConfusionMatrixMetric):
    """How often each class (rows) was predicted as each class (columns).

    In `compile(metrics=[...])` it is left out of the progress line, and is an array in what
    `evaluate(return_dict=True)` and the history hold.

    Args:
        num_classes: number of classes, or of labels. If None, that of the predictions' last axis,
            or 2 where it is one column.
        normalize: None for counts, `"row"` for fractions of the class (recall on the diagonal),
            `"column"` for fractions of the predictions (precision on the diagonal), `"all"`.
        threshold: from it on, a probability of the only column means class 1, or yes to a label.
        multi_label: whether each entry of the last axis is a binary question of its own, with
            targets of zeros and ones shaped like the predictions. There is then one 2 x 2 matrix
            for each label, `(labels, 2, 2)`.
        name: its name.
        dtype: see `keras.Metric`.

    Raises:
        ValueError: for an unknown `normalize`, or `num_classes` below 2.

    >>> keras.metrics.ConfusionMatrix(3)([0, 1, 2, 2], [0, 1, 2, 1]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 1.0]]
    >>> labels = keras.metrics.ConfusionMatrix(multi_label=True)
    >>> labels([[1, 0], [1, 1]], [[0.9, 0.2], [0.4, 0.8]]).tolist()
    [[[0.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]]
    """

    _direction = None

    def __init__(
        self,
        num_classes: int | None = None,
        normalize: str | None = None,
        threshold: float = 0.5,
        multi_label: bool = False,
        name: str | None = "confusion_matrix",
        dtype: Any = None,
    ):
        if normalize not in NORMALIZATIONS:
            raise ValueError(
                f"ConfusionMatrix: normalize must be one of {list(NORMALIZATIONS)}; got "
                f"{normalize!r}."
            )
        super().__init__(num_classes, threshold, multi_label, name, dtype)
        self.normalize = normalize

    def _value(self, matrix: jax.Array) -> jax.Array:
        """The matrix (classes, classes); a row, column or whole without samples stays 0."""
        if self.normalize is None:
            return matrix
        axis = {"row": 1, "column": 0, "all": None}[self.normalize]
        return ratio(matrix, jnp.sum(matrix, axis=axis, keepdims=True))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), "normalize": self.normalize}


class BalancedAccuracy(ConfusionMatrixMetric):
    """Mean of the classes' recalls, over the classes that occurred.

    Args:
        num_classes: number of classes, or of labels. If None, that of the predictions' last axis,
            or 2 where it is one column.
        threshold: from it on, a probability of the only column means class 1, or yes to a label.
        multi_label: whether each entry of the last axis is a binary question of its own, with
            targets of zeros and ones shaped like the predictions. There is then one value for each
            label.
        adjusted: whether guessing gives 0 instead of `1 / classes`.
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.BalancedAccuracy()([0, 0, 0, 1], [0.1, 0.2, 0.3, 0.2]).item()
    0.5
    """

    def __init__(
        self,
        num_classes: int | None = None,
        threshold: float = 0.5,
        multi_label: bool = False,
        adjusted: bool = False,
        name: str | None = "balanced_accuracy",
        dtype: Any = None,
    ):
        super().__init__(num_classes, threshold, multi_label, name, dtype)
        self.adjusted = adjusted

    def _value(self, matrix: jax.Array) -> jax.Array:
        """The mean recall: a scalar; 0 before the first batch."""
        members = jnp.sum(matrix, axis=1)
        classes = jnp.sum(members > 0).astype(matrix.dtype)
        mean = ratio(jnp.sum(ratio(jnp.diagonal(matrix), members)), classes)
        if not self.adjusted:
            return mean
        return ratio(mean - ratio(1.0, classes), 1 - ratio(1.0, classes))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), "adjusted": self.adjusted}


class MatthewsCorrelation(ConfusionMatrixMetric):
    """Correlation of classes and predicted classes, from -1 to 1; 0 for guessing.

    Args:
        num_classes: number of classes, or of labels. If None, that of the predictions' last axis,
            or 2 where it is one column.
        threshold: from it on, a probability of the only column means class 1, or yes to a label.
        multi_label: whether each entry of the last axis is a binary question of its own, with
            targets of zeros and ones shaped like the predictions. There is then one value for each
            label.
        name: its name.
        dtype: see `keras.Metric`.

    References:
        - Matthews, 1975, https://doi.org/10.1016/0005-2795(75)90109-9
        - Gorodkin, 2004, https://doi.org/10.1016/j.compbiolchem.2004.09.006 (several classes)

    >>> metric = keras.metrics.MatthewsCorrelation()
    >>> round(metric([1, 1, 1, 0], [0.9, 0.8, 0.2, 0.7]).item(), 4)
    -0.3333
    """

    def __init__(
        self,
        num_classes: int | None = None,
        threshold: float = 0.5,
        multi_label: bool = False,
        name: str | None = "matthews_correlation",
        dtype: Any = None,
    ):
        super().__init__(num_classes, threshold, multi_label, name, dtype)

    def _value(self, matrix: jax.Array) -> jax.Array:
        """The correlation: a scalar; 0 where one of both sides holds one class only."""
        # Shares instead of counts: products of four counts exceed what float32 holds exactly.
        matrix = ratio(matrix, jnp.sum(matrix))
        true, predicted = jnp.sum(matrix, axis=1), jnp.sum(matrix, axis=0)
        covariance = jnp.trace(matrix) - jnp.sum(true * predicted)
        spreads = jnp.sum(true * (1 - true)), jnp.sum(predicted * (1 - predicted))
        spreads = [jnp.where(jnp.sum(s > 0) > 1, v, 0) for s, v in zip((true, predicted), spreads)]
        return ratio(covariance, jnp.sqrt(spreads[0]) * jnp.sqrt(spreads[1]))


class CohenKappa(ConfusionMatrixMetric):
    """Agreement beyond what chance gives, from -1 to 1.

    Args:
        num_classes: number of classes, or of labels. If None, that of the predictions' last axis,
            or 2 where it is one column.
        weights: None if all mistakes are alike, or `"linear"` or `"quadratic"` in the distance of
            the class indices, for grades.
        threshold: from it on, a probability of the only column means class 1, or yes to a label.
        multi_label: whether each entry of the last axis is a binary question of its own, with
            targets of zeros and ones shaped like the predictions. There is then one value for each
            label.
        name: its name.
        dtype: see `keras.Metric`.

    Raises:
        ValueError: for unknown weights.

    References:
        Cohen, 1960, https://doi.org/10.1177/001316446002000104

    >>> keras.metrics.CohenKappa(2)([0, 0, 1, 1], [0, 1, 1, 1]).item()
    0.5
    """

    def __init__(
        self,
        num_classes: int | None = None,
        weights: str | None = None,
        threshold: float = 0.5,
        multi_label: bool = False,
        name: str | None = "cohen_kappa",
        dtype: Any = None,
    ):
        if weights not in (None, "linear", "quadratic"):
            raise ValueError(
                f"CohenKappa: weights must be None, 'linear' or 'quadratic'; got {weights!r}."
            )
        super().__init__(num_classes, threshold, multi_label, name, dtype)
        self.weights = weights

    def _value(self, matrix: jax.Array) -> jax.Array:
        """The agreement: a scalar; 0 where chance alone agrees fully."""
        matrix = ratio(matrix, jnp.sum(matrix))
        by_chance = jnp.sum(matrix, axis=1)[:, None] * jnp.sum(matrix, axis=0)[None]
        number = jnp.arange(matrix.shape[0], dtype=matrix.dtype)
        distance = jnp.abs(number[:, None] - number[None])
        if self.weights is None:
            distance = (distance > 0).astype(matrix.dtype)
        elif self.weights == "quadratic":
            distance = distance**2
        expected = jnp.sum(distance * by_chance)
        return ratio(expected - jnp.sum(distance * matrix), expected)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), "weights": self.weights}
