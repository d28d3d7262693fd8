"""The table of classes: what can be stored, what comes back, what is refused."""

import json

import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
from cornu.core import registry

ROUND_TRIPS = [
    None,
    True,
    3,
    0.5,
    "text",
    [1, [2.0, "a"]],
    {"key": {"inner": [1]}},
    slice(1, None, 2),
    ...,
    b"bytes",
]


@pytest.mark.parametrize("value", ROUND_TRIPS, ids=str)
def test_plain_values_go_through_json_and_back(value):
    text = json.dumps(keras.saving.serialize_keras_object(value))
    assert keras.saving.deserialize_keras_object(json.loads(text)) == value


@pytest.mark.parametrize("array", [np.array([[1, 2]], "int8"), jnp.array([0.5], "bfloat16")])
def test_arrays_keep_values_and_dtype(array):
    text = json.dumps(keras.saving.serialize_keras_object(array))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(np.asarray(again, "float32"), np.asarray(array, "float32"))


def test_what_has_no_config_is_refused():
    with pytest.raises(ValueError, match="no `get_config`"):
        keras.saving.serialize_keras_object(object())


class Scale(keras.layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x * self.factor


def test_a_class_is_found_in_custom_objects_only_while_they_hold():
    # As if its module were one that this process has not imported.
    config = {**keras.layers.serialize(Scale(3.0)), "module": "elsewhere"}
    assert keras.layers.deserialize(config, custom_objects={"Scale": Scale}).factor == 3.0
    with keras.saving.custom_object_scope({"Scale": Scale}):
        assert keras.layers.deserialize(config).factor == 3.0
    with pytest.raises(TypeError, match=r"'Scale'.*register_keras_serializable"):
        keras.layers.deserialize(config)


def test_a_registered_class_needs_no_custom_objects():
    registered = keras.saving.register_keras_serializable("tests", "Scaling")(Scale)
    try:
        assert keras.saving.get_registered_name(registered) == "tests>Scaling"
        assert keras.saving.get_registered_object("tests>Scaling") is Scale
        assert keras.layers.deserialize(keras.layers.serialize(Scale(3.0))).factor == 3.0
    finally:
        registry.CUSTOM_OBJECTS.pop("tests>Scaling")
        registry.CUSTOM_NAMES.pop(Scale)


def test_modules_that_a_config_names_are_never_imported():
    config = {"module": "os", "class_name": "system", "config": {}, "registered_name": None}
    with pytest.raises(TypeError, match="Cannot find the class 'system'"):
        keras.saving.deserialize_keras_object(config)


def test_a_name_close_to_one_that_is_there_is_proposed():
    config = {"module": "keras.layers", "class_name": "Dens", "config": {}}
    with pytest.raises(TypeError, match="Did you mean 'Dense'"):
        keras.saving.deserialize_keras_object(config)


def test_stored_code_is_refused_unless_it_is_trusted():
    config = keras.saving.serialize_keras_object(lambda x: x + 1)
    with pytest.raises(ValueError, match="safe_mode=False"):
        keras.saving.deserialize_keras_object(config)
    assert keras.saving.deserialize_keras_object(config, safe_mode=False)(1) == 2


def test_errors_of_large_configs_stay_short():
    model = keras.Sequential([keras.Input((2,)), *[keras.layers.Dense(2) for _ in range(20)]])
    config = keras.saving.serialize_keras_object(model)
    config["config"]["layers"][1]["config"]["no_such_argument"] = 1
    with pytest.raises(TypeError, match="no_such_argument") as caught:
        keras.saving.deserialize_keras_object(config)
    assert len(str(caught.value)) < 2000
