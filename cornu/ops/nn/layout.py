"""Helpers for operations over spatial dimensions: sizes per dimension, and the image layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine.config import standardize_data_format


def per_dimension(value: int | Sequence[int], ndim: int, name: str) -> tuple[int, ...]:
    """The value as one int per spatial dimension.

    Raises:
        ValueError: if a sequence has another length, or an item is no positive int.
    """
    items = (value,) * ndim if isinstance(value, int) else tuple(value)
    if len(items) != ndim or not all(int(item) == item and item > 0 for item in items):
        raise ValueError(
            f"{name} must be a positive int or one for each of the {ndim} spatial dimensions; "
            f"got {value!r}."
        )
    return tuple(int(item) for item in items)


def padding_name(padding: str) -> str:
    """`"same"` or `"valid"`, in lower case.

    Raises:
        ValueError: for anything else.
    """
    name = padding.lower() if isinstance(padding, str) else padding
    if name not in ("same", "valid"):
        raise ValueError(
            f"padding must be 'same' or 'valid'; got {padding!r}. For other paddings call "
            "`ops.pad` first."
        )
    return name


def in_channels_last(function: Callable, x: jax.Array, data_format: str | None) -> Any:
    """Apply a function of channels-last tensors to a tensor in either layout."""
    if standardize_data_format(data_format) == "channels_last":
        return function(x)
    return jnp.moveaxis(function(jnp.moveaxis(x, 1, -1)), -1, 1)


def check_rank(x: jax.Array, operation: str) -> int:
    """Number of spatial dimensions of a tensor (batch, *space, channels).

    Raises:
        ValueError: if it is not 1, 2 or 3.
    """
    if x.ndim not in (3, 4, 5):
        raise ValueError(
            f"{operation} takes a batch of sequences, images or volumes, of rank 3, 4 or 5 with "
            f"batch and channels; got shape {tuple(x.shape)}."
        )
    return x.ndim - 2
