"""Attention against the plain definition and against JAX's own."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from cornu import kernels
from cornu.kernels.attention import attention_reference
from tests.kernels.checks import assert_close, assert_same, normal, value_and_gradients

BATCH, QUERIES, KEYS, HEADS, DIM, VALUE_DIM = 2, 7, 9, 4, 5, 6
EVERY = jnp.ones((QUERIES, KEYS), bool)

# key heads, mask, bias, causal
CASES = {
    "plain": (4, None, None, False),
    "causal": (4, None, None, True),
    "heads in pairs": (2, None, None, False),
    "one head of keys, padding mask": (1, normal(BATCH, 1, 1, KEYS) > 0, None, False),
    "heads in pairs, full mask": (2, normal(BATCH, HEADS, QUERIES, KEYS) > 0, None, True),
    "mask of queries and keys": (4, normal(QUERIES, KEYS) > -1, None, False),
    "bias per head": (2, None, normal(HEADS, QUERIES, KEYS), False),
    "bias and mask": (4, normal(BATCH, 1, QUERIES, 1) > 0, normal(1, KEYS), True),
}


def arrays(key_heads, dtype="float32"):
    return (
        normal(BATCH, QUERIES, HEADS, DIM, dtype=dtype),
        normal(BATCH, KEYS, key_heads, DIM, dtype=dtype),
        normal(BATCH, KEYS, key_heads, VALUE_DIM, dtype=dtype),
    )


def call_of(case):
    _, mask, bias, causal = case
    return lambda q, k, v: kernels.attention(q, k, v, mask, bias, causal=causal)


def stock(function):
    def run(*args):
        with kernels.stock_formulations():
            return function(*args)

    return run


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_attention_and_its_gradients_equal_the_plain_definition(case):
    assert_same(call_of(case), stock(call_of(case)), *arrays(case[0]))


def test_the_plain_definition_equals_jax_own():
    q, k, v = arrays(2)
    v = v[..., :DIM]
    mask, bias = normal(BATCH, HEADS, QUERIES, KEYS) > 0, normal(1, HEADS, QUERIES, KEYS)
    expected = jax.nn.dot_product_attention(q, k, v, bias, mask, scale=0.3, is_causal=True)
    actual = attention_reference(q, k, v, mask, bias, jnp.float32(0.3), True)
    assert_close(actual, expected)
    assert_close(kernels.attention(q, k, v, mask, bias, 0.3, True), expected)


def test_the_gradient_of_the_bias_equals_the_plain_definition():
    def function(bias, *qkv):
        return kernels.attention(*qkv, bias=bias)

    assert_same(function, stock(function), normal(1, HEADS, 1, KEYS), *arrays(2))


def test_a_hidden_key_changes_nothing():
    q, k, v = arrays(4)
    mask = jnp.arange(KEYS) != 3
    expected = kernels.attention(q, k, v, mask)
    actual = kernels.attention(q, k.at[:, 3].set(100.0), v.at[:, 3].set(-7.0), mask)
    np.testing.assert_array_equal(actual, expected)


def test_a_query_that_sees_no_key_averages_all_values():
    q, k, v = arrays(4)
    y = kernels.attention(q, k, v, ~EVERY)
    expected = jnp.broadcast_to(v.mean(1, keepdims=True), y.shape)
    np.testing.assert_allclose(y, expected, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_does_not_overflow_and_rounds_once(dtype):
    q, k, v = arrays(2, dtype)
    q, k = 200 * q, 200 * k
    actual = kernels.attention(q, k, v, scale=1.0)
    expected = kernels.attention(*[x.astype("float32") for x in (q, k, v)], scale=1.0)
    assert actual.dtype == dtype
    assert_close(actual, expected.astype(dtype))


def test_double_precision_is_exact():
    with jax.enable_x64(True):
        q, k, v = arrays(2, "float64")
        expected = attention_reference(q, k, v, None, None, 1 / np.sqrt(DIM), False)
        assert_close(kernels.attention(q, k, v), expected)


def test_mapping_and_scanning_change_nothing():
    run = call_of(CASES["causal"])
    args = [jnp.stack([x, x / 2]) for x in arrays(4)]

    def both(*args):
        return value_and_gradients(run, *args)

    each = jax.tree.map(
        lambda *a: jnp.stack(a), both(*[x[0] for x in args]), both(*[x[1] for x in args])
    )
    assert_close(jax.vmap(both)(*args), each)
    assert_close(lax.scan(lambda _, args: (0, both(*args)), 0, tuple(args))[1], each)


def test_second_derivatives_equal_the_plain_definition():
    q, k, v = arrays(2)

    def gradients(function):
        return jax.grad(lambda q, k: jnp.sum(function(q, k, v) ** 3), (0, 1))

    run = call_of(CASES["heads in pairs"])
    assert_same(gradients(run), gradients(stock(run)), q, k)
