"""What the separable convolution layers share."""

from __future__ import annotations

from typing import Any

import jax

from cornu import ops
from cornu.layers.checks import check_positive
from cornu.layers.convolutional.base import BaseConvolution, Sizes
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names


class BaseSeparableConv(BaseConvolution):
    """Base of `SeparableConv1D` and `SeparableConv2D`; see there for the arguments."""

    _settings = ("filters", "depth_multiplier", *weight_names("depthwise", "pointwise"))

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
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
        check_positive(self, filters=filters, depth_multiplier=depth_multiplier)
        self.filters = filters
        self.depth_multiplier = depth_multiplier
        set_weight_settings(
            self, "depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint
        )
        set_weight_settings(
            self, "pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint
        )

    def build(self, input_shape: tuple) -> None:
        """Create the depthwise kernel, the pointwise kernel and the bias."""
        channels = self.channels_of(input_shape)
        self.check_room(input_shape)
        self.depthwise_kernel = self.add_weight(
            name="depthwise_kernel",
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            **weight_arguments(self, "depthwise"),
        )
        self.pointwise_kernel = self.add_weight(
            name="pointwise_kernel",
            shape=(*(1,) * self.rank, channels * self.depth_multiplier, self.filters),
            **weight_arguments(self, "pointwise"),
        )
        self.add_bias_weight(self.filters)

    def call(self, inputs: Any) -> jax.Array:
        """Convolve each channel, mix the channels, add the bias and apply the activation."""
        self.check_room(inputs.shape)
        outputs = ops.separable_conv(
            inputs,
            self.depthwise_kernel,
            self.pointwise_kernel,
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
        )
        return self.finish(outputs)
