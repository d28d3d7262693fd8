"""One step of each recurrent cell, forwards and backwards.

A gate a = sigmoid(z) is 0.5 * tanh(z / 2) + 0.5, so gates and candidates are one tanh of the full
width with a scale and an offset per column. The factor inside the tanh is multiplied into the
weights beforehand (`gate_scale`). With a = scale * tanh(z) + offset, the derivative is
scale * (1 - tanh(z)**2).
"""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from cornu.kernels.platforms import is_stock_only


class Cell(NamedTuple):
    """The functions of a cell; states are a tuple whose first member is the hidden state.

    forward(z, states, parameters) gives the next states and what the gradient needs.
    factors(saved, states_before) prepares whole sequences, (time, batch, ...), for the backward
    loop, so that its steps are a few multiplications and one matrix product.
    backward(factors, gradients, parameters) gives the gradients of the states before, and
    what the loop collects. It is linear in the gradients.
    finish(factors, collected, hidden_before) gives the gradients of z and of the parameters.
    `scales` has the factor of each gate.
    """

    forward: Callable[..., tuple]
    factors: Callable[..., tuple]
    backward: Callable[..., tuple]
    finish: Callable[..., tuple]
    scales: tuple[float, ...]


def gate_scale(cell: Cell, units: int, dtype: jnp.dtype) -> np.ndarray:
    """Factor of each column of the weights: a half for gates, one for candidates."""
    return np.repeat(np.array(cell.scales), units).astype(dtype)


def _offset(scale: np.ndarray) -> np.ndarray:
    return np.where(scale == 0.5, scale, np.zeros_like(scale))


def _tanh(z: Array) -> Array:
    # XLA would fuse the gates into whatever uses them, and then not vectorise them.
    return jnp.tanh(z) if is_stock_only() else lax.optimization_barrier(jnp.tanh(z))


def _sequence_product(a: Array, b: Array) -> Array:
    """Sum over time and batch of the outer products, as one matrix product."""
    return jnp.matmul(a.reshape(-1, a.shape[-1]).T, b.reshape(-1, b.shape[-1]))


def _lstm_forward(z: Array, states: tuple, parameters: tuple) -> tuple[tuple, Array]:
    h, c = states
    scale = gate_scale(LSTM, h.shape[-1], z.dtype)
    gates = _tanh(z + h @ parameters[0]) * scale + _offset(scale)
    i, f, g, o = jnp.split(gates, 4, axis=-1)
    c = f * c + i * g
    return (o * jnp.tanh(c), c), gates


def _lstm_factors(gates: Array, before: tuple) -> tuple:
    _, c_before = before
    i, f, g, o = jnp.split(gates, 4, axis=-1)
    tanh_c = jnp.tanh(f * c_before + i * g)
    scale = gate_scale(LSTM, i.shape[-1], gates.dtype)
    centered = gates - _offset(scale)
    slope = scale - centered * centered / scale
    of_z = jnp.concatenate([g, c_before, i, tanh_c], axis=-1) * slope
    return of_z, o * (1 - tanh_c * tanh_c), f


def _lstm_backward(factors: tuple, gradients: tuple, parameters: tuple) -> tuple[tuple, Array]:
    (of_z, of_c, f), (dh, dc) = factors, gradients
    dc = dc + dh * of_c
    dz = jnp.concatenate([dc, dc, dc, dh], axis=-1) * of_z
    return (dz @ parameters[0].T, dc * f), dz


def _product_finish(factors: tuple, dz: Array, h_before: Array) -> tuple[Array, tuple]:
    return dz, (_sequence_product(h_before, dz),)


LSTM = Cell(_lstm_forward, _lstm_factors, _lstm_backward, _product_finish, (0.5, 0.5, 1.0, 0.5))


def _gru_after_forward(z: Array, states: tuple, parameters: tuple) -> tuple[tuple, tuple]:
    (h,) = states
    weights, bias = parameters
    units = h.shape[-1]
    of_state = h @ weights + bias
    gates = _tanh(z[..., : 2 * units] + of_state[..., : 2 * units]) * 0.5 + 0.5
    update, reset = jnp.split(gates, 2, axis=-1)
    candidate = jnp.tanh(z[..., 2 * units :] + reset * of_state[..., 2 * units :])
    after = update * h + (1 - update) * candidate
    return (after,), (gates, candidate, of_state[..., 2 * units :])


