"""Objects in the forms of Keras 2, and arguments that still come from it."""

import pytest

import cornu as keras

OWN = {"Dense": keras.layers.Dense, "relu": keras.activations.relu}


@pytest.mark.parametrize("room", [keras.utils.legacy, keras.legacy, keras.legacy.saving])
def test_arguments_by_position(room):
    config = {"class_name": "Mine", "config": {"units": 2}}
    layer = room.deserialize_keras_object(config, OWN, {"Mine": keras.layers.Dense}, "layer")
    assert layer.units == 2
    assert room.deserialize_keras_object("relu", OWN) is keras.activations.relu
    assert isinstance(room.deserialize_keras_object("L2", {"L2": keras.regularizers.L2}), object)
    assert room.deserialize_keras_object(None) is None


def test_an_unknown_name_says_what_it_was_for():
    with pytest.raises(ValueError, match="There is no layer named 'nope'"):
        keras.utils.legacy.deserialize_keras_object("nope", OWN, {}, "layer")


def test_there_and_back():
    config = keras.legacy.saving.serialize_keras_object(keras.layers.Dense(3, name="d"))
    assert set(config) == {"class_name", "config"}
    assert keras.legacy.saving.deserialize_keras_object(config, OWN).get_config() == (
        keras.layers.Dense(3, name="d").get_config()
    )


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("m.keras", {"save_format": "keras"}, "save_format has no effect"),
        ("m.h5", {"save_format": "h5"}, "save_format has no effect"),
        ("m.keras", {"include_optimizer": False}, "only"),
    ],
)
def test_arguments_of_before_are_one_warning(name, arguments, message, tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with pytest.warns(UserWarning, match=message) as caught:
        model.save(tmp_path / name, **arguments)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert keras.models.load_model(tmp_path / name).count_params() == 3


def test_a_path_that_is_none_is_explained():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(TypeError, match=r"a path.*got None"):
        model.save(None)


def test_everything_public_comes_with_a_star():
    names = {}
    exec("from cornu import *", names)
    assert names["Sequential"] is keras.Sequential
    assert names["layers"] is keras.layers
    assert names["ops"] is keras.ops
    assert not {"core", "engine", "kernels", "importlib"} & set(names)
