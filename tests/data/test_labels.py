"""Class numbers as one-hot rows, and arrays of norm one."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import cornu as keras


def test_tensors_give_one_hot_tensors_also_in_compiled_programs():
    rows = jax.jit(lambda x: keras.utils.to_categorical(x, 3))(np.array([[0], [2]]))
    assert isinstance(rows, jax.Array)
    assert rows.dtype == "float32"
    assert rows.tolist() == [[1, 0, 0], [0, 0, 1]]


def test_arrays_give_arrays_and_refuse_numbers_that_are_no_class():
    assert isinstance(keras.utils.to_categorical([0, 1]), np.ndarray)
    with pytest.raises(ValueError, match="does not fit"):
        keras.utils.to_categorical([0, 3], 3)


def test_tensors_are_normalized_in_compiled_programs():
    rows = jax.jit(lambda x: keras.utils.normalize(x, order=1))(np.array([[1.0, 3.0]], "float32"))
    assert rows.tolist() == [[0.25, 0.75]]
