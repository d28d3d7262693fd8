"""Checks of arguments and masks that layers of all rooms share."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.layer import Layer


def step_mask(layer: Layer, mask: Any, shape: tuple, axes: int = 2) -> jax.Array:
    """A mask as booleans with one value for each step of the inputs.

    Args:
        layer: for the message.
        mask: booleans or numbers, of the shape of the inputs' first axes.
        shape: shape of the inputs.
        axes: how many axes the mask has: batch and time by default.

    Raises:
        ValueError: naming layer and shapes, if the mask has another shape.
    """
    mask = jnp.asarray(mask, "bool")
    wanted = tuple(shape[:axes])
    if mask.ndim == axes + 1 and mask.shape[-1] == 1:
        mask = mask[..., 0]
    # Sizes that are no ints are unknown.
    pairs = zip(mask.shape, wanted)
    if mask.ndim != axes or any(m not in (1, n) for m, n in pairs if type(n) is type(m) is int):
        raise ValueError(
            f"Layer {layer.name!r}: the mask must have the shape {wanted}, one value for each step "
            f"of inputs of shape {tuple(shape)}; got {mask.shape}."
        )
    return mask


def check_positive(layer: Layer, **values: Any) -> None:
    """Raise an error for a value that is no positive int.

    Args:
        layer: for the message.
        **values: the arguments by name.

    Raises:
        ValueError: naming layer, argument and value.
    """
    for name, value in values.items():
        number = hasattr(value, "__index__") and not isinstance(value, bool)
        if not number or value < 1:
            raise ValueError(f"Layer {layer.name!r}: {name} must be a positive int; got {value!r}.")
