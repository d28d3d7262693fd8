"""Gradient tracers show their values inside `concrete_tracers`, and only there."""

import sys
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.core import Tracer

from cornu.engine.eager_values import SHOWING_METHODS, concrete_tracers

X = jnp.array([1.0, -2.0, 3.0])


def seen_by(look, transform=jax.grad, x=X):
    """What `look` returns for the tracer that `transform` passes to a function of `x`."""
    seen = []

    def function(x):
        seen.append(look(x))
        return (x * x).sum()

    with concrete_tracers():
        transform(function)(x)
    return seen[0]


def both_arguments(transform):
    return lambda function: lambda x: transform(function, (x,), (x,))


GRADIENTS = {
    "grad": jax.grad,
    "value_and_grad": jax.value_and_grad,
    "grad_of_grad": lambda f: jax.grad(lambda x: jax.grad(f)(x).sum()),
    "vjp": lambda f: lambda x: jax.vjp(f, x),
    "linearize": lambda f: lambda x: jax.linearize(f, x),
    "jvp": both_arguments(jax.jvp),
}


@pytest.fixture(params=GRADIENTS.values(), ids=GRADIENTS.keys())
def transform(request):
    return request.param


def test_repr_is_that_of_the_array(transform):
    assert seen_by(repr, transform) == "Array([ 1., -2.,  3.], dtype=float32)"


def test_str_is_that_of_the_array(transform):
    assert seen_by(str, transform) == "[ 1. -2.  3.]"


def test_numpy_conversion_gives_the_values(transform):
    np.testing.assert_array_equal(seen_by(np.asarray, transform), np.array(X))


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (lambda x: float(x.sum()), 2.0),
        (lambda x: int(x.sum()), 2),
        (lambda x: complex(x.sum()), 2 + 0j),
        (lambda x: bool(x.sum() > 0), True),
        (lambda x: "positive" if x.sum() > 0 else "negative", "positive"),
        (lambda x: x.sum().item(), 2.0),
        (lambda x: x.tolist(), [1.0, -2.0, 3.0]),
        (lambda x: [float(element) for element in x], [1.0, -2.0, 3.0]),
        (len, 3),
        (lambda x: f"{x.sum():.3f}", "2.000"),
        (lambda x: f"{x}", "[ 1. -2.  3.]"),
        (lambda x: "%.2f" % x.sum(), "2.00"),  # noqa: UP031
        (lambda x: list(range(x.argmax())), [0, 1]),
        (lambda x: np.array(x, dtype="float64").dtype.name, "float64"),
        (lambda x: repr({"x": [x[0]]}), "{'x': [Array(1., dtype=float32)]}"),
    ],
)
def test_python_sees_the_value(transform, look, expected):
    assert seen_by(look, transform) == expected


def test_numpy_copy_can_be_written_to():
    assert seen_by(lambda x: np.array(x, copy=True).flags.writeable)


def test_python_scalar_argument_shows_its_value():
    assert seen_by(lambda x: (repr(x), float(x), np.asarray(x).dtype.name), x=2.0) == (
        "Array(2., dtype=float32)",
        2.0,
        "float32",
    )


def test_numpy_argument_keeps_its_dtype():
    x = np.ones(2, "float16")
    assert seen_by(repr, both_arguments(jax.jvp), x) == "Array([1., 1.], dtype=float16)"


def test_bfloat16_values_are_shown():
    assert seen_by(lambda x: x.tolist(), x=X.astype("bfloat16")) == [1.0, -2.0, 3.0]


def test_forward_and_backward_of_a_custom_vjp_see_values():
    seen = []

    @jax.custom_vjp
    def cube(x):
        return x**3

    def forward(x):
        seen.append(float(x))
        return cube(x), x

    def backward(x, cotangent):
        seen.append(float(cotangent))
        return (3 * x**2 * cotangent,)

    cube.defvjp(forward, backward)
    with concrete_tracers():
        gradient = jax.grad(lambda x: 5 * cube(2 * x))(1.0)
    assert (seen, float(gradient)) == ([2.0, 5.0], 120.0)


def test_rule_of_a_custom_jvp_sees_values():
    seen = []

    @jax.custom_jvp
    def cube(x):
        return x**3

    @cube.defjvp
    def rule(primals, tangents):
        seen.append(float(primals[0]))
        return cube(*primals), 3 * primals[0] ** 2 * tangents[0]

    with concrete_tracers():
        gradient = jax.grad(lambda x: cube(2 * x))(1.0)
    assert (seen, float(gradient)) == ([2.0], 24.0)


def test_debugger_sees_values_in_the_locals_of_a_frame():
    shown = {}

    def trace_lines(frame, event, argument):
        if frame.f_code.co_name == "loss" and event == "return":
            shown.update({name: repr(value) for name, value in frame.f_locals.items()})
            shown["hidden + 1"] = repr(eval("hidden + 1", frame.f_globals, frame.f_locals))
        return trace_lines

    def loss(w):
        hidden = jnp.tanh(w) * 0
        return hidden.sum()

    before = sys.gettrace()
    with concrete_tracers():
        sys.settrace(trace_lines)
        try:
            jax.grad(loss)(jnp.ones(2))
        finally:
            sys.settrace(before)
    assert shown == {
        "w": "Array([1., 1.], dtype=float32)",
        "hidden": "Array([0., 0.], dtype=float32)",
        "hidden + 1": "Array([1., 1.], dtype=float32)",
    }


