"""Separable convolutions, as users make them."""

from __future__ import annotations

from typing import Any

from cornu.layers.convolutional.base import Sizes
from cornu.layers.convolutional.base_separable_conv import BaseSeparableConv


class SeparableConv1D(BaseSeparableConv):
    """Depthwise convolution of sequences, then one of window 1 that mixes the channels.

    The kernels have shapes (*kernel_size, channels, depth_multiplier) and
    (*ones, channels * depth_multiplier, filters).

    Args:
        filters: number of filters, the channels of the outputs.
        kernel_size: size of the window, an int or a tuple of one.
        strides: steps of the window, an int or a tuple of one.
        padding: "valid" (none) or "same" (as many outputs as inputs for strides of 1).
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        depth_multiplier: number of outputs per channel of the depthwise convolution.
        activation: activation function or its name, applied last; None for none.
        use_bias: whether a bias is added to each output channel.
        depthwise_initializer: initializer of the depthwise kernel.
        pointwise_initializer: initializer of the pointwise kernel.
        bias_initializer: initializer of the bias.
        depthwise_regularizer: regularizer of the depthwise kernel.
        pointwise_regularizer: regularizer of the pointwise kernel.
        bias_regularizer: regularizer of the bias.
        activity_regularizer: regularizer of the outputs.
        depthwise_constraint: constraint on the depthwise kernel.
        pointwise_constraint: constraint on the pointwise kernel.
        bias_constraint: constraint on the bias.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`.

    Shapes:
        Inputs (batch, time, channels), outputs the same with filters channels;
        with "channels_first" (batch, channels, time).

    Raises:
        ValueError: if a setting is out of its range, or the inputs do not fit.

    References:
        Chollet, 2017, https://arxiv.org/abs/1610.02357

    >>> x = keras.ops.ones((1, 10, 4))
    >>> keras.layers.SeparableConv1D(8, 3)(x).shape
    (1, 8, 8)
    """

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
            rank=1,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            depth_multiplier=depth_multiplier,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            pointwise_initializer=pointwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            pointwise_constraint=pointwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )


class SeparableConv2D(BaseSeparableConv):
    """Depthwise convolution of images, then one of window 1 that mixes the channels.

    The kernels have shapes (*kernel_size, channels, depth_multiplier) and
    (*ones, channels * depth_multiplier, filters).

    Args:
        filters: number of filters, the channels of the outputs.
        kernel_size: size of the window, an int or 2 ints.
        strides: steps of the window, an int or 2 ints.
        padding: "valid" (none) or "same" (as many outputs as inputs for strides of 1).
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        depth_multiplier: number of outputs per channel of the depthwise convolution.
        activation: activation function or its name, applied last; None for none.
        use_bias: whether a bias is added to each output channel.
        depthwise_initializer: initializer of the depthwise kernel.
        pointwise_initializer: initializer of the pointwise kernel.
        bias_initializer: initializer of the bias.
        depthwise_regularizer: regularizer of the depthwise kernel.
        pointwise_regularizer: regularizer of the pointwise kernel.
        bias_regularizer: regularizer of the bias.
        activity_regularizer: regularizer of the outputs.
        depthwise_constraint: constraint on the depthwise kernel.
        pointwise_constraint: constraint on the pointwise kernel.
        bias_constraint: constraint on the bias.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`.

    Shapes:
        Inputs (batch, height, width, channels), outputs the same with filters channels;
        with "channels_first" (batch, channels, height, width).

    Raises:
        ValueError: if a setting is out of its range, or the inputs do not fit.

    References:
        Chollet, 2017, https://arxiv.org/abs/1610.02357

    >>> x = keras.ops.ones((1, 10, 10, 3))
    >>> keras.layers.SeparableConv2D(8, 3, activation="relu")(x).shape
    (1, 8, 8, 8)
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Sizes = (1, 1),
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
            rank=2,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            depth_multiplier=depth_multiplier,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            pointwise_initializer=pointwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            pointwise_constraint=pointwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
