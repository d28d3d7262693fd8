"""Checks of the arguments that image layers share: factors, value ranges, choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

Factor = float | Sequence[float]


def interval(
    value: Any, name: str, low: float, high: float, single: str = "symmetric"
) -> tuple[float, float]:
    """The two ends between which a parameter is drawn.

    Args:
        value: a number, or two.
        name: the argument's name, for the error.
        low: least value allowed.
        high: greatest value allowed.
        single: what one number f stands for: `"symmetric"` from -f to f, but not below `low`;
            `"from_zero"` from 0 to f; `"both"` the same number twice.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(value, (int, float)):
        ends = {
            "symmetric": (max(-abs(value), low), abs(value)),
            "from_zero": (0, value),
            "both": (value, value),
        }[single]
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        ends = tuple(value) if single == "both" else tuple(sorted(value))
    else:
        raise ValueError(f"`{name}` must be a number, or two of them (low, high); got {value!r}.")
    if not all(low <= end <= high for end in ends):
        raise ValueError(f"`{name}` must lie in [{low}, {high}]; got {value!r}.")
    return ends


def value_limits(value_range: Any) -> tuple[float, float]:
    """The least and the greatest value of a pixel.

    Raises:
        ValueError: unless two numbers are given.
    """
    if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
        raise ValueError(
            f"`value_range` must be two numbers such as (0, 255) or (0, 1); got {value_range!r}."
        )
    return tuple(sorted(value_range))


def one_of(value: Any, name: str, choices: Sequence[str]) -> Any:
    """The value, if it is one of the choices.

    Raises:
        ValueError: if it is not.
    """
    if value not in choices:
        raise ValueError(f"`{name}` must be one of {', '.join(choices)}; got {value!r}.")
    return value


def rescaled(images: jax.Array, source: Sequence[float], target: Sequence[float]) -> jax.Array:
    """Values brought linearly from one range to another."""
    if tuple(source) == tuple(target):
        return images
    factor = (target[1] - target[0]) / (source[1] - source[0])
    return (images - source[0]) * factor + target[0]
