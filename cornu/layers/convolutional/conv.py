"""Convolution layers of one, two and three dimensions, as users make them."""

from __future__ import annotations

from cornu.layers.convolutional.base_conv import BaseConv


class Conv1D(BaseConv):
    """Convolution of sequences.

    The kernel has shape (*kernel_size, channels / groups, filters).

    Args:
        filters: number of filters, the channels of the outputs.
        kernel_size: size of the window, an int or a tuple of one.
        strides: steps of the window, an int or a tuple of one; above 1 only without a dilation.
        padding: "valid" (none), "same" (as many outputs as inputs for strides of 1), or
            "causal" (zeros before the first step, so that no output sees later steps).
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        groups: number of groups that channels and filters are divided into; each group of
            filters sees one group of channels.
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

    >>> x = keras.ops.ones((1, 10, 4))
    >>> keras.layers.Conv1D(8, 3, padding="causal", activation="relu")(x).shape
    (1, 10, 8)
    """

    paddings = ("valid", "same", "causal")
    rank = 1


class Conv2D(BaseConv):
    """Convolution of images.

    The kernel has shape (*kernel_size, channels / groups, filters).

    Args:
        filters: number of filters, the channels of the outputs.
        kernel_size: size of the window, an int or 2 ints.
        strides: steps of the window, an int or 2 ints; above 1 only without a dilation.
        padding: "valid" (none) or "same" (as many outputs as inputs for strides of 1).
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        groups: number of groups that channels and filters are divided into; each group of
            filters sees one group of channels.
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

    >>> x = keras.ops.ones((1, 10, 10, 3))
    >>> keras.layers.Conv2D(8, 3, activation="relu")(x).shape
    (1, 8, 8, 8)
    """

    rank = 2


class Conv3D(BaseConv):
    """Convolution of volumes.

    The kernel has shape (*kernel_size, channels / groups, filters).

    Args:
        filters: number of filters, the channels of the outputs.
        kernel_size: size of the window, an int or 3 ints.
        strides: steps of the window, an int or 3 ints; above 1 only without a dilation.
        padding: "valid" (none) or "same" (as many outputs as inputs for strides of 1).
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: distances between the taps of the window.
        groups: number of groups that channels and filters are divided into; each group of
            filters sees one group of channels.
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

    >>> x = keras.ops.ones((1, 5, 6, 7, 2))
    >>> keras.layers.Conv3D(4, 3, padding="same")(x).shape
    (1, 5, 6, 7, 4)
    """

    rank = 3


Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
