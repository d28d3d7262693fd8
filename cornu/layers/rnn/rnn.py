"""`RNN`: any cell, run over sequences."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import tree
from cornu.core import registry
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.core.state import pure, read, without_effects, write
from cornu.core.variable import Variable
from cornu.layers.checks import step_mask
from cornu.layers.rnn.cell import DropoutCell
from cornu.layers.rnn.loop import run_steps
from cornu.layers.rnn.stacked_rnn_cells import (
    StackedRNNCells,
    call_cell,
    check_cell,
    initial_state,
    output_size,
)


class CarriedStates:
    """The states a stateful layer keeps from batch to batch; no weights, so in no file."""

    def __init__(self) -> None:
        self.variables: Any = None


class RNN(Layer):
    """Run a cell over the steps of sequences.

    A cell is a layer with `call(inputs, states)`, which returns the step's output and the new
    states, and with `state_size`; optional are `output_size` and `get_initial_state(batch_size)`.

    Args:
        cell: a cell, or a list of cells, which are stacked.
        return_sequences: whether to return the output of each step instead of the last.
        return_state: whether to return the last states behind the output.
        go_backwards: whether to start with the last step; outputs are in the order they are made.
        stateful: whether a batch starts with the states the batch before it ended with. The batch
            size must be fixed.
        unroll: whether to run the steps one by one instead of in a compiled loop.
        zero_output_for_mask: whether a masked step gives zeros instead of the output before it.
        **kwargs: `name`, `dtype`, `activity_regularizer`.

    Raises:
        ValueError: if `cell` is none.

    >>> rnn = keras.layers.RNN(keras.layers.LSTMCell(4), return_sequences=True)
    >>> rnn(keras.ops.ones((2, 5, 3))).shape
    (2, 5, 4)
    """

    _settings = (
        "return_sequences return_state go_backwards stateful unroll zero_output_for_mask cell"
    ).split()

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ):
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(list(cell))
        check_cell(cell)
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.state_size = cell.state_size
        self.supports_masking = True
        self._carried = CarriedStates()

    @property
    def states(self) -> Any:
        """The states kept from batch to batch, as Variables; None unless stateful and built."""
        return self._carried.variables

    def _own_state(self) -> list[Variable]:
        return [*super()._own_state(), *jax.tree.leaves(self.states, is_leaf=_is_variable)]

    def build(self, sequences_shape: tuple, initial_state_shape: Any = None) -> None:
        """Build the cell for sequences of shape (batch, time, ...)."""
        if isinstance(sequences_shape, tuple) and len(sequences_shape) < 2:
            raise ValueError(
                f"Layer {self.name!r} takes sequences of shape (batch, time, ...); got "
                f"{sequences_shape}."
            )
        step_shape = (sequences_shape[0], *sequences_shape[2:])
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build(step_shape)
            self.cell.built = True
        if isinstance(self.cell, Layer) and type(self.cell).build is Layer.build:
            self._build_inside(step_shape)
        if self.stateful and self.states is None:
            self._make_states(sequences_shape[0])
        if self.input_spec is not None:
            self.input_spec = InputSpec(shape=(None, None, *sequences_shape[2:]))

    def _build_inside(self, step_shape: tuple) -> None:
        """Make the weights of layers in a cell without `build`, which the loop could not keep."""
        step = jnp.zeros((1, *step_shape[1:]), self.compute_dtype)
        with without_effects():
            self.cell(step, self.get_initial_state(1))

    def _make_states(self, batch_size: int | None) -> None:
        if batch_size is None:
            raise ValueError(
                f"Layer {self.name!r} is stateful, so its batch size must be known: use "
                "`keras.Input(batch_shape=(batch, time, features))`, or call it on data first."
            )
        own = list(self._variables)
        # The values are needed now, also where the layer is built in a program being traced.
        with jax.ensure_compile_time_eval():
            states = self.get_initial_state(batch_size)
        self._carried.variables = jax.tree.map(
            lambda state: self.add_weight(
                jnp.shape(state),
                lambda shape, dtype: jnp.asarray(state, dtype),
                dtype=jnp.result_type(state).name,
                trainable=False,
                name="rnn_state",
            ),
            states,
        )
        self._variables[:] = own

    def get_initial_state(self, batch_size: int) -> list:
        """The states to start with: the cell's own, else zeros."""
        return initial_state(self.cell, batch_size, self.compute_dtype)

    def reset_state(self) -> None:
        """Set the states of a stateful layer to those it started with: the cell's own, or zeros."""
        variables = jax.tree.leaves(self.states, is_leaf=_is_variable)
        if not variables:
            return
        states = jax.tree.leaves(self.get_initial_state(variables[0].shape[0]))
        for variable, state in zip(variables, states):
            variable.assign(state)

    reset_states = reset_state

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = False,
    ) -> Any:
        """The outputs.

        Args:
            sequences: array of shape (batch, time, ...).
            initial_state: the states to start with, nested as the cell has them.
            mask: booleans of shape (batch, time), False for steps to skip.
            training: whether dropout is active.

        Returns:
            Array of shape (batch, units), or (batch, time, units) with `return_sequences`; with
            `return_state` a tuple of it and the states.
        """
        mask = jax.tree.leaves(mask)[0] if isinstance(mask, (list, tuple)) else mask
        if mask is not None:
            mask = step_mask(self, mask, jax.tree.leaves(sequences)[0].shape)
        self._check_steps(sequences)
        states = self._start(sequences, initial_state)
        self._draw_masks(self.cell, sequences, states, training)
        outputs, states = self.inner_loop(sequences, states, mask, training)[1:]
        _reset_masks(self.cell)
        if self.stateful:
            for variable, state in zip(
                jax.tree.leaves(self.states, is_leaf=_is_variable), jax.tree.leaves(states)
            ):
                variable.assign(jax.lax.stop_gradient(state))
        if not self.return_sequences:
            outputs = jax.tree.map(lambda x: x[:, -1], outputs)
        return (outputs, *states) if self.return_state else outputs

    def _check_steps(self, sequences: Any) -> None:
        for leaf in jax.tree.leaves(sequences):
            if leaf.ndim < 2 or (type(leaf.shape[1]) is int and leaf.shape[1] == 0):
                raise ValueError(
                    f"Layer {self.name!r} takes sequences of shape (batch, time, ...) with at "
                    f"least one step; got {leaf.shape}."
                )

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: bool | None = False
    ) -> tuple[Any, Any, Any]:
        """Last output, all outputs and last states; what a faster formulation may replace."""
        cell = self.cell
        changing = cell.non_trainable_variables if isinstance(cell, Layer) else []

        # What a step assigns travels through the loop: a compiled one cannot write outside.
        call = pure(lambda x, states: call_cell(cell, x, states, training), changing)

        def step(x: Any, states: Any, values: list) -> tuple[Any, Any, list]:
            (output, states), values = call(values, x, states)
            return output, states, values

        outputs, states, values = run_steps(
            step,
            sequences,
            initial_state,
            read(changing),
            mask,
            self.go_backwards,
            self.unroll,
            self.zero_output_for_mask,
        )
        write(changing, values)
        return jax.tree.map(lambda x: x[:, -1], outputs), outputs, states

    def _start(self, sequences: Any, given: Any) -> list:
        batch_size, by_user = jax.tree.leaves(sequences)[0].shape[0], given is not None
        if given is None and self.stateful:
            given = jax.tree.map(lambda v: v.value, self.states, is_leaf=_is_variable)
        if given is None:
            given = self.get_initial_state(batch_size)
        states = list(given) if isinstance(given, (list, tuple)) else [given]
        sizes = self.state_size if isinstance(self.state_size, (list, tuple)) else [0]
        if len(states) != len(sizes):
            raise ValueError(
                f"Layer {self.name!r} has {len(sizes)} states, got an `initial_state` of "
                f"{len(states)}. Pass a list of {len(sizes)}, in the order `return_state` gives."
            )
        if by_user:
            self._check_states(states, batch_size)
        return jax.tree.map(lambda state: jnp.asarray(state, self.compute_dtype), states)

    def _check_states(self, states: list, batch_size: Any) -> None:
        with without_effects():
            wanted = jax.eval_shape(lambda: self.get_initial_state(batch_size))
        wanted, found = ([jnp.shape(s) for s in jax.tree.leaves(t)] for t in (wanted, states))
        known = all(type(n) is int for shape in (*wanted, *found) for n in shape)
        if known and wanted != found:
            raise ValueError(
                f"Layer {self.name!r} starts with states of the shapes {wanted}; got an "
                f"`initial_state` of {found}."
            )

    def _draw_masks(self, cell: Any, sequences: Any, states: Any, training: Any) -> None:
        """Draw the dropout masks before the loop: they hold for all of its steps."""
        _reset_masks(cell)
        if not training:
            return
        step = jax.tree.map(lambda x: x[:, 0], sequences)
        cells = cell.cells if isinstance(cell, StackedRNNCells) else [cell]
        nested = states if isinstance(cell, StackedRNNCells) else [states]
        for each, own in zip(cells, nested):
            if isinstance(each, DropoutCell):
                each.get_dropout_mask(step)
                each.get_recurrent_dropout_mask(jax.tree.leaves(own)[0])
            if each is not cells[-1]:
                step = jnp.zeros((jax.tree.leaves(step)[0].shape[0], output_size(each)), step.dtype)

    def compute_mask(self, _: Any, mask: Any) -> Any:
        """The mask of the outputs if they are sequences; states have none."""
        mask = tree.flatten(mask)[0]
        output_mask = mask if self.return_sequences else None
        if not self.return_state:
            return output_mask
        return [output_mask] + [None] * len(jax.tree.leaves(self.state_size))

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> RNN:
        """A layer made from what `get_config` returned."""
        config = dict(config)
        if "cell" in config:
            config["cell"] = registry.deserialize(config["cell"], custom_objects, expected=(Layer,))
        return super().from_config(config)


def _is_variable(leaf: Any) -> bool:
    return isinstance(leaf, Variable)


def _reset_masks(cell: Any) -> None:
    for each in cell.cells if isinstance(cell, StackedRNNCells) else [cell]:
        if isinstance(each, DropoutCell):
            each.reset_dropout_mask()
            each.reset_recurrent_dropout_mask()
