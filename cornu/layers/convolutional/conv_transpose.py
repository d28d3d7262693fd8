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
        strides: steps of the window, an int or a tuple of one; above 1 not together with a dilation
            above 1.
        padding: "valid" or "same" (outputs of size `input * stride`).
        output_padding: rows added at the end of each dimension, less than the strides;
            None lets the outputs be as large as the inputs of such a convolution could be.
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        activation: activation function or its name, applied last; None for none.
        use_bias: whether a bias is added to each output channel.
        kernel_initializer: initializer of the kernel.
        bias_initializer: initializer of the bias.
        kernel_regularizer: regularizer of the kernel.
        bias_regularizer: regularizer of the bias.
        activity_regularizer: regularizer of the outputs.
        kernel_constraint: constraint on the kernel.
        bias_constraint: constraint on the bias.
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
            rank=1,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            output_padding=output_padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )


class Conv2DTranspose(BaseConvTranspose):
    """Transposed convolution of images, which enlarges them by the strides.

    The kernel has shape (*kernel_size, filters, channels).

    Args:
        filters: number of filters, the channels of the outputs.
        kernel_size: size of the window, an int or 2 ints.
        strides: steps of the window, an int or 2 ints; above 1 not together with a dilation
            above 1.
        padding: "valid" or "same" (outputs of size `input * stride`).
        output_padding: rows added at the end of each dimension, less than the strides;
            None lets the outputs be as large as the inputs of such a convolution could be.
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        activation: activation function or its name, applied last; None for none.
        use_bias: whether a bias is added to each output channel.
        kernel_initializer: initializer of the kernel.
        bias_initializer: initializer of the bias.
        kernel_regularizer: regularizer of the kernel.
        bias_regularizer: regularizer of the bias.
        activity_regularizer: regularizer of the outputs.
        kernel_constraint: constraint on the kernel.
        bias_constraint: constraint on the bias.
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

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = (1, 1),
        padding: str = "valid",
        output_padding: Sizes | None = None,
        data_format: str | None = None,
        dilation_rate: Sizes = (1, 1),
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
            rank=2,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            output_padding=output_padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )


class Conv3DTranspose(BaseConvTranspose):
    """Transposed convolution of volumes, which enlarges them by the strides.

    The kernel has shape (*kernel_size, filters, channels).

    Args:
        filters: number of filters, the channels of the outputs.
        kernel_size: size of the window, an int or 3 ints.
        strides: steps of the window, an int or 3 ints; above 1 not together with a dilation
            above 1.
        padding: "valid" or "same" (outputs of size `input * stride`).
        data_format: "channels_last", "channels_first", or None for the global setting.
        output_padding: rows added at the end of each dimension, less than the strides;
            None lets the outputs be as large as the inputs of such a convolution could be.
        dilation_rate: distances between the taps of the window.
        activation: activation function or its name, applied last; None for none.
        use_bias: whether a bias is added to each output channel.
        kernel_initializer: initializer of the kernel.
        bias_initializer: initializer of the bias.
        kernel_regularizer: regularizer of the kernel.
        bias_regularizer: regularizer of the bias.
        activity_regularizer: regularizer of the outputs.
        kernel_constraint: constraint on the kernel.
        bias_constraint: constraint on the bias.
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

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Sizes | None = None,
        dilation_rate: Sizes = (1, 1, 1),
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
            rank=3,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            output_padding=output_padding,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
