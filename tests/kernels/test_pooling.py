"""Pooling against `reduce_window` and its gradient, `select_and_scatter`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from cornu import kernels
from cornu.kernels.pooling import WIDEST_WINDOW
from tests.kernels.checks import assert_close, assert_same, normal, value_and_gradients

POOLS = ["max_pool", "avg_pool"]

# input shape, window, strides, padding
CASES = {
    "one dimension": ((2, 9, 3), 2, 2, "valid"),
    "one dimension, same": ((2, 10, 3), 3, 2, "same"),
    "two by two": ((2, 9, 10, 3), 2, 2, "valid"),
    "two by two, same": ((2, 9, 10, 3), 2, 2, "same"),
    "overlapping": ((2, 9, 10, 3), 3, 2, "same"),
    "stride one": ((2, 9, 10, 3), 3, 1, "same"),
    "window five, stride three": ((2, 9, 10, 3), 5, 3, "valid"),
    "stride larger than the window": ((2, 9, 10, 3), 2, 3, "same"),
    "stride that leaves inputs unseen": ((2, 9, 10, 3), 1, 4, "valid"),
    "three dimensions": ((2, 5, 6, 7, 3), 3, 2, "same"),
    "a very wide window": ((2, 80, 3), WIDEST_WINDOW + 3, 2, "same"),
    "no sample": ((0, 9, 10, 3), 2, 2, "valid"),
}


def call_of(name, case):
    shape, window, stride, padding = case
    ndim = len(shape) - 2
    return lambda x: getattr(kernels, name)(x, (window,) * ndim, (stride,) * ndim, padding)


def stock(function):
    def run(x):
        with kernels.stock_formulations():
            return function(x)

    return run


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("name", POOLS)
def test_pooling_and_its_gradient_equal_the_plain_definition(name, case):
    # Few distinct numbers, so that most windows have ties.
    x = jnp.round(normal(*case[0]))
    assert_same(call_of(name, case), stock(call_of(name, case)), x)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", POOLS)
def test_pooling_keeps_half_precision(name, dtype):
    case = CASES["two by two, same"]
    assert_same(call_of(name, case), stock(call_of(name, case)), normal(*case[0], dtype=dtype))


def test_max_pool_of_integers_and_booleans():
    x = jnp.array([[-5, -7, -3, -9]])[..., None]
    assert kernels.max_pool(x, (3,), (2,), "same").ravel().tolist() == [-3, -3]
    assert kernels.max_pool(x > -4, (2,), (2,), "valid").ravel().tolist() == [False, True]


def test_ties_send_the_gradient_to_the_first_maximum_in_row_major_order():
    x = jnp.zeros((1, 3, 3, 1)).at[0, 0, 2].set(1).at[0, 2, 0].set(1)
    gradient = jax.grad(lambda x: kernels.max_pool(x, (3, 3), (3, 3), "valid").sum())(x)
    assert gradient[0, ..., 0].tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_max_pool_hands_nan_on():
    x = jnp.array([1.0, jnp.nan, 3.0, 4.0]).reshape(1, 4, 1)
    y = kernels.max_pool(x, (2,), (2,), "valid")
    np.testing.assert_array_equal(y.ravel(), [np.nan, 4.0])


def test_average_counts_only_real_elements():
    y = kernels.avg_pool(jnp.ones((1, 4, 5, 1)), (3, 3), (2, 2), "same")
    np.testing.assert_allclose(y, np.ones((1, 2, 3, 1)), rtol=1e-6)


@pytest.mark.parametrize("name", POOLS)
def test_mapping_and_scanning_change_nothing(name):
    case = CASES["overlapping"]
    pool = call_of(name, case)
    x = normal(*case[0])
    xs = jnp.stack([x, -x])
    each = jax.tree.map(lambda *a: jnp.stack(a), *[value_and_gradients(pool, x) for x in xs])
    mapped = jax.vmap(lambda x: value_and_gradients(pool, x))(xs)
    scanned = lax.scan(lambda _, x: (0, value_and_gradients(pool, x)), 0, xs)[1]
    assert_close(mapped, each)
    assert_close(scanned, each)
