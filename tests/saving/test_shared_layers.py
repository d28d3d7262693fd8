"""A layer in several places of a model is one layer again after loading."""

import numpy as np
import pytest

import cornu as keras

X = np.linspace(-1, 1, 16, dtype="float32").reshape(2, 8)


@pytest.fixture
def siamese():
    """A layer that a nested model has, and that is called beside it too."""
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    shared = keras.layers.Dense(4, name="shared")
    encoder = keras.Model(left, shared(left), name="encoder")
    both = keras.layers.concatenate([encoder(left), shared(right), shared(right + 1)])
    return keras.Model([left, right], keras.layers.Dense(1)(both))


@pytest.fixture
def two_heads():
    """Two nested models that have a layer in common."""
    shared = keras.layers.Dense(4, name="shared")
    heads = [
        keras.Sequential([keras.Input((8,)), shared, keras.layers.Dense(units)], name=f"of_{units}")
        for units in (1, 2)
    ]
    inputs = keras.Input((8,))
    return keras.Model(inputs, [head(inputs) for head in heads])


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_layer_of_a_nested_model_and_of_the_outer_one(name, siamese, tmp_path):
    siamese.save(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    assert again.count_params() == siamese.count_params()
    assert again.get_layer("shared") is again.get_layer("encoder").get_layer("shared")
    np.testing.assert_array_equal(again([X, 2 * X]), siamese([X, 2 * X]))


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_layer_of_two_nested_models(name, two_heads, tmp_path):
    two_heads.save(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    assert again.count_params() == two_heads.count_params()
    for got, expected in zip(again(X), two_heads(X)):
        np.testing.assert_array_equal(got, expected)


def test_from_json_and_from_config(siamese):
    weights = siamese.get_weights()
    for again in (
        keras.models.model_from_json(siamese.to_json()),
        keras.Model.from_config(siamese.get_config()),
    ):
        again.set_weights(weights)
        np.testing.assert_array_equal(again([X, 2 * X]), siamese([X, 2 * X]))


def test_a_loaded_model_trains_the_shared_weights_once(siamese, tmp_path):
    siamese.compile("sgd", "mse")
    siamese.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    for model in (siamese, again):
        model.fit([X, 2 * X], np.ones((2, 1)), verbose=0)
    for got, expected in zip(again.get_weights(), siamese.get_weights()):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


def test_layers_of_one_place_have_no_mark():
    inputs = keras.Input((8,))
    outputs = keras.layers.Dense(1)(inputs)
    assert "shared" not in str(keras.Model(inputs, outputs).get_config())


def test_layers_written_apart_stay_apart():
    layer = keras.layers.Dense(1)
    first = keras.saving.serialize_keras_object(layer)
    assert "shared" not in first
    one, other = keras.saving.deserialize_keras_object([first, first])
    assert one is not other
