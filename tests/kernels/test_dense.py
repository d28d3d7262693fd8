"""Matrix products against `dot_general`, in the formulations that the shapes choose."""

import jax
import jax.numpy as jnp
import pytest
from jax import export, lax

from cornu import kernels
from cornu.kernels.dense import dense_reference
from tests.kernels.checks import assert_close, assert_same, normal, value_and_gradients

# input shape, kernel shape
SHAPES = {
    "widening": ((6, 5), (5, 12)),
    "narrowing to few units": ((6, 40), (40, 3)),
    "narrowing, many rows": ((3, 700, 80), (80, 40)),
    "three leading axes": ((2, 3, 4, 5), (5, 6)),
    "no leading axis": ((5,), (5, 6)),
    "no rows": ((0, 5), (5, 2)),
}


@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES.keys())
def test_dense_and_its_gradients_equal_the_plain_product(shapes):
    assert_same(kernels.dense, dense_reference, normal(*shapes[0]), normal(*shapes[1]))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("shapes", [SHAPES["narrowing, many rows"], SHAPES["widening"]], ids=str)
def test_half_precision_is_rounded_once(dtype, shapes):
    # Not against the plain product in half precision: its gradient is summed in half precision.
    x, kernel = normal(*shapes[0], dtype=dtype), normal(*shapes[1], dtype=dtype)
    actual = value_and_gradients(kernels.dense, x, kernel)
    wide = value_and_gradients(dense_reference, x.astype("float32"), kernel.astype("float32"))
    assert_close(actual, jax.tree.map(lambda each: each.astype(dtype), wide))


def test_forward_mode_and_second_derivatives_work():
    x, kernel = normal(6, 40), normal(40, 3)

    def product(dense):
        return lambda x, kernel: jnp.sum(dense(x, kernel) ** 2)

    def hessian(dense):
        return jax.hessian(product(dense), (0, 1))(x, kernel)

    assert_close(hessian(kernels.dense), hessian(dense_reference))


@pytest.mark.parametrize("axes", [(0, 0), (0, None), (None, 0)], ids=str)
def test_mapping_equals_the_plain_product(axes):
    x = normal(6, 40) if axes[0] is None else normal(2, 6, 40)
    kernel = normal(40, 3) if axes[1] is None else normal(2, 40, 3)
    assert_same(jax.vmap(kernels.dense, axes), jax.vmap(dense_reference, axes), x, kernel)


def test_scanning_equals_the_plain_product():
    xs, kernel = normal(2, 6, 40), normal(40, 3)

    def run(dense):
        return lax.scan(lambda _, x: (0, value_and_gradients(dense, x, kernel)), 0, xs)[1]

    assert_close(run(kernels.dense), run(dense_reference))


def test_an_unknown_batch_size_can_be_exported():
    (batch,) = export.symbolic_shape("batch")
    kernel = normal(80, 40)
    inputs = jax.ShapeDtypeStruct((batch, 80), "float32")
    exported = export.export(jax.jit(lambda x: kernels.dense(x, kernel)))(inputs)
    x = normal(7, 80)
    assert_close(exported.call(x), dense_reference(x, kernel))
