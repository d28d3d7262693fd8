"""Recurrent layers over whole sequences: LSTM, GRU and the simple recurrence.

The input projection is one matrix product before the loop. Inside the loop each step makes one
activation of the full width: XLA would otherwise compute the hyperbolic tangents of a gate once
per use. The backward loop keeps only what must be sequential, and the gradient of the recurrent
weights is one matrix product after it. See `recurrent_cells` for the steps.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax

from cornu.kernels.dense import dense
from cornu.kernels.platforms import is_stock_only
from cornu.kernels.recurrent_cells import (
    GRU_RESET_AFTER,
    GRU_RESET_BEFORE,
    LSTM,
    SIMPLE,
    Cell,
    gate_scale,
)


def lstm(
    x: Array,
    h0: Array,
    c0: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None,
    mask: Array | None = None,
    reverse: bool = False,
) -> tuple[Array, Array, Array]:
    """Run a long short-term memory with tanh and sigmoid activations (Hochreiter and Schmidhuber,
    1997).

    Args:
        x: inputs of shape (batch, time, features).
        h0: first hidden state, of shape (batch, units).
        c0: first cell state, of shape (batch, units).
        kernel: input weights of shape (features, 4 * units), the gates in the order input, forget,
            cell, output.
        recurrent_kernel: weights of shape (units, 4 * units).
        bias: array of shape (4 * units,) or None.
        mask: booleans of shape (batch, time) or None. A step that is False keeps the state and
            repeats the output before it, which is zero as long as no step was True.
        reverse: whether to run from the last step to the first.

    Returns:
        Outputs of shape (batch, time, units), where outputs[:, t] belongs to x[:, t] in either
        direction, and the last hidden and cell states, each of shape (batch, units).

    >>> import jax.numpy as jnp
    >>> state, weights = jnp.zeros((2, 3)), jnp.ones((3, 12))
    >>> outputs, h, c = lstm(jnp.ones((2, 5, 3)), state, state, weights, weights, None)
    >>> outputs.shape, bool((outputs[:, -1] == h).all())
    ((2, 5, 3), True)
    """
    scale = gate_scale(LSTM, recurrent_kernel.shape[0], x.dtype)
    z = _project(x, kernel * scale, None if bias is None else bias * scale)
    outputs, (h, c) = _run(
        LSTM, reverse, is_stock_only(), z, (h0, c0), (recurrent_kernel * scale,), mask
    )
    return outputs, h, c


def gru(
    x: Array,
    h0: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None,
    mask: Array | None = None,
    reverse: bool = False,
    reset_after: bool = True,
) -> tuple[Array, Array]:
    """Run a gated recurrent unit with tanh and sigmoid activations (Cho et al., 2014).

    Args:
        x: inputs of shape (batch, time, features).
        h0: first state, of shape (batch, units).
        kernel: input weights of shape (features, 3 * units), the gates in the order update, reset,
            candidate.
        recurrent_kernel: weights of shape (units, 3 * units).
        bias: None, or an array of shape (2, 3 * units), for the inputs and for the state, if
            `reset_after`, else of shape (3 * units,).
        mask: booleans of shape (batch, time) or None, as for `lstm`.
        reverse: whether to run from the last step to the first.
        reset_after: whether the reset gate acts after the product with the state or before it.

    Returns:
        Outputs of shape (batch, time, units), where outputs[:, t] belongs to x[:, t] in either
        direction, and the last state of shape (batch, units).

    >>> import jax.numpy as jnp
    >>> weights = jnp.ones((3, 9))
    >>> outputs, h = gru(jnp.ones((2, 5, 3)), jnp.zeros((2, 3)), weights, weights, None)
    >>> outputs.shape, h.shape
    ((2, 5, 3), (2, 3))
    """
    cell = GRU_RESET_AFTER if reset_after else GRU_RESET_BEFORE
    scale = gate_scale(cell, recurrent_kernel.shape[0], x.dtype)
    parameters = (recurrent_kernel * scale,)
    if reset_after:
        of_state = jnp.zeros_like(scale) if bias is None else bias[1] * scale
        parameters = (*parameters, of_state)
        bias = None if bias is None else bias[0]
    z = _project(x, kernel * scale, None if bias is None else bias * scale)
    outputs, (h,) = _run(cell, reverse, is_stock_only(), z, (h0,), parameters, mask)
    return outputs, h


def simple_rnn(
    x: Array,
    h0: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None,
    mask: Array | None = None,
    reverse: bool = False,
) -> tuple[Array, Array]:
    """Run the recurrence h = tanh(x @ kernel + h @ recurrent_kernel + bias) (Elman, 1990).

    Args:
        x: inputs of shape (batch, time, features).
        h0: first state, of shape (batch, units).
        kernel: input weights of shape (features, units).
        recurrent_kernel: weights of shape (units, units).
        bias: array of shape (units,) or None.
        mask: booleans of shape (batch, time) or None, as for `lstm`.
        reverse: whether to run from the last step to the first.

    Returns:
        Outputs of shape (batch, time, units), where outputs[:, t] belongs to x[:, t] in either
        direction, and the last state of shape (batch, units).

    >>> import jax.numpy as jnp
    >>> weights = jnp.ones((3, 3))
    >>> outputs, h = simple_rnn(jnp.ones((2, 5, 3)), jnp.zeros((2, 3)), weights, weights, None)
    >>> outputs.shape, h.shape
    ((2, 5, 3), (2, 3))
    """
    z = _project(x, kernel, bias)
    outputs, (h,) = _run(SIMPLE, reverse, is_stock_only(), z, (h0,), (recurrent_kernel,), mask)
    return outputs, h


def _project(x: Array, kernel: Array, bias: Array | None) -> Array:
    """Inputs to the gates, (time, batch, gates): a step's slice is one block of memory."""
    z = dense(jnp.swapaxes(x, 0, 1), kernel)
    return z if bias is None else z + bias


