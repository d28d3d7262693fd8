"""`ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D`."""

from __future__ import annotations

from cornu.layers.rnn.conv_lstm import ConvLSTM


class ConvLSTM1D(ConvLSTM):
    """Run an LSTM with convolutions in place of products over sequences of signals.

    Args:
        filters: channels of the output and of the states.
        kernel_size: size of the window, an int.
        strides: steps of the window over the inputs; above 1 only without dilation.
        padding: "valid" for no padding of the inputs, or "same".
        data_format: "channels_last" for (batch, time, length, channels), "channels_first" for
            (batch, time, channels, length);
            None for the global setting.
        dilation_rate: distances between the taps of the window over the inputs.
        activation: function or name, for the output and the new part of the cell state.
        recurrent_activation: function or name, for the gates.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: first values of the kernel, the
            recurrent kernel and the bias.
        unit_forget_bias: whether the bias of the forget gate starts at ones.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: penalties
            on the kernel, the recurrent kernel, the bias and the outputs.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of the kernel, the
            recurrent kernel and the bias after each step.
        dropout: fraction of the inputs dropped in training, the same at all steps.
        recurrent_dropout: fraction of the hidden state dropped in training, the same at all steps.
        seed: int or None, of the dropout masks.
        return_sequences: whether to return the output of each step instead of the last.
        return_state: whether to return the last states behind the output.
        go_backwards: whether to start with the last step; outputs are in the order they are made.
        stateful: whether a batch starts with the states the batch before it ended with.
        **kwargs: `name`, `dtype`, `unroll`, `zero_output_for_mask`.

    Raises:
        ValueError: for inputs without four axes, or whose sizes in space are unknown.

    References:
        Shi et al., 2015, https://arxiv.org/abs/1506.04214

    >>> layer = keras.layers.ConvLSTM1D(filters=4, kernel_size=2)
    >>> layer(keras.ops.ones((2, 3, 6, 1))).shape
    (2, 5, 4)
    """

    rank = 1


class ConvLSTM2D(ConvLSTM):
    """Run an LSTM with convolutions in place of products over sequences of images.

    Args:
        filters: channels of the output and of the states.
        kernel_size: size of the window, an int or one per dimension of space.
        strides: steps of the window over the inputs; above 1 only without dilation.
        padding: "valid" for no padding of the inputs, or "same".
        data_format: "channels_last" for (batch, time, height, width, channels),
            "channels_first" for (batch, time, channels, height, width);
            None for the global setting.
        dilation_rate: distances between the taps of the window over the inputs.
        activation: function or name, for the output and the new part of the cell state.
        recurrent_activation: function or name, for the gates.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: first values of the kernel, the
            recurrent kernel and the bias.
        unit_forget_bias: whether the bias of the forget gate starts at ones.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: penalties
            on the kernel, the recurrent kernel, the bias and the outputs.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of the kernel, the
            recurrent kernel and the bias after each step.
        dropout: fraction of the inputs dropped in training, the same at all steps.
        recurrent_dropout: fraction of the hidden state dropped in training, the same at all steps.
        seed: int or None, of the dropout masks.
        return_sequences: whether to return the output of each step instead of the last.
        return_state: whether to return the last states behind the output.
        go_backwards: whether to start with the last step; outputs are in the order they are made.
        stateful: whether a batch starts with the states the batch before it ended with.
        **kwargs: `name`, `dtype`, `unroll`, `zero_output_for_mask`.

    Raises:
        ValueError: for inputs without five axes, or whose sizes in space are unknown.

    References:
        Shi et al., 2015, https://arxiv.org/abs/1506.04214

    >>> layer = keras.layers.ConvLSTM2D(filters=4, kernel_size=2)
    >>> layer(keras.ops.ones((2, 3, 6, 6, 1))).shape
    (2, 5, 5, 4)
    """

    rank = 2


class ConvLSTM3D(ConvLSTM):
    """Run an LSTM with convolutions in place of products over sequences of volumes.

    Args:
        filters: channels of the output and of the states.
        kernel_size: size of the window, an int or one per dimension of space.
        strides: steps of the window over the inputs; above 1 only without dilation.
        padding: "valid" for no padding of the inputs, or "same".
        data_format: "channels_last" for (batch, time, depth, height, width, channels),
            "channels_first" for (batch, time, channels, depth, height, width);
            None for the global setting.
        dilation_rate: distances between the taps of the window over the inputs.
        activation: function or name, for the output and the new part of the cell state.
        recurrent_activation: function or name, for the gates.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: first values of the kernel, the
            recurrent kernel and the bias.
        unit_forget_bias: whether the bias of the forget gate starts at ones.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: penalties
            on the kernel, the recurrent kernel, the bias and the outputs.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of the kernel, the
            recurrent kernel and the bias after each step.
        dropout: fraction of the inputs dropped in training, the same at all steps.
        recurrent_dropout: fraction of the hidden state dropped in training, the same at all steps.
        seed: int or None, of the dropout masks.
        return_sequences: whether to return the output of each step instead of the last.
        return_state: whether to return the last states behind the output.
        go_backwards: whether to start with the last step; outputs are in the order they are made.
        stateful: whether a batch starts with the states the batch before it ended with.
        **kwargs: `name`, `dtype`, `unroll`, `zero_output_for_mask`.

    Raises:
        ValueError: for inputs without six axes, or whose sizes in space are unknown.

    References:
        Shi et al., 2015, https://arxiv.org/abs/1506.04214

    >>> layer = keras.layers.ConvLSTM3D(filters=4, kernel_size=2)
    >>> layer(keras.ops.ones((2, 3, 4, 4, 4, 1))).shape
    (2, 3, 3, 3, 4)
    """

    rank = 3
