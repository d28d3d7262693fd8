"""Transposed convolutions of one, two and three dimensions, as users make them."""

from __future__ import annotations

from typing import Any

from cornu.layers.convolutional.base import Sizes
from cornu.layers.convolutional.base_conv_transpose import BaseConvTranspose


class Conv1DTranspose(BaseConvTranspose):
    """Transposed convolution of sequences, which enlarges them by the strides.

    The kernel has shape (*kernel_size, filters, channels).

    Args:
        filters: number of filters, the channels of the outputs.
        kernel_size: size of the window, an int or a tuple of one.
        strides: steps of the window, an int or a tuple of one; above 1 only without a dilation.
        padding: "valid" or "same" (outputs of size `input * stride`).
        output_padding: rows added at the end of each dimension, less than the strides;
            None lets the outputs be as large as the inputs of such a convolution could be.
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        activation: activation function or its name, applied last; None for none.
        use_bias: whether a bias is added to each output channel.
        kernel_initializer, bias_initializer: first values of the kernel and the bias.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties on the kernel, the
            bias and the outputs.
        kernel_constraint, bias_constraint: projections of the kernel and the bias after each step.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`.

    Shapes:
        Inputs (batch, time, channels), outputs the same with filters channels;
        with "channels_first" (batch, channels, time).

    Raises:
        ValueError: if a setting is out of its range, or the inputs do not fit.

    References:
        Zeiler et al., 2010, Deconvolutional networks, CVPR

    >>> x = keras.ops.ones((1, 10, 4))
    >>> keras.layers.Conv1DTranspose(8, 3, strides=2, padding="same")(x).shape
    (1, 20, 8)
    """

    rank = 1


class Conv2DTranspose(BaseConvTranspose):
    """Transposed convolution of images, which enlarges them by the strides.

    The kernel has shape (*kernel_size, filters, channels).

    Args:
        filters: number of filters, the channels of the outputs.
        kernel_size: size of the window, an int or 2 ints.
        strides: steps of the window, an int or 2 ints; above 1 only without a dilation.
        padding: "valid" or "same" (outputs of size `input * stride`).
        output_padding: rows added at the end of each dimension, less than the strides;
            None lets the outputs be as large as the inputs of such a convolution could be.
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        activation: activation function or its name, applied last; None for none.
        use_bias: whether a bias is added to each output channel.
        kernel_initializer, bias_initializer: first values of the kernel and the bias.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties on the kernel, the
            bias and the outputs.
        kernel_constraint, bias_constraint: projections of the kernel and the bias after each step.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`.

    Shapes:
        Inputs (batch, height, width, channels), outputs the same with filters channels;
        with "channels_first" (batch, channels, height, width).

    Raises:
        ValueError: if a setting is out of its range, or the inputs do not fit.

    References:
        Zeiler et al., 2010, Deconvolutional networks, CVPR

    >>> x = keras.ops.ones((1, 10, 10, 3))
    >>> keras.layers.Conv2DTranspose(8, 3, strides=2, padding="same")(x).shape
    (1, 20, 20, 8)
    """

    rank = 2


class Conv3DTranspose(BaseConvTranspose):
    """Transposed convolution of volumes, which enlarges them by the strides.

    The kernel has shape (*kernel_size, filters, channels).

    Args:
        filters: number of filters, the channels of the outputs.
        kernel_size: size of the window, an int or 3 ints.
        strides: steps of the window, an int or 3 ints; above 1 only without a dilation.
        padding: "valid" or "same" (outputs of size `input * stride`).
        data_format: "channels_last", "channels_first", or None for the global setting.
        output_padding: rows added at the end of each dimension, less than the strides;
            None lets the outputs be as large as the inputs of such a convolution could be.
        dilation_rate: distances between the taps of the window.
        activation: activation function or its name, applied last; None for none.
        use_bias: whether a bias is added to each output channel.
        kernel_initializer, bias_initializer: first values of the kernel and the bias.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties on the kernel, the
            bias and the outputs.
        kernel_constraint, bias_constraint: projections of the kernel and the bias after each step.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`.

    Shapes:
        Inputs (batch, depth, height, width, channels), outputs the same with filters channels;
        with "channels_first" (batch, channels, depth, height, width).

    Raises:
        ValueError: if a setting is out of its range, or the inputs do not fit.

    References:
        Zeiler et al., 2010, Deconvolutional networks, CVPR

    >>> x = keras.ops.ones((1, 4, 4, 4, 2))
    >>> keras.layers.Conv3DTranspose(3, 2, strides=2)(x).shape
    (1, 8, 8, 8, 3)
    """

    rank = 3

    # The order of the arguments is Keras's, which is another one than for the other ranks.
    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Sizes | None = None,
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
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
