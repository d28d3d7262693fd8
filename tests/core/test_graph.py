"""The inputs behind a symbolic tensor."""

import numpy as np
import pytest

import cornu as keras
from cornu.utils import get_source_inputs


def test_all_inputs_are_found_once():
    x, y = keras.Input((2,), name="x"), keras.Input((2,), name="y")
    z = keras.layers.Add()([x, keras.layers.Dense(2)(y)]) + x
    assert [source.name for source in get_source_inputs(z)] == ["x", "y"]


def test_an_input_is_its_own_source():
    x = keras.Input((2,))
    assert get_source_inputs(x) == [x]


def test_values_have_no_sources():
    with pytest.raises(ValueError, match="takes a symbolic tensor"):
        get_source_inputs(np.ones(2))
