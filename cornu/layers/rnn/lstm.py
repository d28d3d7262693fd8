"""`LSTM` and its cell: gates that keep, forget and show a cell state."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import activations, kernels
from cornu.layers.rnn.cell import WeightedCell
from cornu.layers.rnn.weighted_rnn import WeightedRNN


class LSTMCell(WeightedCell):
    """One step of `LSTM`: three gates and a cell state.

    Args:
        units: features of the output and of the state.
        activation: function or name, of the candidate.
        recurrent_activation: function or name, of the gates.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: first values of the kernel, the
            recurrent kernel and the bias.
        unit_forget_bias: whether the forget gate's bias starts at 1.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the kernel, the
            recurrent kernel and the bias.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of the kernel, the
            recurrent kernel and the bias after each step.
        dropout: fraction of the inputs dropped in training, the same at all steps.
        recurrent_dropout: fraction of the state dropped in training, the same at all steps.
        seed: int or None, of the dropout masks.
        **kwargs: `name`, `dtype`.

    >>> cell = keras.layers.LSTMCell(4)
    >>> output, states = cell(keras.ops.ones((2, 3)), cell.get_initial_state(2))
    >>> output.shape, len(states)
    ((2, 4), 2)
    """

    gates = 4

    _settings = ("recurrent_activation", "unit_forget_bias")

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
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
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        self.state_size = [self.units, self.units]

    def bias_start(self, initializer: Any) -> Any:
        """The initializer; the forget gate's part starts at ones with `unit_forget_bias`."""
        if not self.unit_forget_bias:
            return initializer
        units = self.units

        def start(shape: tuple, dtype: Any = None) -> jax.Array:
            parts = [initializer((units,), dtype), jnp.ones((units,), dtype)]
            return jnp.concatenate([*parts, initializer((2 * units,), dtype)])

        return start

    def call(
        self, inputs: jax.Array, states: Any, training: bool | None = False
    ) -> tuple[jax.Array, list]:
        """Output (batch, units) and new hidden and cell states for inputs (batch, features)."""
        kernel, recurrent_kernel, bias = self.weights_of_step()
        x, h = self.dropped(inputs, states[0], training)
        z = jnp.matmul(x, kernel) + jnp.matmul(h, recurrent_kernel)
        gates = jnp.split(z if bias is None else z + bias, 4, axis=-1)
        c, show = self._compute_carry_and_output_fused(gates, states[1])
        h = show * self.activation(c)
        return h, [h, c]

    def _compute_carry_and_output_fused(
        self, z: list[jax.Array], c_tm1: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """The new cell state and the output gate, from the gates' sums and the old cell state."""
        keep, forget, show = (self.recurrent_activation(z[i]) for i in (0, 1, 3))
        return forget * c_tm1 + keep * self.activation(z[2]), show


class LSTM(WeightedRNN, cell=LSTMCell):
    """Run a long short-term memory over sequences (batch, time, features).

    "Long Short-Term Memory", Hochreiter and Schmidhuber, 1997.

    Args:
        units: features of the output and of the state.
        activation: function or name, of the candidate.
        recurrent_activation: function or name, of the gates.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: first values of the kernel, the
            recurrent kernel and the bias.
        unit_forget_bias: whether the forget gate's bias starts at 1.
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
        use_cudnn: accepted for compatibility; the formulation is chosen by platform.
        **kwargs: `name`, `dtype`, `zero_output_for_mask`.

    Raises:
        ValueError: for inputs that have not three axes.

    >>> layer = keras.layers.LSTM(4, return_sequences=True)
    >>> layer(keras.ops.ones((2, 5, 3))).shape
    (2, 5, 4)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ):
        cell = LSTMCell(
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
            recurrent_activation=recurrent_activation,
            unit_forget_bias=unit_forget_bias,
            seed=seed,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="lstm_cell",
        )
        super().__init__(
            cell,
            activity_regularizer,
            use_cudnn,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            **kwargs,
        )

    def _fused(self, sequences: jax.Array, states: list, mask: Any) -> tuple:
        return kernels.lstm(
            sequences, *states, *self.cell.weights_of_step(), mask, self.go_backwards
        )
