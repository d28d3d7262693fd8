"""Mistakes with symbolic tensors: each names the user's line and the way out."""

import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
from cornu import ops
from cornu.ops.without_values import NoValuesError

x = keras.Input((3,), name="x")
y = keras.Input((3,), name="y")


@pytest.mark.parametrize(
    "mistake, line, way_out",
    [
        (lambda: 1 if x > 0 else 2, "x > 0", r"ops.where\(condition, a, b\)"),
        (lambda: not x, "not x", "ops.logical_not"),
        (lambda: x and y, "x and y", "ops.logical_and"),
        (lambda: float(x), r"float\(x\)", "ops.cast"),
        (lambda: math.sqrt(x), r"math.sqrt\(x\)", "keras.ops"),
        (lambda: f"{x:.2f}", r"\{x:.2f\}", "Print the tensor itself"),
        (lambda: range(x), r"range\(x\)", "sizes from the tensor's shape"),
        (lambda: [10, 20][x], r"\[10, 20\]\[x\]", "ops.take"),
        (lambda: list(x), r"list\(x\)", "ops.unstack"),
        (lambda: sum(x), r"sum\(x\)", "ops.unstack"),
        (lambda: len(x), r"len\(x\)", r"x.shape\[0\]"),
        (lambda: 3 in x, "3 in x", "ops.any"),
        (lambda: x.__setitem__(0, 1), "x.__setitem__", "ops.slice_update"),
    ],
)
def test_python_asks_in_vain_for_values(mistake, line, way_out):
    with pytest.raises(TypeError, match=f"`{line}.*without_values.*{way_out}"):
        mistake()


@pytest.mark.parametrize(
    "call, twin",
    [
        (lambda: np.sum(x), "sum"),
        (lambda: np.concatenate([x, y]), "concatenate"),
        (lambda: np.mean(x, axis=-1), "mean"),
        (lambda: np.asarray(x), "convert_to_tensor"),
        (lambda: np.add(x, 1), "add"),
        (lambda: jnp.sin(x), "sin"),
        (lambda: jnp.sum(x), "sum"),
        (lambda: jnp.concatenate([x, y]), "concatenate"),
        (lambda: jnp.where(x > 0, x, 0), "where"),
        (lambda: jnp.zeros_like(x), "zeros_like"),
        (lambda: jnp.asarray(x), "convert_to_tensor"),
        (lambda: jnp.linalg.norm(x), "norm"),
        (lambda: jax.nn.relu(x), "relu"),
        (lambda: jax.nn.softmax(x), "softmax"),
        (lambda: jax.lax.stop_gradient(x), "stop_gradient"),
        (lambda: jax.image.resize(x, (1, 1, 1), "nearest"), "image.resize"),
    ],
)
def test_a_function_of_numpy_or_jax_is_answered_with_its_twin(call, twin):
    with pytest.raises(ValueError, match=f"Write keras.ops.{twin}, which takes it") as caught:
        call()
    assert "KerasTensor shape=(None, 3)" in str(caught.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda: jax.jit(lambda a: a + 1)(x),
        lambda: jax.grad(lambda a: a.sum())(x),
        lambda: jax.vmap(lambda a: a + 1)([x]),
        lambda: jax.device_put({"a": x}),
    ],
)
def test_what_has_no_twin_belongs_into_a_layer(call):
    with pytest.raises(NoValuesError, match=r"keras.layers.Lambda or the `call` of a layer"):
        call()


def test_jax_trees_of_symbolic_tensors_are_answered_with_keras_s():
    with pytest.raises(NoValuesError, match=r"keras.tree.map_structure"):
        jax.tree.map(lambda a: a + 1, [x])
    mapped = keras.tree.map_structure(lambda a: a + 1, [x])
    assert mapped[0].shape == (None, 3)


def test_a_primitive_of_jax_names_the_symbolic_tensor():
    with pytest.raises(TypeError, match="KerasTensor"):
        jax.lax.exp(x)


@pytest.mark.parametrize("array", [jnp.ones(3), np.ones(3, "float32"), 1.0])
def test_operators_with_arrays_on_either_side_are_recorded(array):
    for result in (array + x, x + array, array - x, array > x, 2 * array * x):
        assert result.shape == (None, 3)
    assert (jnp.ones((5, 3)) @ ops.transpose(x)).shape == (5, None)


def test_methods_of_arrays_are_answered_with_functions():
    with pytest.raises(AttributeError, match=r"no attribute 'mean'. Write keras.ops.mean\(x\)"):
        x.mean()
    with pytest.raises(AttributeError, match="symbolic, with a shape but no values"):
        x.numpy()
    assert not hasattr(x, "anything_else")
    assert x.reshape(-1, 1).shape == x.reshape((-1, 1)).shape == (None, 1)


def test_code_without_source_gets_the_advice_too():
    with pytest.raises(NoValuesError, match=r"`Your code` .*keras.ops"):
        exec("float(x)", {"x": x})


image = keras.Input((8, 8, 3))
sequence = keras.Input((None, 5))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: x + keras.Input((4,)), r"ops.add\(x1=<shape \(None, 3\)>, x2=<shape \(None, 4\)>"),
        (lambda: ops.matmul(x, np.ones((4, 5))), r"ops.matmul\(x1=<shape \(None, 3\)>, x2=<shape"),
        (lambda: ops.concatenate([x, image]), r"xs=\[<shape \(None, 3\)>, <shape \(None, 8, 8"),
        (lambda: ops.stack([x, keras.Input((4,))]), r"ops.stack\(.*\(None, 3\), \(None, 4\)"),
        (lambda: ops.reshape(sequence, (7, 11)), r"\(None, None, 5\) \(size None\) into shape"),
        (lambda: ops.transpose(x, (0, 2)), r"ops.transpose\(x=<shape .*, axes=\(0, 2\)\)"),
        (lambda: ops.sum(x, axis=5), r"ops.sum\(.*axis=5\): axis 5 is out of bounds"),
        (lambda: ops.squeeze(x, 1), "ops.squeeze.*not equal to one"),
        (lambda: ops.split(x, 2, axis=1), "ops.split.*equal division"),
        (lambda: ops.where(x > 0, keras.Input((4,)), 0), r"condition=<shape \(None, 3\)>"),
        (lambda: ops.conv(image, np.ones((3, 3, 4, 5))), r"inputs shape \(None, 8, 8, 3\)"),
        (lambda: ops.max_pool(x, 2), r"got shape \(None, 3\)"),
        (lambda: ops.unstack(sequence, axis=1), "number of results depends on a size"),
        (lambda: x[:, 5], "index 5 lies outside of axis 1, whose size is 3"),
        (lambda: x[..., -4], "index -4 lies outside"),
        (lambda: x[x > 0], "boolean mask.*Keep the shape"),
    ],
)
def test_an_operation_names_itself_and_the_known_shapes_only(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    shown = "".join([str(caught.value), *getattr(caught.value, "__notes__", ())])
    assert not {"83", "89", "97", "101"} & set(re.findall(r"\d+", shown))


def test_arguments_that_an_operation_does_not_take_are_named_with_it():
    with pytest.raises(TypeError, match=r"ops.sum\(x: .*'axes'"):
        ops.sum(x, axes=1)


def test_an_index_out_of_bounds_is_refused_for_values_too():
    with pytest.raises(IndexError, match="index 3 lies outside of axis 1"):
        keras.Variable(np.ones((2, 3)))[0, 3]
    assert x[0].shape == (3,)
    assert sequence[:, 100].shape == (None, 5)
