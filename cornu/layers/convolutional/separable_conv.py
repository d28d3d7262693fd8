"""Separable convolutions, as users make them."""

from __future__ import annotations

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
        depthwise_initializer, pointwise_initializer, bias_initializer: first values of the
            depthwise kernel, the pointwise kernel and the bias.
        depthwise_regularizer, pointwise_regularizer, bias_regularizer, activity_regularizer:
            penalties on the depthwise kernel, the pointwise kernel, the bias and the outputs.
        depthwise_constraint, pointwise_constraint, bias_constraint: projections of the depthwise
            kernel, the pointwise kernel and the bias after each step.
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

    rank = 1


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
        depthwise_initializer, pointwise_initializer, bias_initializer: first values of the
            depthwise kernel, the pointwise kernel and the bias.
        depthwise_regularizer, pointwise_regularizer, bias_regularizer, activity_regularizer:
            penalties on the depthwise kernel, the pointwise kernel, the bias and the outputs.
        depthwise_constraint, pointwise_constraint, bias_constraint: projections of the depthwise
            kernel, the pointwise kernel and the bias after each step.
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

    rank = 2


SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
