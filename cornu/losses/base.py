"""What all losses share: dtype, masks, sample weights, reduction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops, tree
from cornu.core import dtype_policy, masking
from cornu.engine import config
from cornu.engine.names import auto_name, to_snake_case
from cornu.losses.targets import OutputKind, TargetKind, takes_integers, target_kinds_of
from cornu.losses.tensors import align_weights, as_dtype, check_mask, same_rank

REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)


class Loss:
    """Base of losses. Subclasses define `call(y_true, y_pred)`.

    Args:
        name: its name; made from the class's by default.
        reduction: `"sum_over_batch_size"` or `"mean"` divide the weighted sum by the number of
            values (those under the mask, if there is one); `"mean_with_sample_weight"` by the
            sum of the weights; `"sum"` adds up; `"none"` or None keep one value per sample.
        dtype: dtype of the computation, or a policy; the default float type if None.

    Raises:
        ValueError: for an unknown reduction.

    >>> class Squared(keras.Loss):
    ...     def call(self, y_true, y_pred):
    ...         return (y_true - y_pred) ** 2
    >>> Squared()([1.0, 2.0], [1.0, 4.0]).item()
    2.0
    """

    target_kinds: tuple[TargetKind, ...] = ()
    """What targets may be, the usual kind first; subclasses may say, so that data are checked."""
    output_kind: OutputKind | None = None
    """What predictions must be, unless `from_logits` says otherwise."""

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ):
        if reduction not in REDUCTIONS:
            raise ValueError(
                f"Loss {type(self).__name__}: reduction must be one of {list(REDUCTIONS)}; got "
                f"{reduction!r}."
            )
        self.name = name or auto_name(to_snake_case(type(self).__name__))
        self.reduction = reduction
        self._dtype = compute_dtype(dtype)

    @property
    def dtype(self) -> str:
        """Dtype of the computation."""
        return self._dtype

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> jax.Array:
        """The loss of a batch.

        Args:
            y_true: targets, tensor or structure of tensors, first axis the batch.
            y_pred: predictions, likewise; a mask they carry leaves steps out.
            sample_weight: factors of the values: a number, or a tensor of shape (batch,), or of
                the shape of the values `call` gives; for losses that are means over the last axis
                also one for each entry, shaped like `y_pred`.

        Returns:
            A scalar, or the weighted values for reduction "none".
        """
        mask = None if tree.is_nested(y_pred) else masking.get_mask(y_pred)
        if mask is not None:
            check_mask(f"Loss {self.name!r}", y_pred, mask)
        y_pred = as_tensors(y_pred, self.dtype)
        if not takes_integers(self.target_kinds):
            y_true = as_tensors(y_true, self.dtype)
        values = self.call(y_true, y_pred)
        if mask is not None and mask.ndim > len(values.shape) and mask.ndim == y_pred.ndim:
            values = self._values_of_entries(y_true, y_pred)
        values, sample_weight = self._with_label_weights(values, y_true, y_pred, sample_weight)
        valid = masking.get_mask(values)
        mask = valid if mask is None else mask if valid is None else mask & valid
        return reduce_values(values, sample_weight, mask, self.reduction, self.dtype)

    def _values_of_entries(self, y_true: Any, y_pred: Any) -> Any:
        """The value of each entry of the predictions, where `call` gives means over the last axis.

        Raises:
            ValueError: if it gives anything else.
        """
        raise no_entries(f"Loss {self.name!r}", y_pred)

    def _with_label_weights(
        self, values: Any, y_true: Any, y_pred: Any, sample_weight: Any
    ) -> tuple[Any, Any]:
        """The values, with weights of single labels already in them, and the other weights."""
        return values, sample_weight

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The values of the loss, one per sample or per step."""
        raise NotImplementedError(
            f"{type(self).__name__} must define `call(self, y_true, y_pred)`."
        )

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict) -> Loss:
        """A loss made from what `get_config` returned."""
        return cls(**config)


