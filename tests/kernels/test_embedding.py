"""Embedding against plain indexing, and what ids out of range do."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from cornu import kernels
from cornu.kernels.embedding import embedding_lookup_reference
from tests.kernels.checks import assert_close, assert_same, normal, value_and_gradients

IDS = jnp.array([[3, 0, 3], [6, 3, 1]])


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("ids_dtype", ["int32", "uint8", "int8"])
def test_rows_and_gradient_equal_plain_indexing(dtype, ids_dtype):
    table, ids = normal(7, 4, dtype=dtype), IDS.astype(ids_dtype)
    assert_same(kernels.embedding_lookup, embedding_lookup_reference, table, ids)


def test_ids_out_of_range_give_nan_and_leave_the_gradient_alone():
    table, ids = normal(3, 2), jnp.array([-1, 3, 1, 2**31 - 1, -(2**31)])
    rows = kernels.embedding_lookup(table, ids)
    assert np.isnan(rows).all(axis=1).tolist() == [True, True, False, True, True]
    np.testing.assert_array_equal(rows[2], table[1])
    gradient = jax.grad(lambda table: kernels.embedding_lookup(table, ids)[2].sum())(table)
    np.testing.assert_array_equal(gradient, [[0, 0], [1, 1], [0, 0]])


def test_repeated_ids_in_half_precision_add_up_in_float32():
    table = jnp.zeros((2, 1), "bfloat16")
    ids = jnp.zeros(1000, "int32")
    gradient = jax.grad(lambda table: kernels.embedding_lookup(table, ids).sum())(table)
    np.testing.assert_array_equal(gradient, jnp.array([[1000], [0]], "bfloat16"))


def test_integer_tables_can_be_looked_up():
    table = jnp.arange(6).reshape(3, 2)
    assert kernels.embedding_lookup(table, jnp.array([2, 5])).tolist() == [[4, 5], [0, 0]]


def test_a_scalar_id_and_no_ids():
    table = normal(3, 2)
    np.testing.assert_array_equal(kernels.embedding_lookup(table, jnp.array(2)), table[2])
    assert kernels.embedding_lookup(table, jnp.zeros((0, 4), "int32")).shape == (0, 4, 2)


@pytest.mark.parametrize("axes", [(0, 0), (0, None), (None, 0)], ids=str)
def test_mapping_equals_plain_indexing(axes):
    table = normal(7, 4) if axes[0] is None else normal(2, 7, 4)
    ids = IDS[0] if axes[1] is None else IDS
    assert_same(
        jax.vmap(kernels.embedding_lookup, axes),
        jax.vmap(embedding_lookup_reference, axes),
        table,
        ids,
    )


def test_scanning_equals_plain_indexing():
    table = normal(7, 4)

    def run(lookup):
        return lax.scan(lambda _, ids: (0, value_and_gradients(lookup, table, ids)), 0, IDS)[1]

    assert_close(run(kernels.embedding_lookup), run(embedding_lookup_reference))
