"""What layers with a factor gamma and an offset beta share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names


class BaseNormalization(Layer):
    """Base of the layers that normalize, then multiply by gamma and add beta."""

    _settings = ("axis", "epsilon", "center", "scale", *weight_names("beta", "gamma"))

    def __init__(
        self,
        *,
        axis: int | Sequence[int],
        epsilon: float,
        center: bool,
        scale: bool,
        beta: tuple,
        gamma: tuple,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        # Statistics need all digits of the inputs.
        self.autocast = False
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        set_weight_settings(self, "beta", *beta)
        set_weight_settings(self, "gamma", *gamma)
        self.supports_masking = True
        self.gamma = self.beta = None

    def add_gamma_and_beta(self, shape: tuple[int, ...], center: bool | None = None) -> None:
        """Create gamma and beta, as far as the settings ask for them."""
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma", shape=shape, **weight_arguments(self, "gamma")
            )
        if self.center if center is None else center:
            self.beta = self.add_weight(name="beta", shape=shape, **weight_arguments(self, "beta"))

    def gamma_and_beta(self) -> tuple[jax.Array | None, jax.Array | None]:
        """The values of gamma and beta, None for what the layer has not."""
        gamma = None if self.gamma is None else self.gamma.raw_value
        beta = None if self.beta is None else self.beta.raw_value
        return gamma, beta


def checked_axis(axis: Any, layer: Layer) -> int | list[int]:
    """The axis as an int, or the axes as a list.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(axis, int):
        return axis
    if isinstance(axis, Sequence) and axis and all(isinstance(a, int) for a in axis):
        return list(axis)
    raise TypeError(
        f"Layer {layer.name!r}: axis must be an int or a list of ints; got {axis!r} of type "
        f"{type(axis).__name__}."
    )


def sizes_along(shape: tuple, axis: int | Sequence[int], layer: Layer) -> tuple[int, ...]:
    """The sizes of a shape along an axis or axes.

    Raises:
        ValueError: if an axis does not exist, or its size is unknown.
    """
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    if any(not -len(shape) <= a < len(shape) for a in axes):
        raise ValueError(
            f"Layer {layer.name!r}: axis={axis} does not exist in inputs of shape {tuple(shape)}."
        )
    # Weights follow the order of the dimensions, whatever the order the axes are given in.
    sizes = tuple(shape[a] for a in sorted(a % len(shape) for a in axes))
    if None in sizes:
        raise ValueError(
            f"Layer {layer.name!r} needs a known size along axis={axis}; got inputs of shape "
            f"{tuple(shape)}. Give the input layer that size."
        )
    return sizes


def spec_along(shape: tuple, axis: int | Sequence[int]) -> InputSpec:
    """Inputs that have the sizes of a shape along an axis or axes."""
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    return InputSpec(
        min_ndim=max(a + 1 if a >= 0 else -a for a in axes), axes={a: shape[a] for a in axes}
    )
