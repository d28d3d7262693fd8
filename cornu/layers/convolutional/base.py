"""What all convolution layers share: geometry, the bias, the activation and their settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from cornu import activations
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.engine.config import standardize_data_format
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names

Sizes = int | Sequence[int]


class BaseConvolution(Layer):
    """Base of the convolution layers; see `Conv1D` for the arguments they share.

    Raises:
        ValueError: if a setting is out of its range; the message names layer, argument and value.
    """

    rank: int
    paddings: tuple[str, ...] = ("valid", "same")
    _settings = (
        *"kernel_size strides padding data_format dilation_rate activation use_bias".split(),
        *weight_names("bias"),
        "activity_regularizer",
    )

    def __init__(
        self,
        *,
        kernel_size: Sizes,
        strides: Sizes,
        padding: str,
        data_format: str | None,
        dilation_rate: Sizes,
        activation: Any,
        use_bias: bool,
        bias: tuple,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.kernel_size = per_dimension(self, kernel_size, "kernel_size")
        self.strides = per_dimension(self, strides, "strides")
        self.dilation_rate = per_dimension(self, dilation_rate, "dilation_rate")
        self.padding = padding.lower() if isinstance(padding, str) else padding
        if self.padding not in self.paddings:
            allowed = " or ".join(map(repr, self.paddings))
            raise ValueError(f"Layer {self.name!r}: padding must be {allowed}; got {padding!r}.")
        self.data_format = standardize_data_format(data_format)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        set_weight_settings(self, "bias", *bias)
        self.bias = None
        self.input_spec = InputSpec(min_ndim=self.rank + 2)

    @property
    def output_activation(self) -> Any:
        """The activation that gives the outputs; `linear` for none."""
        return self.activation or activations.linear

    @property
    def channel_axis(self) -> int:
        """The axis of the channels in the inputs."""
        return -1 if self.data_format == "channels_last" else 1

    def channels_of(self, input_shape: tuple) -> int:
        """Number of channels of inputs of that shape, which later inputs must have too.

        Raises:
            ValueError: if the shape has another rank, or does not say it.
        """
        channels = input_shape[self.channel_axis] if len(input_shape) == self.rank + 2 else None
        if not channels:
            sizes = ("height", "width", "depth")[: self.rank] if self.rank > 1 else ("time",)
            axes = (*sizes, "channels") if self.channel_axis == -1 else ("channels", *sizes)
            raise ValueError(
                f"Layer {self.name!r} expects inputs of shape (batch, {', '.join(axes)}) with a "
                f"known number of channels, not 0; got shape {tuple(input_shape)}. Check the layer "
                "before it, or data_format."
            )
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={self.channel_axis: channels})
        return channels

    def check_room(self, input_shape: tuple) -> None:
        """Raise an error if the window is larger than inputs of that shape, where that is known.

        Raises:
            ValueError: if there would be no output.
        """
        if self.padding != "valid" or len(input_shape) != self.rank + 2:
            return
        space = input_shape[1:-1] if self.channel_axis == -1 else input_shape[2:]
        reach = [(k - 1) * d + 1 for k, d in zip(self.kernel_size, self.dilation_rate)]
        if any(type(size) is int and size < r for size, r in zip(space, reach)):
            raise ValueError(
                f"Layer {self.name!r}: a window of {tuple(reach)} does not fit into inputs of size "
                f"{tuple(space)} (shape {tuple(input_shape)}). Use padding='same', a smaller "
                "kernel_size, or larger inputs."
            )

    def add_bias_weight(self, size: int) -> None:
        """Create the bias if the layer has one."""
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(size,), **weight_arguments(self, "bias")
            )

    def finish(self, outputs: jax.Array) -> jax.Array:
        """Add the bias and apply the activation, which XLA fuses into one pass."""
        if self.bias is not None:
            bias = self.bias.value
            if self.channel_axis == 1:
                bias = bias.reshape(-1, *(1,) * self.rank)
            outputs = outputs + bias
        return self.activation(outputs)


def per_dimension(layer: Layer, value: Sizes, name: str) -> tuple[int, ...]:
    """An int or one int per spatial dimension of the layer, as a tuple of positive ints.

    Raises:
        ValueError: for anything else, naming layer and argument.
    """
    items = (value,) * layer.rank if isinstance(value, int) else value
    fits = isinstance(items, (list, tuple)) and len(items) == layer.rank
    if not fits or not all(isinstance(item, int) and item > 0 for item in items):
        raise ValueError(
            f"Layer {layer.name!r}: {name} must be a positive int or {layer.rank} of them; "
            f"got {value!r}."
        )
    return tuple(items)


def refuse_strides_with_dilation(layer: Layer) -> None:
    """Raise an error if both the strides and the dilation of the layer are above 1.

    Raises:
        ValueError: as said.
    """
    if max(layer.strides) > 1 and max(layer.dilation_rate) > 1:
        raise ValueError(
            f"Layer {layer.name!r}: strides above 1 cannot be combined with a dilation_rate "
            f"above 1; got strides={layer.strides}, dilation_rate={layer.dilation_rate}."
        )
