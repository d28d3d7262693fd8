"""What padding and cropping share: how their amounts may be written."""

from __future__ import annotations

from typing import Any

from cornu.core.layer import Layer


def amounts(value: Any, axes: int, layer: Layer, name: str) -> tuple:
    """A pair (before, after) for each spatial axis; for a single axis the pair itself.

    Args:
        value: an int for all; or for each axis an int or a pair.
        axes: number of spatial axes.
        layer: for messages.
        name: of the argument.

    Raises:
        ValueError: for another form, or negative amounts.
    """
    form = f"an int, {axes} ints, or {axes} pairs" if axes > 1 else "an int or a pair"
    each = (value,) * axes if isinstance(value, int) or axes == 1 else value
    if isinstance(each, (list, tuple)) and len(each) == axes:
        found = tuple((v, v) if isinstance(v, int) else v for v in each)
        if all(map(_is_pair, found)):
            found = tuple(tuple(pair) for pair in found)
            return found if axes > 1 else found[0]
    raise ValueError(
        f"{type(layer).__name__} {layer.name!r} needs as {name} {form} (before, after), none "
        f"negative; got {value!r}."
    )


def pairs(found: tuple) -> tuple[tuple[int, int], ...]:
    """What `amounts` returned as a pair for each spatial axis, of a single axis too."""
    return (found,) if isinstance(found[0], int) else found


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(v, int) and v >= 0 for v in value)
    )


def spatial_first(data_format: str) -> int:
    """Number of the first spatial axis."""
    return 2 if data_format == "channels_first" else 1
