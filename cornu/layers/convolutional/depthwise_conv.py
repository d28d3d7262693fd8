"""Depthwise convolutions, as users make them."""

from __future__ import annotations

from typing import Any

from cornu.layers.convolutional.base import Sizes
from cornu.layers.convolutional.base_depthwise_conv import BaseDepthwiseConv


class DepthwiseConv1D(BaseDepthwiseConv):
    """Convolution of each channel of sequences by itself.

    The kernel has shape (*kernel_size, channels, depth_multiplier).

    Args:
        kernel_size: size of the window, an int or a tuple of one.
        strides: steps of the window, an int or a tuple of one.
        padding: "valid" (none) or "same" (as many outputs as inputs for strides of 1).
        depth_multiplier: number of outputs per channel.
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        activation: activation function or its name, applied last; None for none.
        use_bias: whether a bias is added to each output channel.
        depthwise_initializer: initializer of the depthwise kernel.
        bias_initializer: initializer of the bias.
        depthwise_regularizer: regularizer of the depthwise kernel.
        bias_regularizer: regularizer of the bias.
        activity_regularizer: regularizer of the outputs.
        depthwise_constraint: constraint on the depthwise kernel.
        bias_constraint: constraint on the bias.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`.

    Shapes:
        Inputs (batch, time, channels), outputs with channels * depth_multiplier;
        with "channels_first" (batch, channels, time).

    Raises:
        ValueError: if a setting is out of its range, or the inputs do not fit.

    >>> x = keras.ops.ones((1, 10, 4))
    >>> keras.layers.DepthwiseConv1D(3, depth_multiplier=2)(x).shape
    (1, 8, 8)
    """

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
            rank=1,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )


class DepthwiseConv2D(BaseDepthwiseConv):
    """Convolution of each channel of images by itself.

    The kernel has shape (*kernel_size, channels, depth_multiplier).

    Args:
        kernel_size: size of the window, an int or 2 ints.
        strides: steps of the window, an int or 2 ints.
        padding: "valid" (none) or "same" (as many outputs as inputs for strides of 1).
        depth_multiplier: number of outputs per channel.
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        activation: activation function or its name, applied last; None for none.
        use_bias: whether a bias is added to each output channel.
        depthwise_initializer: initializer of the depthwise kernel.
        bias_initializer: initializer of the bias.
        depthwise_regularizer: regularizer of the depthwise kernel.
        bias_regularizer: regularizer of the bias.
        activity_regularizer: regularizer of the outputs.
        depthwise_constraint: constraint on the depthwise kernel.
        bias_constraint: constraint on the bias.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`.

    Shapes:
        Inputs (batch, height, width, channels), outputs with channels * depth_multiplier;
        with "channels_first" (batch, channels, height, width).

    Raises:
        ValueError: if a setting is out of its range, or the inputs do not fit.

    >>> x = keras.ops.ones((1, 10, 10, 3))
    >>> keras.layers.DepthwiseConv2D(3, padding="same")(x).shape
    (1, 10, 10, 3)
    """

    def __init__(
        self,
        kernel_size: Sizes,
        strides: Sizes = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Sizes = (1, 1),
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
            rank=2,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
