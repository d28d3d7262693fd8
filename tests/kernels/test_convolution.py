"""Convolutions against the plain definition, and the form that they compile to."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export, lax

from cornu import kernels
from cornu.kernels.convolution import conv_transpose_reference
from tests.kernels.checks import assert_close, assert_same, normal, value_and_gradients

# input shape, kernel shape, strides, padding, dilation, groups
CASES = {
    "one dimension, same": ((2, 9, 5), (3, 5, 6), 1, "SAME", 1, 1),
    "one dimension, stride and dilation": ((2, 11, 5), (3, 5, 6), 2, "SAME", 2, 1),
    "one dimension, causal padding": ((2, 9, 5), (4, 5, 6), 1, (3, 0), 1, 1),
    "two dimensions, valid": ((2, 9, 10, 5), (3, 2, 5, 6), 1, "VALID", 1, 1),
    "stride larger than the window": ((2, 9, 10, 5), (2, 2, 5, 6), 3, "VALID", 1, 1),
    "stride that leaves inputs unseen": ((2, 9, 10, 5), (3, 3, 5, 4), 2, "VALID", 1, 1),
    "dilation, same": ((2, 9, 10, 5), (3, 3, 5, 4), 1, "SAME", 2, 1),
    "negative padding": ((2, 9, 10, 5), (3, 3, 5, 4), 2, (2, -1), 1, 1),
    "uneven padding and dilation": ((2, 9, 10, 5), (3, 3, 5, 4), 3, (0, 5), 2, 1),
    "few channels": ((2, 9, 10, 1), (3, 3, 1, 6), 1, "SAME", 1, 1),
    "few channels, stride": ((2, 9, 10, 2), (3, 3, 2, 6), 2, (-1, 3), 1, 1),
    "three dimensions": ((2, 5, 6, 4, 3), (3, 2, 3, 3, 4), 2, "SAME", 1, 1),
    "window of one": ((2, 9, 10, 5), (1, 1, 5, 7), 1, "VALID", 1, 1),
    "window of one, stride": ((2, 9, 10, 5), (1, 1, 5, 7), 2, "SAME", 1, 1),
    "window of one, padding": ((2, 9, 10, 5), (1, 1, 5, 7), 3, (-1, 3), 1, 1),
    "patches": ((2, 9, 10, 5), (3, 2, 5, 7), (3, 2), "VALID", 1, 1),
    "patches that reach beyond the input": ((2, 8, 9, 5), (3, 3, 5, 7), 3, "SAME", 1, 1),
    "patches, negative padding": ((2, 9, 10, 5), (2, 2, 5, 7), 2, (-1, 2), 1, 1),
    "window a multiple of the stride": ((2, 9, 11, 5), (4, 2, 5, 4), (2, 1), "SAME", 1, 1),
    "window a multiple of the stride, one dimension": ((2, 13, 5), (6, 5, 4), 3, (-1, 2), 1, 1),
    "two groups": ((2, 9, 10, 8), (3, 3, 4, 6), 1, "SAME", 1, 2),
    "twenty groups": ((2, 6, 7, 40), (3, 3, 2, 20), 2, "SAME", 1, 20),
    "depthwise": ((2, 9, 10, 8), (3, 3, 1, 8), 2, "SAME", 1, 8),
    "depthwise, multiplier and dilation": ((2, 9, 10, 8), (3, 3, 1, 24), 1, (1, -2), 2, 8),
    "no sample": ((0, 9, 10, 5), (3, 3, 5, 4), 1, "SAME", 1, 1),
}


def call_of(case, function=kernels.conv):
    x, _, strides, padding, dilation, groups = case
    ndim = len(x) - 2
    strides = strides if isinstance(strides, tuple) else (strides,) * ndim
    padding = padding if isinstance(padding, str) else [padding] * ndim
    return lambda x, w: function(x, w, strides, padding, (dilation,) * ndim, groups)


def plain(x, w, strides, padding, dilation, groups):
    letters = "DHW"[3 - (x.ndim - 2) :]
    layout = (f"N{letters}C", f"{letters}IO", f"N{letters}C")
    return lax.conv_general_dilated(x, w, strides, padding, None, dilation, layout, groups)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_convolution_and_its_gradients_equal_the_plain_definition(case):
    x, w = normal(*case[0]), normal(*case[1])
    assert_same(call_of(case), call_of(case, plain), x, w)


def test_convolution_equals_a_loop_in_numpy():
    x, w = normal(2, 6, 7, 3), normal(3, 2, 3, 4)
    expected = np.zeros((2, 2, 3, 4))
    for i, j in np.ndindex(2, 3):
        patch = np.asarray(x)[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 2]
        expected[:, i, j] = np.einsum("nhwc,hwcf->nf", patch, w)
    actual = kernels.conv(x, w, (2, 2), "VALID", (1, 1))
    np.testing.assert_allclose(actual, expected, atol=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["few channels", "window of one", "two groups", "depthwise"])
def test_half_precision_keeps_its_dtype_and_accumulates_in_float32(dtype, name):
    x, w = normal(*CASES[name][0], dtype=dtype), normal(*CASES[name][1], dtype=dtype)
    actual = value_and_gradients(call_of(CASES[name]), x, w)
    wide = value_and_gradients(
        call_of(CASES[name], plain), x.astype("float32"), w.astype("float32")
    )
    # The cotangents are rounded alike; the result is the exact one, rounded once.
    assert_close(actual, jax.tree.map(lambda each: each.astype(dtype), wide))


def test_double_precision_is_exact():
    with jax.enable_x64(True):
        x, w = normal(2, 9, 10, 5, dtype="float64"), normal(3, 3, 5, 4, dtype="float64")
        case = CASES["dilation, same"]
        assert_same(call_of(case), call_of(case, plain), x, w)


@pytest.mark.parametrize("axes", [(0, 0), (0, None), (None, 0)], ids=str)
@pytest.mark.parametrize(
    "name",
    [
        "negative padding",
        "few channels",
        "two groups",
        "twenty groups",
        "depthwise",
        "window of one",
    ],
)
def test_mapping_over_models_or_batches_equals_the_plain_definition(axes, name):
    case = CASES[name]
    x, w = normal(*case[0]), normal(*case[1])
    x = x if axes[0] is None else jnp.stack([x, 2 * x, x - 1])
    w = w if axes[1] is None else jnp.stack([w, 3 * w, w + 1])
    assert_same(jax.vmap(call_of(case), axes), jax.vmap(call_of(case, plain), axes), x, w)


def test_second_derivatives_equal_the_plain_definition():
    case = CASES["negative padding"]
    x, w = normal(*case[0]), normal(*case[1])

    def gradients(function):
        def square(x, w):
            return jnp.sum(function(x, w) ** 3)

        return jax.grad(square, (0, 1))

    assert_same(gradients(call_of(case)), gradients(call_of(case, plain)), x, w)


def test_gradients_inside_a_scan_equal_those_outside():
    case = CASES["dilation, same"]
    x, w = normal(*case[0]), normal(*case[1])
    y, gradients = value_and_gradients(call_of(case), x, w)

    def body(carry, _):
        return carry, value_and_gradients(call_of(case), x, w)

    scanned = jax.jit(lambda: lax.scan(body, 0, length=2)[1])()
    assert_close(jax.tree.map(lambda each: each[1], scanned), (y, gradients))


def test_every_convolution_of_a_training_loop_is_canonical():
    case = CASES["dilation, same"]
    x, w = normal(*case[0]), normal(*case[1])

    def step(_, carry):
        x, w = carry
        _, (dx, dw) = value_and_gradients(call_of(case), x, w)
        return x - dx, w - dw

    program = jax.jit(lambda x, w: lax.fori_loop(0, 3, step, (x, w))).lower(x, w).compile()
    layouts = set(re.findall(r" convolution\(.*dim_labels=([^,\s]*)", program.as_text()))
    assert layouts == {"b01f_01io->b01f"}


def test_the_other_platforms_branch_is_not_in_the_compiled_program():
    case = CASES["window of one"]
    x, w = normal(*case[0]), normal(*case[1])
    program = jax.jit(lambda x, w: value_and_gradients(call_of(case), x, w)).lower(x, w).compile()
    assert "conditional(" not in program.as_text()
    assert " convolution(" not in program.as_text()


def test_stock_formulations_trace_one_plain_convolution():
    case = CASES["depthwise"]
    x, w = normal(*case[0]), normal(*case[1])
    with kernels.stock_formulations():
        traced = str(jax.make_jaxpr(call_of(case))(x, w))
    assert traced.count("conv_general_dilated[") == 1
    assert "platform_index" not in traced


def test_an_unknown_batch_size_can_be_exported():
    (batch,) = export.symbolic_shape("batch")
    case = CASES["stride that leaves inputs unseen"]
    inputs = jax.ShapeDtypeStruct((batch, *case[0][1:]), "float32")
    w = normal(*case[1])
    exported = export.export(jax.jit(lambda x: call_of(case)(x, w)))(inputs)
    x = normal(*case[0])
    assert_close(exported.call(x), call_of(case, plain)(x, w))


def test_depthwise_orders_outputs_by_channel_then_multiplier():
    x, w = normal(1, 5, 2), normal(1, 2, 3)
    y = kernels.depthwise_conv(x, w, (1,), "VALID", (1,))
    expected = (x[..., :, None] * w[0]).reshape(1, 5, 6)
    np.testing.assert_allclose(y, expected, rtol=1e-6)


# input shape, kernel shape, strides, padding, dilation
TRANSPOSED = {
    "one dimension": ((2, 6, 5), (3, 4, 5), 2, (1, 2), 1),
    "window twice the stride": ((2, 6, 5, 5), (4, 4, 4, 5), 2, (2, 2), 1),
    "window twice the stride, uneven padding": ((2, 6, 5, 5), (6, 4, 4, 5), 2, (4, 1), 1),
    "window equal to the stride": ((2, 6, 5, 5), (2, 2, 4, 5), 2, (1, 1), 1),
    "window equal to the stride, cropped": ((2, 6, 5, 5), (2, 2, 4, 5), 2, (0, 3), 1),
    "stride one, dilation": ((2, 6, 5, 5), (3, 3, 4, 5), 1, (1, 1), 2),
    "gaps in the output": ((2, 6, 5, 5), (2, 2, 4, 5), 3, (1, 2), 1),
    "negative padding": ((2, 6, 5, 5), (3, 3, 4, 5), 2, (-1, 4), 1),
    "three dimensions": ((2, 4, 3, 2, 3), (2, 2, 2, 4, 3), 2, (1, 1), 1),
    "no sample": ((0, 6, 5, 5), (3, 3, 4, 5), 2, (1, 1), 1),
}


@pytest.mark.parametrize("case", TRANSPOSED.values(), ids=TRANSPOSED.keys())
def test_transposed_convolution_equals_that_of_lax(case):
    x, w, stride, padding, dilation = case
    ndim = len(x) - 2
    settings = ((stride,) * ndim, [padding] * ndim, (dilation,) * ndim)
    letters = "DHW"[3 - ndim :]
    layout = (f"N{letters}C", f"{letters}IO", f"N{letters}C")
    assert_same(
        lambda x, w: kernels.conv_transpose(x, w, *settings),
        lambda x, w: lax.conv_transpose(x, w, *settings, layout, transpose_kernel=True),
        normal(*x),
        normal(*w),
    )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_transposed_convolution_keeps_half_precision(dtype):
    x, w = normal(2, 6, 5, 5, dtype=dtype), normal(4, 4, 4, 5, dtype=dtype)
    settings = ((2, 2), ((2, 2), (2, 2)), (1, 1))
    assert_close(
        kernels.conv_transpose(x, w, *settings),
        conv_transpose_reference(x.astype("float32"), w.astype("float32"), *settings).astype(dtype),
    )