def _gru_after_factors(saved: tuple, before: tuple) -> tuple:
    (gates, candidate, of_state), (h,) = saved, before
    update, reset = jnp.split(gates, 2, axis=-1)
    d_candidate = (1 - update) * (1 - candidate * candidate)
    d_update = (h - candidate) * _half_slope(update)
    d_reset = d_candidate * of_state * _half_slope(reset)
    of_state = jnp.concatenate([d_update, d_reset, d_candidate * reset], axis=-1)
    return of_state, d_candidate, update


def _gru_after_backward(factors: tuple, gradients: tuple, parameters: tuple) -> tuple:
    (of_state, _, update), (dh,) = factors, gradients
    d_state = jnp.concatenate([dh, dh, dh], axis=-1) * of_state
    return (dh * update + d_state @ parameters[0].T,), (d_state, dh)


def _gru_after_finish(factors: tuple, collected: tuple, h_before: Array) -> tuple[Array, tuple]:
    d_state, dh = collected
    dz = jnp.concatenate([d_state[..., : 2 * dh.shape[-1]], dh * factors[1]], axis=-1)
    return dz, (_sequence_product(h_before, d_state), jnp.sum(d_state, axis=(0, 1)))


GRU_RESET_AFTER = Cell(
    _gru_after_forward,
    _gru_after_factors,
    _gru_after_backward,
    _gru_after_finish,
    (0.5, 0.5, 1.0),
)


def _gru_before_forward(z: Array, states: tuple, parameters: tuple) -> tuple[tuple, tuple]:
    (h,), (weights,) = states, parameters
    units = h.shape[-1]
    gates = _tanh(z[..., : 2 * units] + h @ weights[:, : 2 * units]) * 0.5 + 0.5
    update, reset = jnp.split(gates, 2, axis=-1)
    candidate = jnp.tanh(z[..., 2 * units :] + (reset * h) @ weights[:, 2 * units :])
    return (update * h + (1 - update) * candidate,), (gates, candidate)


def _gru_before_factors(saved: tuple, before: tuple) -> tuple:
    (gates, candidate), (h,) = saved, before
    update, reset = jnp.split(gates, 2, axis=-1)
    d_candidate = (1 - update) * (1 - candidate * candidate)
    return (h - candidate) * _half_slope(update), h * _half_slope(reset), d_candidate, gates


def _gru_before_backward(factors: tuple, gradients: tuple, parameters: tuple) -> tuple:
    (of_update, of_reset, of_candidate, gates), (dh,), (weights,) = factors, gradients, parameters
    units = dh.shape[-1]
    update, reset = jnp.split(gates, 2, axis=-1)
    d_candidate = dh * of_candidate
    d_reset_state = d_candidate @ weights[:, 2 * units :].T
    d_gates = jnp.concatenate([dh * of_update, d_reset_state * of_reset], axis=-1)
    earlier = dh * update + d_reset_state * reset + d_gates @ weights[:, : 2 * units].T
    return (earlier,), jnp.concatenate([d_gates, d_candidate], axis=-1)


def _gru_before_finish(factors: tuple, dz: Array, h_before: Array) -> tuple[Array, tuple]:
    units = h_before.shape[-1]
    reset = factors[3][..., units:]
    of_gates = _sequence_product(h_before, dz[..., : 2 * units])
    of_candidate = _sequence_product(h_before * reset, dz[..., 2 * units :])
    return dz, (jnp.concatenate([of_gates, of_candidate], axis=-1),)


GRU_RESET_BEFORE = Cell(
    _gru_before_forward,
    _gru_before_factors,
    _gru_before_backward,
    _gru_before_finish,
    (0.5, 0.5, 1.0),
)


def _simple_forward(z: Array, states: tuple, parameters: tuple) -> tuple[tuple, Array]:
    h = jnp.tanh(z + states[0] @ parameters[0])
    return (h,), h


def _simple_factors(h: Array, before: tuple) -> tuple:
    return (1 - h * h,)


def _simple_backward(factors: tuple, gradients: tuple, parameters: tuple) -> tuple[tuple, Array]:
    dz = gradients[0] * factors[0]
    return (dz @ parameters[0].T,), dz


SIMPLE = Cell(_simple_forward, _simple_factors, _simple_backward, _product_finish, (1.0,))


def _half_slope(gate: Array) -> Array:
    """Derivative of 0.5 * tanh(z) + 0.5 by z, from the gate."""
    return 2 * gate * (1 - gate)
