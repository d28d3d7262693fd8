"""Errors and symbolic shapes of the layers that merge tensors."""

import numpy as np
import pytest

import cornu as keras


def ones(*shape):
    return np.ones(shape, "float32")


@pytest.mark.parametrize(
    "name, shapes, expected",
    [
        ("Add", [(None, 4), (5, 1)], (None, 5, 4)),
        ("Maximum", [(None, 4), (1, 1)], (None, None, 4)),
        ("Concatenate", [(None, 4), (3, 4)], (None, 3, 8)),
    ],
)
def test_unknown_sizes_become_known_where_they_must(name, shapes, expected):
    layer = getattr(keras.layers, name)()
    assert layer([keras.Input(shape) for shape in shapes]).shape == expected


@pytest.mark.parametrize(
    "layer, inputs, message",
    [
        (keras.layers.Add(), ones(2, 3), "merges a list of tensors"),
        (keras.layers.Add(), [ones(2, 3), ones(2, 4)], "do not fit each other"),
        (keras.layers.Add(), [ones(2, 3), ones(1, 3)], "do not fit each other"),
        (keras.layers.Subtract(), [ones(2, 3)] * 3, "merges exactly 2 inputs; got 3"),
        (keras.layers.Concatenate(), [ones(2, 3, 4), ones(2, 2, 4)], "must be equal"),
        (keras.layers.Concatenate(), [ones(2, 3, 4), ones(2, 3)], "must be equal"),
        (keras.layers.Dot(1), [ones(2, 3), ones(2, 4)], "needs equal sizes"),
        (keras.layers.Dot(0), [ones(2, 3), ones(2, 3)], "not the batch axis"),
        (keras.layers.Dot(2), [ones(2, 3), ones(2, 3)], "cannot sum over axis 2"),
        (keras.layers.Dot(1), [ones(2, 3)] * 3, "takes two inputs; got 3"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(layer, inputs, message):
    with pytest.raises(ValueError, match=message):
        layer(inputs)


@pytest.mark.parametrize("axes, kind", [("a", TypeError), ((1, 2, 3), ValueError)])
def test_nonsense_axes_are_refused(axes, kind):
    with pytest.raises(kind):
        keras.layers.Dot(axes)


def test_sum_of_integers_stays_integer():
    x = np.ones((2, 3), "int32")
    assert keras.layers.add([x, x]).dtype == "int32"
    assert keras.layers.average([x, x]).dtype == "float32"


@pytest.mark.parametrize(
    "function, dtype", [("add", "int32"), ("concatenate", "int32"), ("average", "float32")]
)
def test_symbolic_dtype_is_that_of_the_values(function, dtype):
    x = keras.Input((3,), dtype="int32")
    assert getattr(keras.layers, function)([x, x]).dtype == dtype
