"""How predictions move together with targets: correlations and the coefficient of determination."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.core import masking
from cornu.engine import config
from cornu.losses.tensors import align_weights, as_dtype, matched
from cornu.metrics.base import Metric
from cornu.metrics.counting import ratio
from cornu.metrics.mean import Mean, NamedMean

AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Covariance over the product of the standard deviations.

    Args:
        y_true: targets, tensor of any shape.
        y_pred: predictions of the same shape.
        axis: axis along which the values lie.

    Returns:
        Tensor without that axis, in [-1, 1]; NaN where values do not vary.

    >>> round(keras.metrics.pearson_correlation([[0.0, 1.0, 2.0]], [[0.0, 2.0, 4.0]]).item(), 4)
    1.0
    """
    return _pearson(*matched(y_true, y_pred), axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Lin's coefficient: a correlation that also falls if the means or variances differ.

    Args:
        y_true: targets, tensor of any shape.
        y_pred: predictions of the same shape.
        axis: axis along which the values lie.

    Returns:
        Tensor without that axis, in [-1, 1].

    References:
        Lin, 1989, https://doi.org/10.2307/2532051

    >>> result = keras.metrics.concordance_correlation([[0.0, 1.0, 2.0]], [[1.0, 2.0, 3.0]])
    >>> round(result.item(), 4)
    0.5714
    """
    return _concordance(*matched(y_true, y_pred), axis)


def _pearson(y_true: Any, y_pred: Any, axis: int, weights: Any = None) -> jax.Array:
    true = y_true - _mean(y_true, axis, weights)
    pred = y_pred - _mean(y_pred, axis, weights)
    # Roots are taken apart: the product of the squares overflows first.
    norms = [ops.sqrt(_mean(x * x, axis, weights)) for x in (true, pred)]
    return ops.squeeze(_mean(true * pred, axis, weights) / (norms[0] * norms[1]), axis=axis)


def _concordance(y_true: Any, y_pred: Any, axis: int, weights: Any = None) -> jax.Array:
    true_mean, pred_mean = _mean(y_true, axis, weights), _mean(y_pred, axis, weights)
    true, pred = y_true - true_mean, y_pred - pred_mean
    covariance = _mean(true * pred, axis, weights)
    variances = _mean(true * true, axis, weights) + _mean(pred * pred, axis, weights)
    shift = ops.square(true_mean - pred_mean)
    return ops.squeeze(2.0 * covariance / (variances + shift + config.epsilon()), axis=axis)


def _mean(x: Any, axis: int, weights: Any) -> jax.Array:
    if weights is None:
        return ops.mean(x, axis=axis, keepdims=True)
    total = jnp.sum(weights, axis=axis, keepdims=True)
    return ratio(jnp.sum(x * weights, axis=axis, keepdims=True), total)


class Correlation(NamedMean):
    """Mean over samples of a correlation along an axis, whose entries can weigh and be masked.

    Args:
        fn: the public function of the correlation.
        weighted: the same with `weights`, shaped like the predictions, behind the axis.
        name: its name.
        dtype: see `keras.Metric`.
        axis: axis along which the values lie.
    """

    _direction = "up"

    def __init__(
        self, fn: Callable, weighted: Callable, name: str | None, dtype: Any = None, axis: int = -1
    ):
        super().__init__(fn, name, dtype, axis=axis)
        self._weighted = weighted

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account; see `Mean.update_state`.

        Weights that differ along the axis of the correlation are weights of its entries.
        """
        y_pred = as_dtype(y_pred, self.dtype)
        axis, shape = self._fn_kwargs["axis"], tuple(y_pred.shape)
        weights = None
        if sample_weight is not None and shape:
            weights = align_weights(as_dtype(sample_weight, self.dtype), y_pred)
        if weights is None or weights.ndim != len(shape) or weights.shape[axis] == 1:
            super().update_state(y_true, y_pred, sample_weight)
            return
        y_true, y_pred = matched(as_dtype(y_true, self.dtype), y_pred)
        weights = jnp.broadcast_to(weights, shape)
        # An entry of weight 0 may be anything, even a NaN.
        y_true, y_pred = (jnp.where(weights == 0, 0, y) for y in (y_true, y_pred))
        values = self._weighted(y_true, y_pred, axis, weights)
        # Without an entry there is no sample.
        Mean.update_state(self, values, jnp.max(weights, axis=axis))


class PearsonCorrelation(Correlation):
    """Mean over samples of the correlation of targets and predictions.

    Args:
        name: its name.
        dtype: see `keras.Metric`.
        axis: axis along which the values lie.

    >>> metric = keras.metrics.PearsonCorrelation()
    >>> round(metric([[0.0, 1.0, 2.0]], [[0.0, 2.0, 4.0]]).item(), 4)
    1.0
    """

    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(pearson_correlation, _pearson, name, dtype, axis)


class ConcordanceCorrelation(Correlation):
    """Mean over samples of Lin's concordance coefficient of targets and predictions.

    Args:
        name: its name.
        dtype: see `keras.Metric`.
        axis: axis along which the values lie.

    >>> metric = keras.metrics.ConcordanceCorrelation()
    >>> round(metric([[0.0, 1.0, 2.0]], [[1.0, 2.0, 3.0]]).item(), 4)
    0.5714
    """

    def __init__(
        self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1
    ):
        super().__init__(concordance_correlation, _concordance, name, dtype, axis)


class R2Score(Metric):
    """Coefficient of determination: 1 - squared errors / squared deviations from the mean.

    Args:
        class_aggregation: None for one score per output, `"uniform_average"` for their mean,
            `"variance_weighted_average"` for the mean with the variances as weights.
        num_regressors: number of inputs of a linear model, for the adjusted score; 0 for none.
        name: its name.
        dtype: see `keras.Metric`.

    Raises:
        ValueError: for an unknown aggregation or a negative number.

    >>> metric = keras.metrics.R2Score()
    >>> metric([[1.0], [2.0], [3.0]], [[1.0], [2.0], [2.0]]).item()
    0.5
    """

    target_kinds = ("values",)

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ):
        if class_aggregation not in AGGREGATIONS:
            raise ValueError(
                f"R2Score: class_aggregation must be one of {list(AGGREGATIONS)}; got "
                f"{class_aggregation!r}."
            )
        if num_regressors < 0:
            raise ValueError(f"R2Score: num_regressors must not be negative; got {num_regressors}.")
        super().__init__(name=name, dtype=dtype)
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self.sums: list | None = None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets of shape (batch, outputs).
            y_pred: predictions of the same shape.
            sample_weight: weights of shape (batch,).
        """
        mask = masking.get_mask(y_pred)
        y_true, y_pred = as_dtype(y_true, self.dtype), as_dtype(y_pred, self.dtype)
        if len(y_pred.shape) != 2 or y_true.shape != y_pred.shape:
            raise ValueError(
                f"Metric {self.name!r} takes targets and predictions of shape (batch, outputs); "
                f"got {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
            )
        if self.sums is None:
            names = ("squared_sum", "sum", "residual", "count")
            self.sums = [self.add_variable((y_pred.shape[1],), "zeros", name=n) for n in names]
        weights = jnp.ones((), self.dtype)
        if sample_weight is not None:
            weights = align_weights(as_dtype(sample_weight, self.dtype), y_true)
        weights = jnp.broadcast_to(weights, y_true.shape)
        parts = (y_true * y_true, y_true, jnp.square(y_true - y_pred), jnp.ones_like(y_true))
        for variable, part in zip(self.sums, parts):
            # A sample of weight 0 may hold anything, even a NaN.
            variable.assign_add(jnp.sum(jnp.where(weights == 0, 0, part * weights), axis=0))
        # As in Keras a sample of weight 0 is one; a masked sample is none.
        samples = y_true.shape[0]
        if mask is not None:
            samples = jnp.sum(jnp.any(mask.reshape(mask.shape[0], -1), axis=1))
        self.num_samples.assign_add(samples)

    def result(self) -> jax.Array:
        """The score: a scalar, or one for each output; 0 before the first batch."""
        if self.sums is None:
            return jnp.zeros((), self.dtype)
        squared_sum, total_sum, residual, count = (variable.raw_value for variable in self.sums)
        total = squared_sum - total_sum * ratio(total_sum, count)
        scores = jnp.where(total == 0, 0, 1 - ratio(residual, total))
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ratio(jnp.sum(scores * total), jnp.sum(total))
        if not self.num_regressors:
            return scores
        samples = self.num_samples.raw_value
        freedom = samples - self.num_regressors - 1
        adjusted = 1 - (1 - scores) * (samples - 1) / jnp.where(freedom > 0, freedom, 1)
        # The adjustment means nothing with fewer samples than regressors.
        return jnp.where(freedom > 0, adjusted, scores)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