class FunctionLoss(Loss):
    """A loss that is a function with its settings; Keras's named losses are subclasses.

    Args:
        fn: takes `y_true`, `y_pred` and the settings, returns one value per sample.
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.
        **settings: further arguments of the function.
    """

    def __init__(
        self,
        fn: Callable,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **settings: Any,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.target_kinds = target_kinds_of(fn) or self.target_kinds
        self.output_kind = getattr(fn, "output_kind", None) or self.output_kind
        self.fn = fn
        self.settings = settings

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The function's values."""
        if hasattr(y_true, "shape") and hasattr(y_pred, "shape"):
            # A user's function would broadcast (batch,) and (batch, 1) to (batch, batch).
            y_true, y_pred = same_rank(y_true, y_pred)
        values = self.fn(y_true, y_pred, **self.settings)
        if values is None:
            raise ValueError(
                f"Loss {self.name!r}: the function returned None. Let it return one value per "
                "sample, or a scalar, with `return`."
            )
        return values

    def _values_of_entries(self, y_true: Any, y_pred: Any) -> Any:
        return values_of_entries(f"Loss {self.name!r}", self.fn, y_true, y_pred, self.settings)

    def _with_label_weights(
        self, values: Any, y_true: Any, y_pred: Any, sample_weight: Any
    ) -> tuple[Any, Any]:
        shape = getattr(sample_weight, "shape", ())
        if not hasattr(self.fn, "means_over_labels") or not hasattr(y_pred, "shape"):
            return values, sample_weight
        if tuple(shape) != tuple(y_pred.shape) or len(shape) < 2 or shape[-1] == 1:
            return values, sample_weight
        values = self._values_of_entries(y_true, y_pred)
        if self.reduction == "mean_with_sample_weight":
            return values, sample_weight
        axis = self.settings.get("axis", -1)
        return jnp.mean(values * as_dtype(sample_weight, values.dtype), axis=axis), None

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), **self.settings}

    def __repr__(self) -> str:
        settings = "".join(f", {key}={value!r}" for key, value in self.settings.items())
        return f"<{type(self).__name__} name={self.name}{settings}>"


def means_over_labels(fn: Callable) -> Callable:
    """Marks a function whose value is the mean over the entries of the last axis (or `axis`), so
    that each of them can weigh, or be masked."""
    fn.means_over_labels = True
    return fn


def values_of_entries(owner: str, fn: Callable, y_true: Any, y_pred: Any, settings: dict) -> Any:
    """The values of all entries of the predictions, whose means `fn` gives.

    Raises:
        ValueError: if `fn` is not marked as one that takes means.
    """
    if not hasattr(fn, "means_over_labels"):
        raise no_entries(owner, y_pred)
    # The mean over a last axis of size 1 is the value itself.
    settings = {key: -1 if key == "axis" else value for key, value in settings.items()}
    y_true, y_pred = same_rank(y_true, y_pred)
    return fn(ops.expand_dims(y_true, -1), ops.expand_dims(y_pred, -1), **settings)


def no_entries(owner: str, y_pred: Any) -> ValueError:
    """The error for a mask or weights of entries that have no value of their own."""
    return ValueError(
        f"{owner} gives one value for the whole last axis of predictions of shape "
        f"{tuple(y_pred.shape)}, so their mask or weights must not have that axis: expected the "
        f"shape {tuple(y_pred.shape[:-1])}."
    )


def as_tensors(structure: Any, dtype: Any) -> Any:
    """A tensor, a nested list of numbers, or a structure of tensors, in that dtype."""
    if hasattr(structure, "shape"):
        return as_dtype(structure, dtype)
    if isinstance(structure, dict) or any(hasattr(x, "shape") for x in tree.flatten(structure)):
        return tree.map_structure(lambda x: as_dtype(x, dtype), structure)
    return as_dtype(structure, dtype)


def compute_dtype(dtype: Any) -> str:
    """The dtype that a loss or metric computes in; not that of the global policy by default."""
    return config.floatx() if dtype is None else dtype_policy.get(dtype).compute_dtype


def reduce_values(
    values: Any, sample_weight: Any, mask: Any, reduction: str | None, dtype: Any
) -> jax.Array:
    """Weighted values of a loss brought down to a scalar, as `reduction` says."""
    values = as_dtype(values, dtype)
    weights = None
    if sample_weight is not None:
        weights = align_weights(as_dtype(sample_weight, values.dtype), values)
    if mask is not None:
        mask = align_weights(as_dtype(mask, values.dtype), values, "The mask of the predictions")
        weights = mask if weights is None else weights * mask
        # A masked step may hold anything, even a NaN, which no weight of 0 removes.
        values = jnp.where(mask != 0, values, 0)
    weighted = values if weights is None else values * weights
    if reduction in ("none", None):
        return weighted
    total = jnp.sum(weighted)
    if reduction == "sum" or total.size == weighted.size:
        if reduction != "mean_with_sample_weight" or weights is None:
            return total
    if reduction == "mean_with_sample_weight" and weights is not None:
        count = jnp.sum(jnp.broadcast_to(weights, weighted.shape))
    elif mask is not None:
        count = jnp.sum(jnp.broadcast_to(mask, weighted.shape))
    else:
        count = weighted.size
    return divide(total, count)


def divide(total: Any, count: Any) -> jax.Array:
    """`total / count`, 0 for nothing of nothing."""
    if isinstance(count, int):
        return total / max(count, 1)
    return jnp.where(count == 0, 0, total / jnp.where(count == 0, 1, count))
