"""Models between inner tensors of another model, and inputs in nested dicts."""

import numpy as np
import pytest

import cornu as keras
from cornu import layers, ops

X = np.linspace(-1, 1, 12, dtype="float32").reshape(2, 3, 2)


@pytest.fixture
def whole():
    inputs = keras.Input((None, 2), name="inputs")
    first = layers.Dense(3, name="first")(inputs)
    second = layers.Dense(4, name="second")(first * 2)
    return keras.Model(inputs, layers.Dense(5, name="third")(second))


def test_a_model_from_an_inner_tensor_on(whole):
    inner = whole.get_layer("second").output
    front, rear = keras.Model(whole.input, inner), keras.Model(inner, whole.output)
    assert [layer.name for layer in rear.layers][1:] == ["third"]
    np.testing.assert_array_equal(rear(front(X)), whole(X))


def test_a_model_between_two_inner_tensors_shares_the_weights(whole):
    middle = keras.Model(whole.get_layer("first").output, whole.get_layer("second").output)
    assert middle.get_layer("second") is whole.get_layer("second")
    assert middle.input_shape == (None, None, 3)


def test_inner_and_outer_tensors_as_inputs_together(whole):
    inner = whole.get_layer("first").output
    both = keras.Model([inner, whole.input], whole.output + ops.mean(whole.input))
    first = keras.Model(whole.input, inner)
    np.testing.assert_allclose(both([first(X), X]), whole(X) + X.mean(), rtol=1e-5)


def test_a_model_from_an_inner_tensor_is_saved_and_loaded(whole, tmp_path):
    rear = keras.Model(whole.get_layer("second").output, whole.output)
    rear.save(tmp_path / "rear.keras")
    again = keras.models.load_model(tmp_path / "rear.keras")
    features = np.ones((2, 3, 4), "float32")
    np.testing.assert_array_equal(again(features), rear(features))


def test_the_layers_outputs_stay_those_of_the_first_call(whole):
    third = whole.get_layer("third")
    keras.Model(whole.get_layer("second").output, whole.output)
    assert third.output is whole.output


def test_an_output_of_a_layer_that_was_never_called():
    layer = layers.Dense(1, name="alone")
    with pytest.raises(AttributeError, match="'alone' was never called on symbolic tensors"):
        layer.output


def test_inputs_in_nested_dicts(tmp_path):
    inputs = {"1": keras.Input((1,)), "others": {"2": keras.Input((2,)), "3": keras.Input((3,))}}
    outputs = {"others": {"3": layers.Dense(3)(inputs["others"]["3"])}, "1": inputs["1"] * 2}
    model = keras.Model(inputs, outputs)
    values = {"others": {"3": np.ones((2, 3)), "2": np.ones((2, 2))}, "1": np.ones((2, 1))}
    result = model(values)
    assert result["others"]["3"].shape == (2, 3)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")(values)
    np.testing.assert_array_equal(again["others"]["3"], result["others"]["3"])


def test_none_for_an_input_that_is_not_optional():
    inputs = {"a": keras.Input((1,), name="a"), "b": keras.Input((1,), name="b")}
    model = keras.Model(inputs, inputs["a"] + inputs["b"])
    with pytest.raises(ValueError, match="input 'b' is None"):
        model({"a": np.ones((2, 1)), "b": None})


def test_arrays_get_the_dtype_of_the_input():
    inputs = keras.Input((2,), dtype="float16")
    assert keras.Model(inputs, inputs + 2)(np.ones((2, 2))).dtype == "float16"


def test_layers_that_cannot_say_their_shape_run_in_turn():
    class Dynamic(layers.Layer):
        def call(self, inputs):
            return inputs + 1.0

        def compute_output_spec(self, *args, **kwargs):
            raise NotImplementedError

    model = keras.Sequential([Dynamic(), layers.Dense(1)])
    assert model(np.ones((3, 2))).shape == (3, 1)


@pytest.mark.parametrize(
    "key",
    [(slice(None), 0), (0, 1), (..., -1), (slice(None), slice(1, 3), None), slice(0, 1)],
    ids=["column", "two numbers", "last", "new axis", "slice"],
)
def test_indexing_is_saved_and_loaded(key, tmp_path):
    inputs = keras.Input((3, 2))
    model = keras.Model(inputs, inputs[key])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(X), model(X))
