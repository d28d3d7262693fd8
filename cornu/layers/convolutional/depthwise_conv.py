"""Depthwise convolutions, as users make them."""

from __future__ import annotations

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
        depthwise_initializer, bias_initializer: first values of the depthwise kernel and the bias.
        depthwise_regularizer, bias_regularizer, activity_regularizer: penalties on the depthwise
            kernel, the bias and the outputs.
        depthwise_constraint, bias_constraint: projections of the depthwise kernel and the bias
            after each step.
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

    rank = 1


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
        depthwise_initializer, bias_initializer: first values of the depthwise kernel and the bias.
        depthwise_regularizer, bias_regularizer, activity_regularizer: penalties on the depthwise
            kernel, the bias and the outputs.
        depthwise_constraint, bias_constraint: projections of the depthwise kernel and the bias
            after each step.
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

    rank = 2
