"""What the cells of SimpleRNN, LSTM and GRU share: weights, settings and dropout masks."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import activations, random
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.core.seed_generator import SeedGenerator
from cornu.layers.checks import check_positive
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names


class DropoutCell:
    """Dropout masks that stay the same over all steps of a sequence.

    A cell sets `dropout`, `recurrent_dropout` and `seed_generator`. `RNN` has the masks drawn
    before its loop and forgets them after it.
    """

    _dropout_mask: Any = None
    _recurrent_dropout_mask: Any = None

    def set_dropout(self, dropout: float, recurrent_dropout: float, seed: int | None) -> None:
        """Keep the constructor's arguments, the shares brought to 0 to 1."""
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def get_dropout_mask(self, step_input: jax.Array) -> jax.Array | None:
        """Factors for the inputs of each step, 0 or 1 / (1 - rate); None without dropout."""
        if self._dropout_mask is None and self.dropout > 0:
            self._dropout_mask = self._create_dropout_mask(step_input, self.dropout)
        return self._dropout_mask

    def get_recurrent_dropout_mask(self, step_input: jax.Array) -> jax.Array | None:
        """Factors for the state before each step; None without recurrent dropout."""
        if self._recurrent_dropout_mask is None and self.recurrent_dropout > 0:
            self._recurrent_dropout_mask = self._create_dropout_mask(
                step_input, self.recurrent_dropout
            )
        return self._recurrent_dropout_mask

    def _create_dropout_mask(self, step_input: jax.Array, dropout_rate: float) -> jax.Array:
        """New factors; subclasses may draw them in another way (docs/subclassing.md)."""
        return random.dropout(jnp.ones_like(step_input), dropout_rate, seed=self.seed_generator)

    def reset_dropout_mask(self) -> None:
        """Forget the mask of the inputs; the next use draws a new one."""
        self._dropout_mask = None

    def reset_recurrent_dropout_mask(self) -> None:
        """Forget the mask of the state."""
        self._recurrent_dropout_mask = None


class WeightedCell(DropoutCell, Layer):
    """Base of the cells with a kernel, a recurrent kernel and a bias.

    Subclasses set `gates`, how many blocks of `units` columns the weights have.
    """

    gates = 1

    _settings = (
        *"units activation use_bias dropout recurrent_dropout seed".split(),
        *weight_names("kernel", "recurrent", "bias"),
    )

    def __init__(
        self,
        units: int,
        activation: Any,
        use_bias: bool,
        kernel: tuple,
        recurrent: tuple,
        bias: tuple,
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        check_positive(self, units=units)
        self.units = units
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        set_weight_settings(self, "kernel", *kernel)
        set_weight_settings(self, "recurrent", *recurrent)
        set_weight_settings(self, "bias", *bias)
        self.set_dropout(dropout, recurrent_dropout, seed)
        self.input_spec = InputSpec(ndim=2)
        self.state_size: Any = units
        self.output_size = units

    def build(self, input_shape: tuple) -> None:
        """Make the weights for steps of shape (batch, features)."""
        if len(input_shape) != 2 or input_shape[-1] is None:
            raise ValueError(
                f"Layer {self.name!r} takes steps of shape (batch, features); got "
                f"{tuple(input_shape)}. A layer around it takes (batch, time, features)."
            )
        self.input_spec = InputSpec(ndim=2, axes={-1: input_shape[-1]})
        columns = self.gates * self.units
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], columns), **weight_arguments(self, "kernel")
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(self.units, columns),
            **weight_arguments(self, "recurrent"),
        )
        self.bias = None
        if self.use_bias:
            settings = weight_arguments(self, "bias")
            self.bias = self.add_weight(
                name="bias",
                shape=self.bias_shape(),
                **{**settings, "initializer": self.bias_start(settings["initializer"])},
            )

    def bias_shape(self) -> tuple[int, ...]:
        """Shape of the bias."""
        return (self.gates * self.units,)

    def bias_start(self, initializer: Any) -> Any:
        """Initializer of the bias."""
        return initializer

    def weights_of_step(self) -> tuple[jax.Array, jax.Array, jax.Array | None]:
        """Kernel, recurrent kernel and bias as arrays of the compute dtype."""
        bias = None if self.bias is None else self.bias.value
        return self.kernel.value, self.recurrent_kernel.value, bias

    def dropped(
        self, inputs: jax.Array, state: jax.Array, training: bool | None
    ) -> tuple[jax.Array, jax.Array]:
        """Inputs and hidden state of a step, in training times their dropout masks."""
        if inputs.shape[0] != state.shape[0] and 1 not in (inputs.shape[0], state.shape[0]):
            raise ValueError(
                f"Layer {self.name!r} got a step for a batch of {inputs.shape[0]} and states for a "
                f"batch of {state.shape[0]}."
            )
        if training and self.dropout > 0:
            inputs = inputs * self.get_dropout_mask(inputs)
        if training and self.recurrent_dropout > 0:
            state = state * self.get_recurrent_dropout_mask(state)
        return inputs, state

    def get_initial_state(self, batch_size: int | None = None) -> list[jax.Array]:
        """Zeros for a batch of that size, one array per state."""
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [jnp.zeros((batch_size, size), self.compute_dtype) for size in sizes]


def like_given(states: Any, new: list[jax.Array]) -> Any:
    """New states as the caller passed the old ones: a list, or one tensor."""
    return new if isinstance(states, (list, tuple)) else new[0]


def hidden(states: Any) -> jax.Array:
    """The first state."""
    return states[0] if isinstance(states, (list, tuple)) else states
