"""What is no path is refused by a sentence that says what is."""

import pytest

import cornu as keras


@pytest.mark.parametrize("value", [None, 3, ["model.keras"]])
def test_what_is_no_path_is_refused(value):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    for call, said in [
        (model.save, "A model is saved to .* a path, a text such as 'model.keras'"),
        (model.save_weights, "Weights are saved to a path, a text such as 'model.weights.h5'"),
        (model.load_weights, "Weights are loaded from a path"),
        (keras.saving.load_model, "A model is loaded from .* a path"),
    ]:
        with pytest.raises(TypeError, match=said) as caught:
            call(value)
        assert f"got {value!r} of type {type(value).__name__}" in str(caught.value)
