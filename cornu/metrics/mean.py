"""Means and sums over all batches, and metrics that are the mean of a function."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import registry
from cornu.losses.base import Loss, divide, values_of_entries
from cornu.losses.targets import takes_integers, target_kinds_of
from cornu.losses.tensors import align_weights, as_dtype
from cornu.metrics.base import Metric


class Mean(Metric):
    """Weighted mean of all values so far.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> metric = keras.metrics.Mean()
    >>> metric.update_state([1.0, 3.0])
    >>> metric.update_state([5.0], sample_weight=[2.0])
    >>> metric.result().item()
    3.5
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take values into account.

        Args:
            values: tensor of shape (batch, ...).
            sample_weight: their weights: a number, or a tensor shaped like the first axes of
                the values, or one that broadcasts.
        """
        values = as_dtype(values, float_dtype(self.dtype))
        total, count = samplewise(values, sample_weight, f"Metric {self.name!r}")
        self.total.assign_add(total.astype(self.dtype))
        self.count.assign_add(jnp.asarray(count).astype(self.dtype))

    def result(self) -> jax.Array:
        """The mean; 0 before the first value."""
        return divide(self.total.raw_value, self.count.raw_value)

    def reset_state(self) -> None:
        """Forget all values."""
        self.total.assign(0)
        self.count.assign(0)


class Sum(Metric):
    """Weighted sum of all values so far.

    Args:
        name: its name.
        dtype: see `keras.Metric`.

    >>> metric = keras.metrics.Sum()
    >>> metric.update_state([1.0, 3.0])
    >>> metric.result().item()
    4.0
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take values into account, times their weights; see `Mean.update_state`."""
        values = as_dtype(values, self.dtype)
        if sample_weight is not None:
            weights = align_weights(as_dtype(sample_weight, self.dtype), values)
            values = jnp.where(weights == 0, 0, values * weights)
        self.total.assign_add(jnp.sum(values))

    def result(self) -> jax.Array:
        """The sum."""
        return self.total.raw_value

    def reset_state(self) -> None:
        """Forget all values."""
        self.total.assign(0)


class MeanMetricWrapper(Mean):
    """Mean over all batches of what a function gives.

    Args:
        fn: takes `y_true`, `y_pred` and the further arguments; returns one value per sample.
        name: its name, that of the class if None.
        dtype: see `keras.Metric`.
        **kwargs: further arguments of the function.

    >>> metric = keras.metrics.MeanMetricWrapper(keras.losses.huber, delta=2.0)
    >>> metric([[0.0]], [[1.0]]).item()
    0.5
    """

    def __init__(self, fn: Callable, name: str | None = None, dtype: Any = None, **kwargs: Any):
        if not callable(fn):
            raise TypeError(
                f"{type(self).__name__} takes a function fn(y_true, y_pred); got {fn!r}."
            )
        super().__init__(name=name, dtype=dtype)
        self.target_kinds = target_kinds_of(fn) or self.target_kinds
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets of shape (batch, ...).
            y_pred: predictions; steps under their mask are left out.
            sample_weight: see `Mean.update_state`.
        """
        y_pred = as_dtype(y_pred, self.dtype)
        if not takes_integers(self.target_kinds):
            y_true = as_dtype(y_true, self.dtype)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        if values is None:
            raise ValueError(
                f"Metric {self.name!r}: the function returned None. Let it return one value per "
                "sample, or a scalar, with `return`."
            )
        if _weighs_entries(sample_weight, values, y_pred):
            values = values_of_entries(
                f"Metric {self.name!r}", self._fn, y_true, y_pred, self._fn_kwargs
            )
        # Values that do not count, such as those of `ignore_class`, come with a mask.
        super().update_state(values, sample_weight)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        settings = {key: registry.serialize(value) for key, value in self._fn_kwargs.items()}
        return {**super().get_config(), "fn": registry.serialize(self._fn), **settings}

    @classmethod
    def from_config(cls, config: dict) -> MeanMetricWrapper:
        """A metric made from what `get_config` returned."""
        if cls is MeanMetricWrapper and "fn" in config:
            config = registry.deserialize(config, expected=(Loss, types.FunctionType))
        return cls(**config)


class NamedMean(MeanMetricWrapper):
    """A metric that is the mean of a function which its class stands for."""

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype, **self._fn_kwargs}


def float_dtype(dtype: str) -> Any:
    """The dtype itself if it holds floats, else one that means can be computed in."""
    return dtype if jnp.issubdtype(dtype, jnp.inexact) else "float32"


def _weighs_entries(weights: Any, values: Any, y_pred: Any) -> bool:
    """Whether there is a weight for each entry of an axis that the values no longer have."""
    shape = tuple(getattr(weights, "shape", ()))
    return (
        len(shape) == len(getattr(values, "shape", ())) + 1
        and shape == tuple(y_pred.shape)
        and shape[-1] != 1
    )


def samplewise(values: jax.Array, sample_weight: Any, owner: str) -> tuple[jax.Array, Any]:
    """Weighted total and count of values whose mean is first taken within each sample.

    Raises:
        ValueError: if the weights do not fit the values.
    """
    inner = math.prod(values.shape[1:])
    if sample_weight is None:
        return jnp.sum(values) / max(inner, 1), values.size // max(inner, 1)
    weights = align_weights(as_dtype(sample_weight, values.dtype), values)
    pairs = zip(reversed(weights.shape), reversed(values.shape))
    if weights.ndim > values.ndim or any(w not in (1, v) for w, v in pairs):
        raise ValueError(
            f"{owner} has values of shape {values.shape}, which weights (or a mask) of shape "
            f"{weights.shape} cannot weigh. Give one value, and one weight, per sample or step."
        )
    weights = jnp.broadcast_to(weights, values.shape)
    # A value of weight 0 may be anything, even a NaN.
    weighted = jnp.where(weights == 0, 0, values * weights)
    return jnp.sum(weighted) / max(inner, 1), jnp.sum(weights) / max(inner, 1)
