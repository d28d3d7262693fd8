"""What the depthwise convolution layers share."""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.layers.checks import check_positive
from cornu.layers.convolutional.base import BaseConvolution, Sizes
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names


class BaseDepthwiseConv(BaseConvolution):
    """Base of `DepthwiseConv1D` and `DepthwiseConv2D`; see there for the arguments."""

    _settings = ("depth_multiplier", *weight_names("depthwise"))

    def __init__(
        self,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
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
        check_positive(self, depth_multiplier=depth_multiplier)
        self.depth_multiplier = depth_multiplier
        set_weight_settings(
            self, "depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint
        )

    def build(self, input_shape: tuple) -> None:
        """Create the kernel of shape (*kernel_size, channels, depth_multiplier) and the bias."""
        channels = self.channels_of(input_shape)
        self.check_room(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            **weight_arguments(self, "depthwise"),
        )
        self.add_bias_weight(channels * self.depth_multiplier)

    def call(self, inputs: Any) -> jax.Array:
        """Convolve each channel, add the bias and apply the activation."""
        self.check_room(inputs.shape)
        outputs = ops.depthwise_conv(
            inputs, self.kernel, self.strides, self.padding, self.data_format, self.dilation_rate
        )
        return self.finish(outputs)
