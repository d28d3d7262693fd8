"""Sequences, images and volumes made larger by whole factors."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.engine import config
from cornu.layers.reshaping.borders import spatial_first

INTERPOLATIONS = ("bicubic", "bilinear", "lanczos3", "lanczos5", "nearest")


class UpSampling1D(Layer):
    """Repeat each step of a sequence.

    Args:
        size: how often.
        **kwargs: `name`, `dtype`.

    Input shape (batch, time, channels), output shape (batch, time * size, channels).

    >>> keras.layers.UpSampling1D(2)(keras.ops.ones((1, 3, 4))).shape
    (1, 6, 4)
    """

    _settings = ("size",)

    def __init__(self, size: int = 2, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(size, int):
            raise TypeError(f"UpSampling1D {self.name!r} needs an int; got size={size!r}.")
        self.size = size
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs: jax.Array) -> jax.Array:
        """The longer sequences."""
        return jnp.repeat(inputs, self.size, axis=1)


class UpSampling2D(Layer):
    """Make images larger.

    Args:
        size: factor, or a pair of factors (height, width).
        data_format: `"channels_last"`, shape (batch, height, width, channels), or
            `"channels_first"`; the global setting by default.
        interpolation: "nearest", which repeats pixels, "bilinear", "bicubic", "lanczos3" or
            "lanczos5".
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for an unknown interpolation.

    >>> keras.layers.UpSampling2D((2, 3))(keras.ops.ones((1, 4, 4, 3))).shape
    (1, 8, 12, 3)
    """

    _settings = ("size", "data_format", "interpolation")

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.size = factors(size, 2, self)
        self.interpolation = str(interpolation).lower()
        if self.interpolation not in INTERPOLATIONS:
            raise ValueError(
                f"UpSampling2D {self.name!r} knows the interpolations "
                f"{', '.join(map(repr, INTERPOLATIONS))}; got {interpolation!r}."
            )
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs: jax.Array) -> jax.Array:
        """The larger images."""
        if self.interpolation == "nearest":
            return repeated(inputs, self.size, self.data_format)
        first = spatial_first(self.data_format)
        size = [n * f for n, f in zip(inputs.shape[first : first + 2], self.size)]
        return ops.image.resize(
            inputs, size, interpolation=self.interpolation, data_format=self.data_format
        )


class UpSampling3D(Layer):
    """Repeat each voxel of a volume.

    Args:
        size: factor, or three factors (depth, height, width).
        data_format: `"channels_last"`, shape (batch, depth, height, width, channels), or
            `"channels_first"`; the global setting by default.
        **kwargs: `name`, `dtype`.

    >>> keras.layers.UpSampling3D(2)(keras.ops.ones((1, 2, 2, 2, 3))).shape
    (1, 4, 4, 4, 3)
    """

    _settings = ("size", "data_format")

    def __init__(self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.size = factors(size, 3, self)
        self.input_spec = InputSpec(ndim=5)

    def call(self, inputs: jax.Array) -> jax.Array:
        """The larger volumes."""
        return repeated(inputs, self.size, self.data_format)


def repeated(x: jax.Array, times: tuple[int, ...], data_format: str) -> jax.Array:
    """Each spatial axis with its slices repeated."""
    for axis, n in enumerate(times, spatial_first(data_format)):
        x = jnp.repeat(x, n, axis=axis)
    return x


def factors(value: Any, axes: int, layer: Layer) -> tuple[int, ...]:
    """A factor for each spatial axis, from an int or as many ints."""
    found = (value,) * axes if isinstance(value, int) else value
    if (
        isinstance(found, (list, tuple))
        and len(found) == axes
        and all(isinstance(n, int) and n > 0 for n in found)
    ):
        return tuple(found)
    raise ValueError(
        f"{type(layer).__name__} {layer.name!r} needs as size a positive int or {axes} of them; "
        f"got {value!r}."
    )
