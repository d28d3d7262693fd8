"""How often predictions are right."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.engine import config
from cornu.losses.targets import compares
from cornu.losses.tensors import class_indices, float_tensor, same_rank
from cornu.metrics.mean import NamedMean


@compares("class indices")
def accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """1 where the prediction equals the target, else 0.

    Args:
        y_true: targets, tensor of any shape.
        y_pred: predictions of the same shape.
    """
    y_true, y_pred = same_rank(ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred))
    return ops.cast(ops.equal(y_true, y_pred), config.floatx())


@compares("binary")
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> jax.Array:
    """1 where a probability lies on the side of the threshold that the target says, else 0.

    Args:
        y_true: targets 0 or 1, tensor of any shape.
        y_pred: probabilities of the same shape.
        threshold: above it the prediction is 1.

    Returns:
        Tensor of the shape of `y_pred`.

    >>> keras.metrics.binary_accuracy([[1.0, 0.0]], [[0.7, 0.6]]).tolist()
    [[1.0, 0.0]]
    """
    y_true, y_pred = same_rank(ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred))
    positive = ops.cast(y_pred > threshold, y_true.dtype)
    return ops.cast(ops.equal(y_true, positive), config.floatx())


@compares("one-hot")
def categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """1 where the class of the highest score is that of the one-hot target, else 0.

    Args:
        y_true: one-hot targets of shape (batch, ..., classes).
        y_pred: scores of the same shape.

    Returns:
        Tensor of shape (batch, ...).

    >>> keras.metrics.categorical_accuracy([[0, 1], [0, 1]], [[0.1, 0.9], [0.8, 0.2]]).tolist()
    [1.0, 0.0]
    """
    y_true = ops.argmax(ops.convert_to_tensor(y_true), axis=-1)
    right = ops.equal(y_true, ops.argmax(ops.convert_to_tensor(y_pred), axis=-1))
    return ops.cast(right, config.floatx())


@compares("class indices")
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """1 where the class of the highest score is the target, else 0.

    Args:
        y_true: class indices of shape (batch, ...), or (batch, ..., 1).
        y_pred: scores of shape (batch, ..., classes).

    Returns:
        Tensor of shape (batch, ...).

    >>> keras.metrics.sparse_categorical_accuracy([1, 1], [[0.1, 0.9], [0.8, 0.2]]).tolist()
    [1.0, 0.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = class_indices(y_true, y_pred)
    best = ops.cast(ops.argmax(y_pred, axis=-1), y_true.dtype)
    return ops.cast(ops.equal(y_true, best), config.floatx())


@compares("one-hot")
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> jax.Array:
    """1 where the class of the one-hot target is among the `k` highest scores, else 0.

    Args:
        y_true: one-hot targets of shape (batch, ..., classes).
        y_pred: scores of the same shape.
        k: how many classes count.

    Returns:
        Tensor of shape (batch, ...).

    >>> keras.metrics.top_k_categorical_accuracy([[0, 0, 1]], [[0.1, 0.6, 0.3]], k=2).tolist()
    [1.0]
    """
    return top_k(ops.argmax(ops.convert_to_tensor(y_true), axis=-1), float_tensor(y_pred), k)


@compares("class indices")
def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> jax.Array:
    """1 where the target is among the `k` highest scores, else 0.

    Args:
        y_true: class indices of shape (batch, ...), or (batch, ..., 1).
        y_pred: scores of shape (batch, ..., classes), or class indices, best first.
        k: how many classes count.
        from_sorted_ids: whether `y_pred` holds class indices.

    Returns:
        Tensor of the shape of `y_true`.

    >>> keras.metrics.sparse_top_k_categorical_accuracy([2], [[0.1, 0.6, 0.3]], k=2).tolist()
    [1.0]
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    numbers = class_indices(y_true, y_pred)
    if from_sorted_ids:
        found = ops.any(ops.equal(y_pred[..., :k], ops.expand_dims(numbers, -1)), axis=-1)
        right = ops.cast(found, config.floatx())
    else:
        right = top_k(numbers, y_pred, k)
    return ops.reshape(right, y_true.shape)


def top_k(numbers: Any, scores: Any, k: int) -> jax.Array:
    """1 where fewer than `k` classes have a higher score than the numbered one."""
    index = jnp.expand_dims(numbers.astype("int32"), -1)
    own = jnp.take_along_axis(scores, jnp.clip(index, 0, scores.shape[-1] - 1), axis=-1)
    higher = jnp.sum(scores > own, axis=-1)
    known = (index[..., 0] >= 0) & (index[..., 0] < scores.shape[-1]) & jnp.isfinite(own[..., 0])
    return ((higher < k) & known).astype(config.floatx())


class Accuracy(NamedMean):
    """Fraction of predictions that equal their targets.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]).item()
    0.75
    """

    _direction = "up"

    def __init__(self, name: str | None = "accuracy", dtype: Any = None):
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(NamedMean):
    """Fraction of probabilities on the right side of a threshold.

    Args:
        name: its name.
        dtype: see `keras.Metric`.
        threshold: above it the prediction is 1.

    >>> keras.metrics.BinaryAccuracy()([[1.0, 0.0]], [[0.7, 0.6]]).item()
    0.5
    """

    _direction = "up"

    def __init__(
        self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ):
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(NamedMean):
    """Fraction of samples whose highest score is that of the one-hot target.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.CategoricalAccuracy()([[0, 1], [0, 1]], [[0.1, 0.9], [0.8, 0.2]]).item()
    0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None):
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(NamedMean):
    """Fraction of samples whose highest score is that of the target class.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.SparseCategoricalAccuracy()([1, 1], [[0.1, 0.9], [0.8, 0.2]]).item()
    0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None):
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(NamedMean):
    """Fraction of samples whose one-hot target is among the `k` highest scores.

    Args:
        k: how many classes count.
        name: its name.
        dtype: see `keras.Metric`.

    >>> keras.metrics.TopKCategoricalAccuracy(k=2)([[0, 0, 1]], [[0.1, 0.6, 0.3]]).item()
    1.0
    """

    _direction = "up"

    def __init__(
        self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None
    ):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


class SparseTopKCategoricalAccuracy(NamedMean):
    """Fraction of samples whose target class is among the `k` highest scores.

    Args:
        k: how many classes count.
        name: its name.
        dtype: see `keras.Metric`.
        from_sorted_ids: whether predictions are class indices, best first.

    >>> keras.metrics.SparseTopKCategoricalAccuracy(k=2)([2], [[0.1, 0.6, 0.3]]).item()
    1.0
    """

    _direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ):
        super().__init__(
            sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids
        )
        self.k = k
        self.from_sorted_ids = from_sorted_ids

    def get_config(self) -> dict:
        """The constructor's arguments; `from_sorted_ids` only where it is not the default."""
        config = super().get_config()
        if not config["from_sorted_ids"]:
            del config["from_sorted_ids"]
        return config
