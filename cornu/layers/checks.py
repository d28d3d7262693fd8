"""Checks of constructor arguments that layers of all rooms share."""

from __future__ import annotations

from typing import Any

from cornu.core.layer import Layer


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
