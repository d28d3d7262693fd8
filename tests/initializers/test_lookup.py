"""What `initializers.get` takes, and what it says to the rest."""

import numpy as np
import pytest

from cornu import initializers


def test_none_is_none():
    assert initializers.get(None) is None


def test_classes_instances_functions_and_configs():
    zeros = initializers.Zeros()
    assert initializers.get(zeros) is zeros
    assert isinstance(initializers.get(initializers.Zeros), initializers.Zeros)
    assert isinstance(initializers.get(initializers.serialize(zeros)), initializers.Zeros)
    assert isinstance(initializers.get({"class_name": "Zeros", "config": {}}), initializers.Zeros)
    assert initializers.get(np.zeros) is np.zeros


def test_an_array_is_the_value_itself():
    initializer = initializers.get(np.array([1.0, 2.0]))
    assert initializer((2,), dtype="float16").tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match=r"shape \(2,\).*shape \(3,\)"):
        initializer((3,))


def test_an_array_as_constant_survives_a_round_trip():
    config = initializers.serialize(initializers.Constant(np.array([1.0, 2.0])))
    assert initializers.deserialize(config)((2,)).tolist() == [1.0, 2.0]


def test_the_gain_of_an_identity_survives_a_round_trip():
    config = initializers.serialize(initializers.Identity(gain=3.0))
    assert initializers.deserialize(config)((1, 1)).item() == 3.0


def test_a_misspelt_name_is_answered_with_close_ones():
    with pytest.raises(ValueError, match=r"'glorot_unifrm'.*Did you mean 'glorot_uniform'"):
        initializers.get("glorot_unifrm")


def test_custom_objects_are_known_by_name():
    class Sevens(initializers.Initializer):
        def __call__(self, shape, dtype=None):
            return np.full(shape, 7)

    found = initializers.deserialize("Sevens", custom_objects={"Sevens": Sevens})
    assert found((1,)).tolist() == [7]


def test_the_base_class_asks_for_a_call():
    with pytest.raises(NotImplementedError, match="__call__"):
        initializers.Initializer()((1,))
