"""Masks become weights, here and for all metrics: an entry that is masked weighs 0."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from cornu import tree
from cornu.core import masking
from cornu.losses.tensors import as_dtype, check_mask

# The arguments of `update_state` whose mask counts: the first of these that it has.
MASKED = ("y_pred", "values")


def takes_weights(update_state: Callable) -> bool:
    """Whether a metric's `update_state` can be given weights."""
    parameters = inspect.signature(update_state).parameters.values()
    return any(p.name == "sample_weight" or p.kind is p.VAR_KEYWORD for p in parameters)


def with_masks_as_weights(update_state: Callable) -> Callable:
    """The method, given the mask that its predictions carry as part of `sample_weight`.

    One that takes no `sample_weight` is returned as it is.
    """
    names = list(inspect.signature(update_state).parameters)
    masked = next((name for name in MASKED if name in names), None)
    if "sample_weight" not in names or masked is None:
        return update_state
    place, weight_place = names.index(masked) - 1, names.index("sample_weight") - 1

    @functools.wraps(update_state)
    def with_mask(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not masking.any_masks():
            return update_state(self, *args, **kwargs)
        tensor = args[place] if place < len(args) else kwargs.get(masked)
        mask = None if tree.is_nested(tensor) else masking.get_mask(tensor)
        if mask is None:
            return update_state(self, *args, **kwargs)
        given = args[weight_place] if weight_place < len(args) else kwargs.get("sample_weight")
        weights = masked_weights(f"Metric {self.name!r}", tensor, mask, given, self.dtype)
        if weight_place < len(args):
            args = (*args[:weight_place], weights, *args[weight_place + 1 :])
        else:
            kwargs["sample_weight"] = weights
        return update_state(self, *args, **kwargs)

    return with_mask


def masked_weights(owner: str, tensor: Any, mask: Any, weights: Any, dtype: str) -> Any:
    """Weights that are 0 where the mask of a tensor is False.

    Args:
        owner: who asks, for the message.
        tensor: what carries the mask.
        mask: bool, shaped like the first axes of the tensor.
        weights: a number, a tensor shaped like the first axes of the tensor, one that broadcasts
            against it, or None.
        dtype: dtype of the result, where it is one of floats.

    Raises:
        ValueError: if the mask does not fit the tensor.
    """
    check_mask(owner, tensor, mask)
    mask = jnp.asarray(mask) != 0
    if weights is None:
        return mask.astype(dtype if jnp.issubdtype(dtype, jnp.inexact) else "float32")
    weights = as_dtype(weights, None if hasattr(weights, "dtype") else "float32")
    rank = max(mask.ndim, weights.ndim)
    if weights.ndim and tuple(weights.shape) == tuple(mask.shape[: weights.ndim]):
        weights = weights.reshape(*weights.shape, *(1,) * (rank - weights.ndim))
    return jnp.where(mask.reshape(*mask.shape, *(1,) * (rank - mask.ndim)), weights, 0)
