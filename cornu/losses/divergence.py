"""Losses between distributions: divergence, Poisson likelihood, robust cross-entropy."""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.engine import config
from cornu.losses.base import FunctionLoss, means_over_labels
from cornu.losses.targets import compares
from cornu.losses.tensors import class_indices, float_tensor, matched


def kl_divergence(y_true: Any, y_pred: Any) -> jax.Array:
    """`sum(y_true * log(y_true / y_pred))` along the last axis.

    Args:
        y_true: probabilities of shape (batch, ..., n).
        y_pred: predicted probabilities of the same shape.

    Returns:
        Tensor of shape (batch, ...).

    >>> round(keras.losses.kl_divergence([[1.0, 0.0]], [[0.5, 0.5]]).item(), 4)
    0.6931
    """
    y_true, y_pred = matched(y_true, y_pred)
    y_true, y_pred = (ops.clip(y, config.epsilon(), 1.0) for y in (y_true, y_pred))
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


@compares("values")
@means_over_labels
def poisson(y_true: Any, y_pred: Any) -> jax.Array:
    """`mean(y_pred - y_true * log(y_pred))` along the last axis.

    Args:
        y_true: counts of shape (batch, ..., n).
        y_pred: expected counts of the same shape, positive.

    Returns:
        Tensor of shape (batch, ...).

    >>> round(keras.losses.poisson([[1.0]], [[1.0]]).item(), 4)
    1.0
    """
    y_true, y_pred = matched(y_true, y_pred)
    return ops.mean(y_pred - y_true * ops.log(y_pred + config.epsilon()), axis=-1)


@compares("class indices", outputs="probabilities")
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> jax.Array:
    """`(1 - p^q) / q`, `p` the probability given to the target class.

    Args:
        y_true: class indices of shape (batch, ...), or (batch, ..., 1).
        y_pred: probabilities of shape (batch, ..., classes).
        q: in (0, 1): from cross-entropy, near 0, to the mean absolute error, near 1, which wrong
            labels disturb less.

    Returns:
        Tensor of shape (batch, ...).

    References:
        Zhang and Sabuncu, 2018, https://arxiv.org/abs/1805.07836

    >>> loss = keras.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5)
    >>> loss.tolist()
    [1.0]
    """
    y_pred = float_tensor(y_pred)
    y_true = ops.cast(class_indices(y_true, y_pred), "int32")
    chosen = ops.one_hot(y_true, y_pred.shape[-1], dtype=y_pred.dtype) * y_pred
    return (1.0 - ops.power(ops.sum(chosen, axis=-1), q)) / q


class KLDivergence(FunctionLoss):
    """Kullback-Leibler divergence `sum(y_true * log(y_true / y_pred))`.

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> round(keras.losses.KLDivergence()([[1.0, 0.0]], [[0.5, 0.5]]).item(), 4)
    0.6931
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ):
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(FunctionLoss):
    """`mean(y_pred - y_true * log(y_pred))`: the likelihood of counts.

    Args:
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    >>> round(keras.losses.Poisson()([[1.0]], [[1.0]]).item(), 4)
    1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "poisson",
        dtype: Any = None,
    ):
        super().__init__(poisson, reduction, name, dtype)


class CategoricalGeneralizedCrossEntropy(FunctionLoss):
    """`(1 - p^q) / q`, a cross-entropy that wrong labels disturb less.

    Args:
        q: in (0, 1): near 0 it is the cross-entropy, near 1 the mean absolute error.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    Raises:
        ValueError: for a `q` outside of (0, 1).

    References:
        Zhang and Sabuncu, 2018, https://arxiv.org/abs/1805.07836

    >>> keras.losses.CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]).item()
    1.0
    """

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ):
        if not 0 < q < 1:
            raise ValueError(
                f"CategoricalGeneralizedCrossEntropy: q must lie between 0 and 1; got {q!r}."
            )
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