@partial(jax.jit, static_argnums=(0, 1, 2))
def _run(
    cell: Cell,
    reverse: bool,
    stock_only: bool,
    z: Array,
    states: tuple,
    parameters: tuple,
    mask: Array | None,
) -> tuple[Array, tuple]:
    # The cells ask for `stock_only` too while they are traced; as an argument it has its own trace.
    loop = _loop if stock_only else _sequence
    if mask is None:
        outputs, states = loop(cell, reverse, z, states, parameters, None)
        return jnp.swapaxes(outputs, 0, 1), states
    mask = jnp.swapaxes(mask, 0, 1)[..., None]
    outputs, states = loop(cell, reverse, z, states, parameters, mask)
    begun = lax.cummax(mask.astype("int8"), axis=0, reverse=reverse) > 0
    return jnp.swapaxes(jnp.where(begun, outputs, 0), 0, 1), states


def _loop(
    cell: Cell, reverse: bool, z: Array, states: tuple, parameters: tuple, mask: Array | None
) -> tuple[Array, tuple]:
    """Loop over z (time, batch, gates): the hidden state after each step, and the last states."""

    def step(states: tuple, inputs: tuple) -> tuple[tuple, Array]:
        z, mask = inputs
        after, _ = cell.forward(z, states, parameters)
        after = _where(mask, after, states)
        return after, after[0]

    last, outputs = lax.scan(step, states, (z, mask), reverse=reverse)
    return outputs, last


_sequence = jax.custom_vjp(_loop, nondiff_argnums=(0, 1))


def _sequence_forward(
    cell: Cell, reverse: bool, z: Array, states: tuple, parameters: tuple, mask: Array | None
) -> tuple[tuple[Array, tuple], tuple]:
    def step(states: tuple, inputs: tuple) -> tuple[tuple, tuple]:
        z, mask = inputs
        after, saved = cell.forward(z, states, parameters)
        after = _where(mask, after, states)
        return after, (after, saved)

    last, (after, saved) = lax.scan(step, states, (z, mask), reverse=reverse)
    return (after[0], last), (states, after, saved, parameters, mask)


def _sequence_backward(cell: Cell, reverse: bool, residuals: tuple, cotangents: tuple) -> tuple:
    states, after, saved, parameters, mask = residuals
    outputs, last = cotangents
    before = tuple(
        jnp.concatenate([each[1:], first[None]] if reverse else [first[None], each[:-1]])
        for first, each in zip(states, after, strict=True)
    )

    factors = cell.factors(saved, before)

    def step(gradients: tuple, inputs: tuple) -> tuple[tuple, Array | tuple]:
        output, factors, mask = inputs
        gradients = (gradients[0] + output, *gradients[1:])
        earlier, collected = cell.backward(factors, gradients, parameters)
        if mask is not None:
            collected = jax.tree.map(lambda each: jnp.where(mask, each, 0), collected)
        return _where(mask, earlier, gradients), collected

    first, collected = lax.scan(step, last, (outputs, factors, mask), reverse=not reverse)
    z, parameters = cell.finish(factors, collected, before[0])
    return z, first, parameters, None


_sequence.defvjp(_sequence_forward, _sequence_backward)


def _where(mask: Array | None, new: tuple, old: tuple) -> tuple:
    if mask is None:
        return new
    return tuple(jnp.where(mask, a, b) for a, b in zip(new, old, strict=True))
