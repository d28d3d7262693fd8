"""What the pooling layers share: pools over windows, over everything, and into given sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax

from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.engine import limits
from cornu.engine.config import standardize_data_format

Sizes = int | Sequence[int]


class BasePooling(Layer):
    """Base of the layers that pool over a sliding window; they set `rank` and `pool`."""

    rank: int
    pool: Callable
    _settings = ("pool_size", "padding", "strides", "data_format")

    def __init__(
        self,
        pool_size: Sizes,
        strides: Sizes | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **kwargs)
        self.pool_size = sizes_of(self, pool_size, "pool_size")
        self.strides = sizes_of(self, self.pool_size if strides is None else strides, "strides")
        self.padding = padding.lower() if isinstance(padding, str) else padding
        if self.padding not in ("valid", "same"):
            raise ValueError(
                f"Layer {self.name!r}: padding must be 'valid' or 'same'; got {padding!r}."
            )
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> jax.Array:
        """Pool each window."""
        self._check_room(inputs.shape)
        return self.pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)

    def _check_room(self, shape: tuple) -> None:
        check_not_empty(self, shape)
        sizes = spatial_sizes(self, shape)
        small = any(type(n) is int and n < window for n, window in zip(sizes, self.pool_size))
        if small and self.padding == "valid":
            raise ValueError(
                f"Layer {self.name!r}: windows of pool_size={self.pool_size} do not fit into the "
                f"spatial sizes {sizes} of inputs of shape {tuple(shape)}: nothing would be left. "
                'Pool less, or use padding="same".'
            )


class BaseGlobalPooling(Layer):
    """Base of the layers that pool over all positions; they set `rank` and `pool`."""

    rank: int
    pool: Callable
    _settings = ("data_format", "keepdims")

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)
        first = 1 if self.data_format == "channels_last" else 2
        self.axes = tuple(range(first, first + self.rank))

    def call(self, inputs: Any) -> jax.Array:
        """Pool each channel."""
        check_not_empty(self, inputs.shape)
        return self.pool(inputs, axis=self.axes, keepdims=self.keepdims)


class BaseAdaptivePooling(Layer):
    """Base of the layers that pool into a given number of windows; they set `rank` and `pool`."""

    rank: int
    pool: Callable
    _settings = ("output_size", "data_format")

    def __init__(self, output_size: Sizes, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.output_size = sizes_of(self, output_size, "output_size")
        # The edges of the windows are made as arrays.
        claimed = limits.BYTES_PER_NUMBER * sum(self.output_size)
        limits.spend("memory", claimed, f"{self.name}: output_size")
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> jax.Array:
        """Pool each window."""
        check_not_empty(self, inputs.shape)
        return self.pool(inputs, self.output_size, self.data_format)


def spatial_sizes(layer: Layer, shape: tuple) -> tuple:
    """The sizes of the spatial dimensions of inputs of a shape."""
    first = 1 if layer.data_format == "channels_last" else 2
    return tuple(shape[first : first + layer.rank])


def check_not_empty(layer: Layer, shape: tuple) -> None:
    """Refuse inputs without positions.

    Raises:
        ValueError: if a spatial size is 0.
    """
    if any(type(n) is int and n == 0 for n in spatial_sizes(layer, shape)):
        raise ValueError(
            f"Layer {layer.name!r} has nothing to pool: a spatial size of inputs of shape "
            f"{tuple(shape)} is 0. Check the layers and the data before it."
        )


def sizes_of(layer: Layer, value: Sizes, name: str) -> tuple[int, ...]:
    """The value as one int per spatial dimension of the layer.

    Raises:
        ValueError: if it is none.
    """
    rank = layer.rank
    items = (value,) * rank if isinstance(value, int) else value
    if not isinstance(items, Sequence) or len(items) != rank or not all(map(_is_size, items)):
        raise ValueError(
            f"Layer {layer.name!r}: {name} must be a positive int or {rank} of them; got {value!r}."
        )
    return tuple(int(item) for item in items)


def _is_size(item: Any) -> bool:
    return isinstance(item, int) and not isinstance(item, bool) and item > 0
