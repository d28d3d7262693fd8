"""`Variable`: a tensor that can be assigned, also inside scopes."""

import copy

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
        ({"initializer": "ones"}, "."),
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
