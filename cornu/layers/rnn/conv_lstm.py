"""Convolutional LSTM of one rank: its cell, and the base of the layers.

The inputs of all steps are convolved at once, before the loop; the loop only convolves the state.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import activations, ops
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.engine.config import standardize_data_format
from cornu.layers.checks import check_positive
from cornu.layers.convolutional.base import per_dimension, refuse_strides_with_dilation
from cornu.layers.rnn.cell import DropoutCell
from cornu.layers.rnn.loop import run_steps
from cornu.layers.rnn.weighted_rnn import OwnCellRNN
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names


class ConvLSTMCell(DropoutCell, Layer):
    """One step of a convolutional LSTM of a rank; the other arguments are those of the layers.

    The settings of the three weights come as (initializer, regularizer, constraint).
    """

    _settings = (
        *(
            "filters kernel_size strides padding data_format dilation_rate activation "
            "recurrent_activation use_bias unit_forget_bias dropout recurrent_dropout seed"
        ).split(),
        *weight_names("kernel", "recurrent", "bias"),
    )

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        activation: Any,
        recurrent_activation: Any,
        use_bias: bool,
        unit_forget_bias: bool,
        kernel: tuple,
        recurrent: tuple,
        bias: tuple,
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        check_positive(self, filters=filters)
        self.rank, self.filters = rank, filters
        self.kernel_size = per_dimension(self, kernel_size, "kernel_size")
        self.strides = per_dimension(self, strides, "strides")
        self.dilation_rate = per_dimension(self, dilation_rate, "dilation_rate")
        refuse_strides_with_dilation(self)
        self.padding = str(padding).lower()
        if self.padding not in ("valid", "same"):
            raise ValueError(
                f"Layer {self.name!r}: padding must be 'valid' or 'same'; got {padding!r}."
            )
        self.data_format = standardize_data_format(data_format)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.unit_forget_bias = unit_forget_bias
        set_weight_settings(self, "kernel", *kernel)
        set_weight_settings(self, "recurrent", *recurrent)
        set_weight_settings(self, "bias", *bias)
        self.set_dropout(dropout, recurrent_dropout, seed)
        self.state_size = [filters, filters]
        self.bias = None

    def build(self, input_shape: tuple) -> None:
        """Make the weights for steps of shape (batch, ..., channels)."""
        channel_axis = -1 if self.data_format == "channels_last" else 1
        if None in input_shape[1:] or 0 in input_shape[1:]:
            raise ValueError(
                f"Layer {self.name!r} needs known sizes of space and channels, not 0, since its "
                f"states have them; got steps of shape {tuple(input_shape)}."
            )
        columns = 4 * self.filters
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, input_shape[channel_axis], columns),
            **weight_arguments(self, "kernel"),
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(*self.kernel_size, self.filters, columns),
            **weight_arguments(self, "recurrent"),
        )
        if self.use_bias:
            settings = weight_arguments(self, "bias")
            if self.unit_forget_bias:
                settings["initializer"] = self._forgetful(settings["initializer"])
            self.bias = self.add_weight(name="bias", shape=(columns,), **settings)
        step = jax.ShapeDtypeStruct((1, *input_shape[1:]), self.compute_dtype)
        made = jax.eval_shape(self.convolved, step).shape
        places = list(made[1:])
        places[channel_axis if channel_axis == -1 else 0] = self.filters
        self._state_shape = tuple(places)

    def _forgetful(self, initializer: Any) -> Any:
        def start(shape: tuple, dtype: Any = None) -> jax.Array:
            n = self.filters
            parts = [initializer((n,), dtype), jnp.ones((n,), dtype)]
            return jnp.concatenate([*parts, initializer((2 * n,), dtype)])

        return start

    def convolved(self, inputs: jax.Array) -> jax.Array:
        """What the inputs add to the gates: a convolution of each, and the bias."""
        made = ops.conv(
            inputs,
            self.kernel.value.astype(self.compute_dtype),
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        if self.bias is None:
            return made
        bias = self.bias.value.astype(self.compute_dtype)
        if self.data_format == "channels_first":
            bias = bias.reshape(-1, *(1,) * self.rank)
        return made + bias

    def advance(
        self, from_inputs: jax.Array, states: Any, training: bool | None
    ) -> tuple[jax.Array, list]:
        """Output and new states, given what the inputs add to the gates."""
        h, c = states
        if training and self.recurrent_dropout > 0:
            h = h * self.get_recurrent_dropout_mask(h)
        gates = from_inputs + ops.conv(
            h, self.recurrent_kernel.value, padding="same", data_format=self.data_format
        )
        axis = -1 if self.data_format == "channels_last" else 1
        keep, forget, new, show = jnp.split(gates, 4, axis=axis)
        c = self.recurrent_activation(forget) * c
        c = c + self.recurrent_activation(keep) * self.activation(new)
        h = self.recurrent_activation(show) * self.activation(c)
        return h, [h, c]

    def call(
        self, inputs: jax.Array, states: Any, training: bool | None = False
    ) -> tuple[jax.Array, list]:
        """Output and new hidden and cell states for inputs (batch, ..., channels)."""
        if training and self.dropout > 0:
            inputs = inputs * self.get_dropout_mask(inputs)
        return self.advance(self.convolved(inputs), states, training)

    def get_initial_state(self, batch_size: int | None = None) -> list[jax.Array]:
        """Zeros for a batch of that size, for the hidden and the cell state."""
        return [jnp.zeros((batch_size, *self._state_shape), self.compute_dtype)] * 2


class ConvLSTM(OwnCellRNN, cell=ConvLSTMCell):
    """Base of the convolutional LSTM layers, which set `rank`."""

    rank: int

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        **kwargs: Any,
    ):
        cell = ConvLSTMCell(
            self.rank,
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            recurrent_activation,
            use_bias,
            unit_forget_bias,
            (kernel_initializer, kernel_regularizer, kernel_constraint),
            (recurrent_initializer, recurrent_regularizer, recurrent_constraint),
            (bias_initializer, bias_regularizer, bias_constraint),
            dropout,
            recurrent_dropout,
            seed,
            name="conv_lstm_cell",
            dtype=kwargs.get("dtype"),
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=self.rank + 3)

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: bool | None = False
    ) -> tuple[Any, Any, Any]:
        """Last output, all outputs and last states."""
        cell = self.cell
        if training and cell.dropout > 0:
            sequences = sequences * cell.get_dropout_mask(sequences[:, 0])[:, None]
        batch, time = sequences.shape[:2]
        gates = cell.convolved(sequences.reshape(-1, *sequences.shape[2:]))
        outputs, states, _ = run_steps(
            lambda x, states, extra: (*cell.advance(x, states, training), extra),
            gates.reshape(batch, time, *gates.shape[1:]),
            initial_state,
            (),
            mask,
            self.go_backwards,
            self.unroll,
            self.zero_output_for_mask,
        )
        return outputs[:, -1], outputs, states
