"""One image or a batch, channels first or last: operations see a batch with channels last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine.config import standardize_data_format
from cornu.ops.op import as_array

FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
# Order of the interpolating polynomial.
INTERPOLATIONS = {"nearest": 0, "bilinear": 1}


def on_batch(
    function: Callable[[jax.Array], jax.Array], images: Any, data_format: str | None
) -> jax.Array:
    """Apply a function of (batch, height, width, channels) to images in either layout.

    Raises:
        ValueError: if the images are not of rank 3 or 4.
    """
    images = as_array(images)
    if images.ndim not in (3, 4):
        raise ValueError(
            "Images are tensors of rank 3 (one image) or 4 (a batch), channels included; got shape "
            f"{tuple(images.shape)}."
        )
    first = standardize_data_format(data_format) == "channels_first"
    batch = images if images.ndim == 4 else images[None]
    batch = jnp.moveaxis(batch, 1, -1) if first else batch
    result = function(batch)
    result = jnp.moveaxis(result, -1, 1) if first else result
    return result if images.ndim == 4 else result[0]


def pair(value: Any, name: str) -> tuple:
    """A number, or one each for height and width, as two.

    Raises:
        ValueError: if a sequence has another length.
    """
    items = tuple(value) if hasattr(value, "__len__") else (value, value)
    if len(items) != 2:
        raise ValueError(f"{name} must be a number or two (height, width); got {value!r}.")
    return items


def check_choice(value: Any, name: str, choices: Any) -> None:
    """Raise a ValueError unless the value is one of the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(str, choices))}; got {value!r}.")
