"""What the depthwise convolution layers share."""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.layers.convolutional.base import BaseConvolution, Sizes
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names


class BaseDepthwiseConv(BaseConvolution):
    """Base of `DepthwiseConv1D` and `DepthwiseConv2D`; see there for the arguments."""

    _settings = ("depth_multiplier", *weight_names("depthwise"))

    def __init__(
        self,
        rank: int,
        kernel_size: Sizes,
        depth_multiplier: int = 1,
        depthwise_initializer: Any = "glorot_uniform",
        depthwise_regularizer: Any = None,
        depthwise_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(rank=rank, kernel_size=kernel_size, **kwargs)
        self.check_positive(depth_multiplier=depth_multiplier)
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
        outputs = ops.depthwise_conv(
            inputs, self.kernel, self.strides, self.padding, self.data_format, self.dilation_rate
        )
        return self.finish(outputs)
