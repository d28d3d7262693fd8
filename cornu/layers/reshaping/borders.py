"""What padding and cropping share: how their amounts may be written."""

from __future__ import annotations

from typing import Any

from cornu.core.layer import Layer


def amounts(value: Any, axes: int, layer: Layer, name: str) -> tuple[tuple[int, int], ...]:
    """A pair (before, after) for each spatial axis.

    Args:
        value: an int for all; or for each axis an int or a pair.
        axes: number of spatial axes.
        layer: for messages.
        name: of the argument.

    Raises:
        ValueError: for another form, or negative amounts.
    """
    each = (value,) * axes if isinstance(value, int) else value
    if isinstance(each, (list, tuple)) and len(each) == axes:
        pairs = tuple((v, v) if isinstance(v, int) else v for v in each)
        if all(map(_is_pair, pairs)):
            return tuple(tuple(pair) for pair in pairs)
    raise ValueError(
        f"{type(layer).__name__} {layer.name!r} needs as {name} an int, {axes} ints, or {axes} "
        f"pairs (before, after), none negative; got {value!r}."
    )


def one_axis(value: Any, layer: Layer, name: str) -> tuple[int, int]:
    """The pair (before, after) of the only spatial axis, from an int or a pair."""
    pair = (value, value) if isinstance(value, int) else value
    if not _is_pair(pair):
        raise ValueError(
            f"{type(layer).__name__} {layer.name!r} needs as {name} an int or a pair (before, "
            f"after), none negative; got {value!r}."
        )
    return tuple(pair)


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(v, int) and v >= 0 for v in value)
    )


def spatial_first(data_format: str) -> int:
    """Number of the first spatial axis."""
    return 2 if data_format == "channels_first" else 1
