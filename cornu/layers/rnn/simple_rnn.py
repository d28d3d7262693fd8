"""`SimpleRNN` and its cell: the plain recurrence."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.layers.rnn.cell import WeightedCell, hidden, like_given
from cornu.layers.rnn.weighted_rnn import WeightedRNN


class SimpleRNNCell(WeightedCell):
    """One step of `SimpleRNN`: `activation(x @ kernel + h @ recurrent_kernel + bias)`.

    Args:
        units: features of the output and of the state.
        activation: function or name.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: first values of the kernel, the
            recurrent kernel and the bias.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the kernel, the
            recurrent kernel and the bias.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of the kernel, the
            recurrent kernel and the bias after each step.
        dropout: fraction of the inputs dropped in training, the same at all steps.
        recurrent_dropout: fraction of the state dropped in training, the same at all steps.
        seed: int or None, of the dropout masks.
        **kwargs: `name`, `dtype`.

    >>> cell = keras.layers.SimpleRNNCell(4)
    >>> output, states = cell(keras.ops.ones((2, 3)), cell.get_initial_state(2))
    >>> output.shape, len(states)
    ((2, 4), 1)
    """

    gates = 1

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            units,
            activation,
            use_bias,
            (kernel_initializer, kernel_regularizer, kernel_constraint),
            (recurrent_initializer, recurrent_regularizer, recurrent_constraint),
            (bias_initializer, bias_regularizer, bias_constraint),
            dropout,
            recurrent_dropout,
            seed,
            **kwargs,
        )

    def call(
        self, sequence: jax.Array, states: Any, training: bool | None = False
    ) -> tuple[jax.Array, Any]:
        """Output (batch, units) and new state for inputs (batch, features)."""
        kernel, recurrent_kernel, bias = self.weights_of_step()
        x, h = self.dropped(sequence, hidden(states), training)
        z = jnp.matmul(x, kernel) + jnp.matmul(h, recurrent_kernel)
        output = self.activation(z if bias is None else z + bias)
        return output, like_given(states, [output])


class SimpleRNN(WeightedRNN, cell=SimpleRNNCell):
    """Run the plain recurrence, tanh by default, over sequences (batch, time, features).

    "Finding Structure in Time", Elman, 1990.

    Args:
        units: features of the output and of the state.
        activation: function or name.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: first values of the kernel, the
            recurrent kernel and the bias.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: penalties
            on the kernel, the recurrent kernel, the bias and the outputs.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of the kernel, the
            recurrent kernel and the bias after each step.
        dropout: fraction of the inputs dropped in training, the same at all steps.
        recurrent_dropout: fraction of the state dropped in training, the same at all steps;
            above 0 the cell runs step by step.
        seed: int or None, of the dropout masks.
        return_sequences: whether to return the output of each step instead of the last.
        return_state: whether to return the last states behind the output.
        go_backwards: whether to start with the last step; outputs are in the order they are made.
        stateful: whether a batch starts with the states the batch before it ended with.
        unroll: whether to run the steps one by one where no kernel fits.
        **kwargs: `name`, `dtype`, `zero_output_for_mask`.

    Raises:
        ValueError: for inputs that have not three axes.

    >>> layer = keras.layers.SimpleRNN(4, return_sequences=True)
    >>> layer(keras.ops.ones((2, 5, 3))).shape
    (2, 5, 4)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        cell = SimpleRNNCell(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="simple_rnn_cell",
        )
        super().__init__(
            cell,
            activity_regularizer,
            "auto",
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            **kwargs,
        )

    def _fused(self, sequences: jax.Array, states: list, mask: Any) -> tuple:
        return kernels.simple_rnn(
            sequences, *states, *self.cell.weights_of_step(), mask, self.go_backwards
        )

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        config = super().get_config()
        config.pop("seed")  # no file of Keras's has it
        return config
