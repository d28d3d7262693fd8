"""The settings of a layer's weight: its initializer, regularizer and constraint, kept as one.

A layer keeps them as attributes (`kernel_initializer`, `kernel_regularizer`, `kernel_constraint`),
passes them to `add_weight`, and writes them into its config; here is each of these steps once.
"""

from __future__ import annotations

from typing import Any

from cornu import constraints, initializers, regularizers


def set_weight_settings(
    layer: Any, prefix: str, initializer: Any, regularizer: Any, constraint: Any
) -> None:
    """Keep a weight's settings, given as objects, names or configs, as attributes of the layer.

    Args:
        layer: the layer.
        prefix: what the attributes start with, such as "kernel".
        initializer: what `initializers.get` takes.
        regularizer: what `regularizers.get` takes.
        constraint: what `constraints.get` takes.
    """
    setattr(layer, f"{prefix}_initializer", initializers.get(initializer))
    setattr(layer, f"{prefix}_regularizer", regularizers.get(regularizer))
    setattr(layer, f"{prefix}_constraint", constraints.get(constraint))


def weight_arguments(layer: Any, prefix: str) -> dict[str, Any]:
    """The settings as keyword arguments of `add_weight`."""
    return {
        "initializer": getattr(layer, f"{prefix}_initializer"),
        "regularizer": getattr(layer, f"{prefix}_regularizer"),
        "constraint": getattr(layer, f"{prefix}_constraint"),
    }


def weight_names(*prefixes: str) -> tuple[str, ...]:
    """The attributes of some weights' settings, which the layer's config holds."""
    kinds = ("initializer", "regularizer", "constraint")
    return tuple(f"{prefix}_{kind}" for prefix in prefixes for kind in kinds)
