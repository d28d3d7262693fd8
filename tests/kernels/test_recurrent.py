"""Recurrent kernels against a plain scan over the equations of each cell."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from cornu import kernels
from tests.kernels.checks import assert_close, assert_same, normal, value_and_gradients

BATCH, TIME, FEATURES, UNITS = 3, 6, 5, 4
sigmoid = jax.nn.sigmoid


def lstm_step(x, states, kernel, recurrent, bias):
    h, c = states
    i, f, g, o = jnp.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
    return sigmoid(o) * jnp.tanh(c), c


def gru_after_step(x, states, kernel, recurrent, bias):
    (h,) = states
    of_x, of_h = x @ kernel + bias[0], h @ recurrent + bias[1]
    (xz, xr, xc), (hz, hr, hc) = jnp.split(of_x, 3, axis=-1), jnp.split(of_h, 3, axis=-1)
    z = sigmoid(xz + hz)
    return (z * h + (1 - z) * jnp.tanh(xc + sigmoid(xr + hr) * hc),)


def gru_before_step(x, states, kernel, recurrent, bias):
    (h,) = states
    xz, xr, xc = jnp.split(x @ kernel + bias, 3, axis=-1)
    uz, ur, uc = jnp.split(recurrent, 3, axis=-1)
    z, r = sigmoid(xz + h @ uz), sigmoid(xr + h @ ur)
    return (z * h + (1 - z) * jnp.tanh(xc + (r * h) @ uc),)


def simple_step(x, states, kernel, recurrent, bias):
    return (jnp.tanh(x @ kernel + states[0] @ recurrent + bias),)


def gru_before(*args):
    return kernels.gru(*args, reset_after=False)


# kernel, step, number of states, number of gates, shape of the bias
CELLS = {
    "lstm": (kernels.lstm, lstm_step, 2, 4, (4 * UNITS,)),
    "gru, reset after": (kernels.gru, gru_after_step, 1, 3, (2, 3 * UNITS)),
    "gru, reset before": (gru_before, gru_before_step, 1, 3, (3 * UNITS,)),
    "simple": (kernels.simple_rnn, simple_step, 1, 1, (UNITS,)),
}
MASK = jnp.array([[0, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0]], bool)


def plain(step, bias_shape):
    """Loop over the steps as Keras documents masking: keep the state, repeat the output."""

    def run(x, *args):
        *states, kernel, recurrent, bias, mask, reverse = args
        bias = jnp.zeros(bias_shape, x.dtype) if bias is None else bias
        mask = jnp.ones(x.shape[:2], bool) if mask is None else mask

        def body(carry, inputs):
            states, output = carry
            x, seen = inputs[0], inputs[1][:, None]
            new = step(x, states, kernel, recurrent, bias)
            output = jnp.where(seen, new[0], output)
            states = tuple(jnp.where(seen, a, b) for a, b in zip(new, states, strict=True))
            return (states, output), output

        first = (tuple(states), jnp.zeros_like(states[0]))
        inputs = (jnp.swapaxes(x, 0, 1), mask.T)
        (states, _), outputs = lax.scan(body, first, inputs, reverse=reverse)
        return jnp.swapaxes(outputs, 0, 1), *states

    return run


def arguments(cell, dtype="float32"):
    _, _, states, gates, bias = cell
    return (
        normal(BATCH, TIME, FEATURES, dtype=dtype),
        *[normal(BATCH, UNITS, dtype=dtype) * (i + 1) for i in range(states)],
        normal(FEATURES, gates * UNITS, dtype=dtype),
        normal(UNITS, gates * UNITS, dtype=dtype),
        normal(*bias, dtype=dtype),
    )


@pytest.mark.parametrize(
    ("mask", "reverse"),
    [(None, False), (MASK, False), (MASK, True)],
    ids=["no mask", "mask", "mask, reverse"],
)
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
def test_outputs_states_and_gradients_equal_a_plain_scan(cell, mask, reverse):
    kernel, step, _, _, bias = cell
    assert_same(
        lambda *args: kernel(*args, mask, reverse),
        lambda *args: plain(step, bias)(*args, mask, reverse),
        *arguments(cell),
    )


@pytest.mark.parametrize("name", ["lstm", "gru, reset after"])
def test_without_bias_and_mask_the_direction_may_be_reversed(name):
    kernel, step, _, _, bias = CELLS[name]
    assert_same(
        lambda *args: kernel(*args, None, reverse=True),
        lambda *args: plain(step, bias)(*args, None, None, True),
        *arguments(CELLS[name])[:-1],
    )


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("lstm", "bfloat16"),
        ("gru, reset after", "float16"),
        ("gru, reset before", "bfloat16"),
        ("simple", "float16"),
    ],
)
def test_half_precision_keeps_its_dtype_and_stays_close(name, dtype):
    kernel, args = CELLS[name][0], arguments(CELLS[name], dtype)
    outputs = jax.tree.leaves(value_and_gradients(kernel, *args))
    expected = value_and_gradients(kernel, *[each.astype("float32") for each in args])
    assert {str(each.dtype) for each in outputs} == {dtype}
    for a, b in zip(outputs, jax.tree.leaves(expected), strict=True):
        bound = 0.1 if dtype == "bfloat16" else 0.02
        np.testing.assert_allclose(a.astype("float32"), b, atol=bound * np.abs(b).max())


def test_extreme_inputs_give_finite_outputs_and_gradients():
    args = arguments(CELLS["lstm"])
    leaves = jax.tree.leaves(value_and_gradients(kernels.lstm, 1e6 * args[0], *args[1:]))
    assert all(np.isfinite(each).all() for each in leaves)


@pytest.mark.parametrize("name", ["lstm", "gru, reset after"])
def test_mapping_over_models_equals_a_plain_scan(name):
    kernel, step, _, _, bias = CELLS[name]
    args = [jnp.stack([each, each / 2]) for each in arguments(CELLS[name])]
    assert_same(
        jax.vmap(lambda *args: kernel(*args, MASK)),
        jax.vmap(lambda *args: plain(step, bias)(*args, MASK, False)),
        *args,
    )


def test_gradients_inside_a_scan_equal_those_outside():
    args = arguments(CELLS["lstm"])
    expected = value_and_gradients(kernels.lstm, *args)
    scanned = lax.scan(
        lambda _, x: (0, value_and_gradients(kernels.lstm, x, *args[1:])), 0, args[0][None]
    )[1]
    assert_close(jax.tree.map(lambda each: each[0], scanned), expected)


def test_second_derivatives_equal_a_plain_scan():
    kernel, step, _, _, bias = CELLS["lstm"]

    def gradients(run):
        return jax.grad(lambda *args: jnp.sum(run(*args)[0] ** 3), (0, 4))

    assert_same(
        gradients(kernel),
        gradients(lambda *args: plain(step, bias)(*args, None, False)),
        *arguments(CELLS["lstm"]),
    )


def test_nothing_is_saved_for_a_gradient_that_is_not_taken():
    args = arguments(CELLS["lstm"])
    loop = next(
        line for line in str(jax.make_jaxpr(kernels.lstm)(*args)).split("\n") if "= scan[" in line
    )
    assert loop.count("f32") == 3