LOSSES = {
    "dense": lambda x: jnp.tanh(jnp.outer(x, x) @ x).sum(),
    "numpy_array_on_the_left": lambda x: (np.array([1.0, 2.0, 3.0], "float32") * x).sum(),
    "numpy_scalar_on_the_left": lambda x: (np.float32(2.0) * x / np.float64(3.0)).sum(),
    "numpy_matmul": lambda x: np.ones((3, 3), "float32") @ x @ x,
    "numpy_reduction": lambda x: np.mean(x) * np.sum(x),
    "array_of_scalars": lambda x: jnp.array([x[0], x[1] * x[2], 1.0]).prod(),
    "asarray_of_rows": lambda x: jnp.asarray([x, x * x]).sum(),
    "stack": lambda x: jnp.stack([x, jnp.ones(3), 2 * x]).sum(axis=0).prod(),
    "full": lambda x: jnp.full((2,), x[0]).sum(),
    "linspace": lambda x: jnp.linspace(x[1], x[2], 5).prod(),
    "pad": lambda x: (jnp.pad(x, 1, constant_values=x[0]) ** 2).sum(),
    "where": lambda x: jnp.where(x > 0, x, x * x).sum(),
    "scatter": lambda x: (jnp.zeros(4).at[1:].set(x) ** 2).sum(),
    "index_by_value": lambda x: x[x.argmax()] * x[jnp.argsort(x)[0]],
    "scan": lambda x: jax.lax.scan(lambda c, y: (c * y, c), x[0], x)[0],
    "cond": lambda x: jax.lax.cond(x.sum() > 0, jnp.sin, jnp.cos, x).sum(),
    "vmap": lambda x: jax.vmap(lambda y: y * x)(x).sum(),
    "softmax": lambda x: jax.nn.log_softmax(x)[0],
    "promotion": lambda x: (x.astype("bfloat16") * 2 + np.int32(1)).astype("float32").sum(),
    "einsum": lambda x: jnp.einsum("i,j,ij->", x, x, np.eye(3)),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
def test_gradients_are_those_of_compiled_code(loss):
    compiled = jax.jit(jax.grad(loss))(X)
    with concrete_tracers():
        eager = jax.grad(loss)(X)
    assert eager.dtype == compiled.dtype
    np.testing.assert_allclose(eager, compiled, rtol=1e-5, atol=1e-6)


def test_looking_leaves_the_gradient_bit_for_bit_alone():
    def loss(x):
        return jnp.tanh(x * x).sum()

    def looking_loss(x):
        y = x * x
        print(repr(y), np.asarray(y), float(y[0]), y.tolist())
        return jnp.tanh(y).sum()

    with concrete_tracers():
        gradient = jax.grad(looking_loss)(X)
    np.testing.assert_array_equal(gradient, jax.grad(loss)(X))


ABSTRACT = {
    "jit": lambda f: jax.jit(jax.grad(f)),
    "grad_of_jit": lambda f: jax.grad(jax.jit(f)),
    "vmap": lambda f: jax.vmap(jax.grad(f), in_axes=0),
    "scan": lambda f: lambda x: jax.lax.scan(lambda c, y: (c, jax.grad(f)(y)), 0, x),
}


@pytest.mark.parametrize("transform", ABSTRACT.values(), ids=ABSTRACT.keys())
@pytest.mark.parametrize(
    ("look", "error"),
    [
        (np.asarray, jax.errors.TracerArrayConversionError),
        (lambda x: float(x.sum()), jax.errors.ConcretizationTypeError),
        (lambda x: x.tolist(), jax.errors.ConcretizationTypeError),
        (lambda x: bool(x.sum() > 0), jax.errors.TracerBoolConversionError),
    ],
)
def test_abstract_tracers_keep_jax_errors(transform, look, error):
    with pytest.raises(error):
        seen_by(look, transform, jnp.ones((2, 3)))


def test_abstract_tracers_keep_jax_repr():
    shown = []
    with concrete_tracers():
        jax.jit(lambda x: shown.append(repr(x)))(X)
    assert "float32[3]" in shown[0]


def method_table():
    return {name: vars(Tracer).get(name) for name in SHOWING_METHODS}


def test_jax_methods_are_back_after_the_block():
    before = method_table()
    with concrete_tracers():
        assert method_table() != before
    assert method_table() == before


def test_jax_methods_are_back_after_an_exception():
    before = method_table()
    with pytest.raises(ZeroDivisionError), concrete_tracers():
        jax.grad(lambda x: x / 0 if x > 0 else 1 // 0)(-1.0)
    assert method_table() == before


def test_tracer_errors_are_back_after_the_block():
    seen_by(repr)
    with pytest.raises(jax.errors.TracerArrayConversionError):
        jax.grad(lambda x: np.asarray(x).sum())(X)


def test_blocks_can_be_nested():
    before = method_table()
    with concrete_tracers():
        inner = seen_by(repr)
        seen = []
        jax.grad(lambda x: (seen.append(repr(x)), x.sum())[1])(X)
    assert seen == [inner]
    assert method_table() == before


def test_other_threads_keep_jax_behavior():
    caught = []

    def other_thread():
        try:
            jax.grad(lambda x: np.asarray(x).sum())(X)
        except jax.errors.TracerArrayConversionError as error:
            caught.append(error)

    with concrete_tracers():
        thread = threading.Thread(target=other_thread)
        thread.start()
        thread.join()
    assert len(caught) == 1


def test_a_thread_that_leaves_first_does_not_blind_the_other():
    before = method_table()
    with concrete_tracers():
        thread = threading.Thread(target=seen_by, args=(repr,))
        thread.start()
        thread.join()
        seen = []
        jax.grad(lambda x: (seen.append(float(x.sum())), x.sum())[1])(X)
    assert seen == [2.0]
    assert method_table() == before
