"""Control flow called with values: results are tensors, as in a compiled program."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
from cornu import ops

CALLS = {
    "cond of ints": lambda: ops.cond(True, lambda: 1, lambda: 2),
    "cond of floats": lambda: ops.cond(jnp.array(False), lambda: 1.5, lambda: 2.5),
    "cond of NumPy arrays": lambda: ops.cond(True, lambda: np.ones(2), lambda: np.zeros(2)),
    "cond of a list": lambda: ops.cond(True, lambda: [1, 2.0], lambda: [3, 4.0]),
    "cond of a Variable": lambda: ops.cond(True, lambda: keras.Variable(1.0), lambda: 2.0),
    "switch": lambda: ops.switch(1, [lambda x: x + 1, lambda x: x * 10], 3),
    "switch of NumPy": lambda: ops.switch(0, [lambda x: x, lambda x: x * 10], np.ones(2)),
    "while_loop": lambda: ops.while_loop(lambda x: x < 10, lambda x: x * 2, 1),
    "while_loop of several": lambda: ops.while_loop(
        lambda a, b: a < 10, lambda a, b: (a * 2, b), [1, 2.0]
    ),
    "fori_loop": lambda: ops.fori_loop(0, 4, lambda i, total: total + i, 0),
    "fori_loop that does nothing": lambda: ops.fori_loop(0, 0, lambda i, total: total, 5),
    "scan": lambda: ops.scan(lambda carry, _: (carry + 1, carry), 0, length=3),
    "map": lambda: ops.map(lambda x: 1, np.arange(3)),
    "vectorized_map": lambda: ops.vectorized_map(lambda x: x * 2, np.arange(3)),
    "associative_scan": lambda: ops.associative_scan(lambda a, b: a + b, np.arange(4)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_results_are_tensors_of_the_dtypes_of_a_compiled_program(call):
    eager, compiled = call(), jax.jit(call)()
    assert all(ops.is_tensor(leaf) for leaf in keras.tree.flatten(eager))
    for ours, wanted in zip(keras.tree.flatten(eager), keras.tree.flatten(compiled)):
        assert ours.dtype == wanted.dtype
        np.testing.assert_array_equal(ours, wanted)


def test_values_that_are_no_numbers_pass():
    assert ops.cond(True, lambda: None, lambda: 1) is None
    assert ops.cond(False, lambda: "yes", lambda: "no") == "no"


def test_a_condition_must_be_there():
    with pytest.raises(ValueError, match="pred=None"):
        ops.cond(None, lambda: 1, lambda: 2)
