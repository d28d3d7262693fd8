"""What the transposed convolution layers share."""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.layers.checks import check_positive
from cornu.layers.convolutional.base import BaseConvolution, Sizes, refuse_strides_with_dilation
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names


class BaseConvTranspose(BaseConvolution):
    """Base of `Conv1DTranspose` to `Conv3DTranspose`; see there for the arguments."""

    _settings = ("filters", "output_padding", *weight_names("kernel"))

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        output_padding: Sizes | None = None,
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            bias=(bias_initializer, bias_regularizer, bias_constraint),
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        check_positive(self, filters=filters)
        refuse_strides_with_dilation(self)
        self.filters = filters
        self.output_padding = self._output_padding(output_padding)
        set_weight_settings(
            self, "kernel", kernel_initializer, kernel_regularizer, kernel_constraint
        )

    def build(self, input_shape: tuple) -> None:
        """Create the kernel of shape (*kernel_size, filters, channels) and the bias."""
        channels = self.channels_of(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, self.filters, channels),
            **weight_arguments(self, "kernel"),
        )
        self.add_bias_weight(self.filters)

    def call(self, inputs: Any) -> jax.Array:
        """Apply the transposed convolution, the bias and the activation."""
        outputs = ops.conv_transpose(
            inputs,
            self.kernel,
            self.strides,
            self.padding,
            self.output_padding,
            self.data_format,
            self.dilation_rate,
        )
        return self.finish(outputs)

    def _output_padding(self, value: Sizes | None) -> tuple[int, ...] | None:
        if value is None:
            return None
        items = (value,) * self.rank if isinstance(value, int) else tuple(value)
        fits = len(items) == self.rank and all(
            0 <= item < stride for item, stride in zip(items, self.strides)
        )
        if not fits:
            raise ValueError(
                f"Layer {self.name!r}: output_padding must be None, or at least 0 and less than "
                f"the strides {self.strides} in each of the {self.rank} dimensions; got {value!r}."
            )
        return items
