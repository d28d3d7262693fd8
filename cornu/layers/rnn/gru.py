"""`GRU` and its cell: an update gate and a reset gate."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import activations, kernels
from cornu.layers.rnn.cell import WeightedCell, hidden, like_given
from cornu.layers.rnn.weighted_rnn import WeightedRNN


class GRUCell(WeightedCell):
    """One step of `GRU`: an update gate and a reset gate.

    Args:
        units: features of the output and of the state.
        activation: function or name, of the candidate.
        recurrent_activation: function or name, of the gates.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: first values of the kernel, the
            recurrent kernel and the bias.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the kernel, the
            recurrent kernel and the bias.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of the kernel, the
            recurrent kernel and the bias after each step.
        dropout: fraction of the inputs dropped in training, the same at all steps.
        recurrent_dropout: fraction of the state dropped in training, the same at all steps.
        reset_after: whether the reset gate acts after the product with the state or before it.
        seed: int or None, of the dropout masks.
        **kwargs: `name`, `dtype`.

    >>> cell = keras.layers.GRUCell(4)
    >>> output, states = cell(keras.ops.ones((2, 3)), cell.get_initial_state(2))
    >>> output.shape, len(states)
    ((2, 4), 1)
    """

    gates = 3

    _settings = ("recurrent_activation", "reset_after")

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
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
        reset_after: bool = True,
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
        self.reset_after = reset_after

    def bias_shape(self) -> tuple[int, ...]:
        """Two rows, for the inputs and for the state, if the reset gate acts after the product."""
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def call(
        self, inputs: jax.Array, states: Any, training: bool | None = False
    ) -> tuple[jax.Array, Any]:
        """Output (batch, units) and new state for inputs (batch, features)."""
        kernel, recurrent_kernel, bias = self.weights_of_step()
        before = hidden(states)
        x, h = self.dropped(inputs, before, training)
        of_inputs, of_state = self._biases(bias)
        x = jnp.matmul(x, kernel) + of_inputs
        if self.reset_after:
            gates = jnp.matmul(h, recurrent_kernel) + of_state
        else:
            gates = jnp.matmul(h, recurrent_kernel[:, : 2 * self.units])
        x_gates, x_candidate = x[:, : 2 * self.units], x[:, 2 * self.units :]
        z = self.recurrent_activation(x_gates + gates[:, : 2 * self.units])
        update, reset = jnp.split(z, 2, axis=-1)
        if self.reset_after:
            remembered = reset * gates[:, 2 * self.units :]
        else:
            remembered = jnp.matmul(reset * h, recurrent_kernel[:, 2 * self.units :])
        candidate = self.activation(x_candidate + remembered)
        output = update * before + (1 - update) * candidate
        return output, like_given(states, [output])

    def _biases(self, bias: jax.Array | None) -> tuple[Any, Any]:
        if bias is None:
            return 0, 0
        return (bias[0], bias[1]) if self.reset_after else (bias, 0)


class GRU(WeightedRNN, cell=GRUCell):
    """Run a gated recurrent unit over sequences (batch, time, features).

    "Learning Phrase Representations using RNN Encoder-Decoder", Cho et al., 2014.

    Args:
        units: features of the output and of the state.
        activation: function or name, of the candidate.
        recurrent_activation: function or name, of the gates.
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
        reset_after: whether the reset gate acts after the product with the state or before it.
        use_cudnn: accepted for compatibility; the formulation is chosen by platform.
        **kwargs: `name`, `dtype`, `zero_output_for_mask`.

    Raises:
        ValueError: for inputs that have not three axes.

    >>> layer = keras.layers.GRU(4, return_sequences=True)
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
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ):
        cell = GRUCell(
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
            reset_after=reset_after,
            seed=seed,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="gru_cell",
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
        return kernels.gru(
            sequences,
            *states,
            *self.cell.weights_of_step(),
            mask,
            self.go_backwards,
            self.reset_after,
        )
