"""Precision, recall and F-scores of each class, or their averages, as scikit-learn defines them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine.names import to_snake_case
from cornu.metrics.confusion_matrix import ConfusionMatrixMetric
from cornu.metrics.counting import ratio

AVERAGES = (None, "macro", "micro", "weighted", "binary")


class ByClass(ConfusionMatrixMetric):
    """A score of each class, from right predictions, predictions and targets of that class.

    Args:
        average: see the subclasses.
        num_classes: see `ConfusionMatrixMetric`.
        threshold: see there.
        multi_label: see there.
        name: its name; if None that of the class, in small letters.
        dtype: see `keras.Metric`.
    """

    def __init__(
        self,
        average: str | None = None,
        num_classes: int | None = None,
        threshold: float = 0.5,
        multi_label: bool = False,
        name: str | None = None,
        dtype: Any = None,
    ):
        if average not in AVERAGES:
            raise ValueError(
                f"{type(self).__name__}: average must be one of {list(AVERAGES)}; got {average!r}."
            )
        if average == "binary" and (multi_label or num_classes not in (None, 2)):
            found = "multi_label is True" if multi_label else f"num_classes is {num_classes}"
            raise ValueError(
                f"{type(self).__name__}: average='binary' is the score of class 1 of 2, but "
                f"{found}. Use 'macro', 'micro' or 'weighted'."
            )
        name = name or to_snake_case(type(self).__name__)
        super().__init__(num_classes, threshold, multi_label, name, dtype)
        self.average = average

    def _score(self, right: jax.Array, predicted: jax.Array, members: jax.Array) -> jax.Array:
        raise NotImplementedError

    def result(self) -> jax.Array:
        """The average, a scalar, or one score for each class; 0 where there is nothing to count."""
        matrix = self._matrix()
        if self.multi_label:
            parts = matrix[:, 1, 1], jnp.sum(matrix[:, :, 1], axis=1), jnp.sum(matrix[:, 1], axis=1)
        else:
            parts = jnp.diagonal(matrix), jnp.sum(matrix, axis=0), jnp.sum(matrix, axis=1)
        if self.average == "micro":
            return self._score(*(jnp.sum(part) for part in parts))
        scores = self._score(*parts)
        if self.average == "binary":
            return scores[1]
        if self.average == "weighted":
            return ratio(jnp.sum(scores * parts[2]), jnp.sum(parts[2]))
        if self.average == "macro" and self.multi_label:
            return jnp.mean(scores)
        if self.average == "macro":
            # A class that neither occurred nor was predicted has no score.
            present = (parts[1] > 0) | (parts[2] > 0)
            return ratio(jnp.sum(scores), jnp.sum(present).astype(scores.dtype))
        return scores

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), "average": self.average}


class PrecisionByClass(ByClass):
    """Fraction of right predictions among the predictions of a class.

    Args:
        average: None for one score per class, `"macro"` for their mean over the classes that
            occurred or were predicted, `"weighted"` for that with the classes' sizes as weights,
            `"micro"` for all samples together, `"binary"` for class 1 of two.
        num_classes: number of classes, or of labels. If None, that of the predictions' last axis,
            or 2 where it is one column.
        threshold: from it on, a probability of the only column means class 1, or yes to a label.
        multi_label: whether each entry of the last axis is a binary question of its own, with
            targets of zeros and ones shaped like the predictions. The score is then that of yes to
            each label.
        name: its name.
        dtype: see `keras.Metric`.

    Raises:
        ValueError: for an unknown average.

    >>> keras.metrics.PrecisionByClass(num_classes=2)([0, 1, 1, 1], [1, 1, 1, 1]).tolist()
    [0.0, 0.75]
    """

    def _score(self, right: jax.Array, predicted: jax.Array, members: jax.Array) -> jax.Array:
        return ratio(right, predicted)


class RecallByClass(ByClass):
    """Fraction of right predictions among the samples of a class.

    Args:
        average: None for one score per class, `"macro"` for their mean over the classes that
            occurred or were predicted, `"weighted"` for that with the classes' sizes as weights,
            `"micro"` for all samples together, `"binary"` for class 1 of two.
        num_classes: number of classes, or of labels. If None, that of the predictions' last axis,
            or 2 where it is one column.
        threshold: from it on, a probability of the only column means class 1, or yes to a label.
        multi_label: whether each entry of the last axis is a binary question of its own, with
            targets of zeros and ones shaped like the predictions. The score is then that of yes to
            each label.
        name: its name.
        dtype: see `keras.Metric`.

    Raises:
        ValueError: for an unknown average.

    >>> keras.metrics.RecallByClass(num_classes=2)([0, 1, 1, 1, 1], [1, 1, 1, 1, 0]).tolist()
    [0.0, 0.75]
    """

    def _score(self, right: jax.Array, predicted: jax.Array, members: jax.Array) -> jax.Array:
        return ratio(right, members)


class F1ByClass(ByClass):
    """Harmonic mean of precision and recall of a class, `2 * right / (predictions + samples)`.

    Unlike `F1Score`, which is Keras's, it takes class indices and one column too, and is exact.

    Args:
        average: None for one score per class, `"macro"` for their mean over the classes that
            occurred or were predicted, `"weighted"` for that with the classes' sizes as weights,
            `"micro"` for all samples together, `"binary"` for class 1 of two.
        num_classes: number of classes, or of labels. If None, that of the predictions' last axis,
            or 2 where it is one column.
        threshold: from it on, a probability of the only column means class 1, or yes to a label.
        multi_label: whether each entry of the last axis is a binary question of its own, with
            targets of zeros and ones shaped like the predictions. The score is then that of yes to
            each label.
        name: its name.
        dtype: see `keras.Metric`.

    Raises:
        ValueError: for an unknown average.

    >>> keras.metrics.F1ByClass("binary")([0, 0, 1, 1], [0.2, 0.7, 0.6, 0.1]).item()
    0.5
    """

    def _score(self, right: jax.Array, predicted: jax.Array, members: jax.Array) -> jax.Array:
        return ratio(2 * right, predicted + members)
