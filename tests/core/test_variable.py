"""`Variable`: a tensor that can be assigned, also inside scopes."""

import copy
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
from cornu.core.scope import autocast


def test_assignments_keep_dtype_and_return_the_value():
    v = keras.Variable([1.0, 2.0], dtype="float16")
    assert v.assign(np.array([3.0, 4.0])).dtype == "float16"
    assert v.assign_add([1.0, 1.0]).tolist() == [4.0, 5.0]
    assert v.assign_sub(1.0 * np.ones(2)).tolist() == [3.0, 4.0]


def test_a_value_of_another_shape_is_refused_by_the_variable_s_path():
    with keras.name_scope("net"):
        v = keras.Variable([1.0, 2.0], name="scale")
    with pytest.raises(ValueError, match=r"'net/scale' has shape \(2,\).*\(3,\)"):
        v.assign([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"initializer": "ones"}, "needs a shape"),
        ({"initializer": "onse", "shape": (2,)}, "Did you mean 'one' or 'ones'"),
        ({"initializer": None, "shape": (2,)}, "needs a first value"),
        ({"initializer": ["a", "b"]}, "holds numbers"),
        ({"initializer": 1.0, "aggregation": "average"}, "aggregation must be one of none, mean"),
        ({"initializer": 1.0, "synchronization": "yes"}, "synchronization must be one of auto"),
        ({"initializer": jnp.ones}, "needs a shape"),
        ({"initializer": lambda s, dtype: jnp.ones(s, dtype), "shape": (None, 2)}, "unknown size"),
        ({"initializer": 1.0, "name": "a/b"}, "without '/'"),
        ({"initializer": 1.0, "dtype": "float99"}, "float99"),
    ],
)
def test_nonsense_is_refused(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        keras.Variable(**arguments)


@pytest.mark.parametrize(
    "initial, dtype",
    [(1.0, "float32"), (1, "int32"), (True, "bool"), (np.float64(1), "float32"), ([1], "int32")],
)
def test_the_dtype_is_that_of_the_value_in_keras_s_widths(initial, dtype):
    assert keras.Variable(initial).dtype == dtype


def test_arithmetic_and_comparison_work_on_the_value():
    v = keras.Variable([1.0, 2.0])
    assert (2 * v + v / 2 - v**2).tolist() == [1.5, 1.0]
    assert (v > 1).tolist() == [False, True]
    assert (v @ jnp.ones(2)).item() == 3.0
    assert v[1].item() == 2.0
    assert [float(x) for x in v] == [1.0, 2.0]
    assert np.asarray(v).tolist() == [1.0, 2.0]
    assert v.reshape(2, 1).shape == (2, 1)


def test_equal_variables_are_two_keys_of_a_dict():
    a, b = keras.Variable(1.0), keras.Variable(1.0)
    assert len({a: "a", b: "b"}) == 2
    assert bool(a == b)


def test_a_variable_is_no_condition():
    with pytest.raises(TypeError, match="cannot be used as a condition"):
        bool(keras.Variable(1.0))


def test_a_copy_has_its_own_value():
    v = keras.Variable(1.0)
    other = copy.deepcopy(v)
    other.assign(2.0)
    assert float(v) == 1.0


def test_layers_of_lower_precision_read_it_in_theirs():
    v, kept = keras.Variable(1.0), keras.Variable(1.0, autocast=False)
    with autocast("float16"):
        assert v.value.dtype == "float16"
        assert kept.value.dtype == "float32"
        assert v.raw_value.dtype == "float32"


def test_attributes_are_there_before_anything_sets_them():
    v = keras.Variable(1.0)
    assert (v.aggregation, v.synchronization, v.regularizer, v.constraint) == (
        "none",
        "auto",
        None,
        None,
    )
    assert v.overwrite_with_gradient is False


def _ones(shape, dtype=None):
    return np.ones(shape, dtype)


@pytest.mark.parametrize(
    "initializer",
    [
        "ones",
        "Ones",
        keras.initializers.Ones,
        keras.initializers.Ones(),
        keras.initializers.serialize(keras.initializers.Ones()),
        _ones,
        lambda shape, dtype: jnp.ones(shape, dtype),
    ],
)
def test_every_form_of_an_initializer_makes_the_first_value(initializer):
    alone = keras.Variable(initializer, shape=(2, 3), dtype="float16")
    in_a_layer = keras.layers.Layer().add_weight((2, 3), initializer, "float16")
    assert alone.dtype == in_a_layer.dtype == "float16"
    assert np.asarray(alone).tolist() == np.asarray(in_a_layer).tolist() == [[1.0] * 3] * 2


def test_names_of_initializers_are_known_in_a_process_that_has_seen_nothing_else():
    code = "import cornu; print(cornu.Variable('ones', shape=(2,)).numpy())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[1. 1.]", done.stderr


def test_the_backend_module_has_the_class():
    assert keras.backend.Variable is keras.Variable


@pytest.mark.parametrize(
    "function",
    [
        jnp.sum,
        jnp.exp,
        jnp.where,
        jnp.zeros_like,
        jnp.ones_like,
        jnp.linalg.norm,
        jnp.fft.fft,
        jnp.argmax,
        jax.nn.relu,
        jax.nn.softmax,
        lambda v: jnp.matmul(v, v),
        lambda v: jnp.where(v > 1, v, 0.0),
        lambda v: jnp.concatenate([v, v]),
        lambda v: jnp.einsum("ij,jk", v, v),
        lambda v: jnp.clip(v, 1.5, 2.5),
        np.sum,
        np.from_dlpack,
    ],
)
def test_functions_of_jax_and_numpy_take_it_as_its_value(function):
    v = keras.Variable([[1.0, 2.0], [3.0, 4.0]])
    got, wanted = function(v), function(v.value)
    np.testing.assert_array_equal(np.asarray(got), np.asarray(wanted))
    assert np.asarray(got).dtype == np.asarray(wanted).dtype


def test_transformations_of_jax_take_it_as_an_argument():
    v = keras.Variable([1.0, 2.0])
    assert jax.jit(lambda a: a + a.shape[0])(v).tolist() == [3.0, 4.0]
    assert jax.jit(lambda tree: tree["v"][0] * 2)({"v": [v]}).tolist() == [2.0, 4.0]
    assert jax.grad(lambda a: jnp.sum(a * a))(v).tolist() == [2.0, 4.0]
    assert jax.grad(lambda tree: keras.ops.sum(tree[0] ** 2))([v])[0].tolist() == [2.0, 4.0]
    assert jax.vmap(lambda a: a * 2)(v).tolist() == [2.0, 4.0]
    assert jax.tree.map(lambda a: a * 2, [v])[0].tolist() == [2.0, 4.0]
    assert jax.lax.scan(lambda carry, x: (carry + x, None), 0.0, v)[0] == 3.0
    assert jax.jit(lambda a: jax.jit(jnp.sum)(v) + a)(1.0) == 4.0


def test_a_compiled_function_reads_what_the_variable_holds_now():
    v = keras.Variable(1.0)
    double = jax.jit(lambda a: a * 2)
    assert double(v) == 2.0
    v.assign(5.0)
    assert double(v) == 10.0


def test_in_a_scope_jax_sees_the_value_of_the_scope_with_its_gradient():
    v = keras.Variable([1.0, 2.0])

    @jax.jit
    def loss(value):
        with keras.StatelessScope([(v, value)]):
            return jnp.sum(jnp.square(v))

    assert jax.grad(loss)(jnp.asarray([3.0, 4.0])).tolist() == [6.0, 8.0]


def test_a_subclass_is_taken_like_it():
    class Positive(keras.Variable):
        pass

    assert jnp.sum(Positive([1.0, 2.0])) == 3.0


def test_structures_of_keras_s_own_tree_module_hold_variables_as_leaves():
    v = keras.Variable([1.0, 2.0])
    assert keras.tree.flatten({"a": [v]})[0] is v
    assert keras.tree.map_structure(lambda leaf: leaf.name, [v]) == [v.name]
