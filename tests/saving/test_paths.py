"""What is no path is refused by a sentence that says what is."""

import numpy as np
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


def test_a_config_with_nan_is_refused_before_the_old_file_is_touched(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(b"old")
    model = keras.Sequential([keras.Input((2, 2)), keras.layers.Masking(float("nan"))])
    with pytest.raises(ValueError, match=r"'sequential.*holds NaN"):
        model.save(path)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_infinity_in_a_graph_is_saved_and_loaded(name, tmp_path):
    x = keras.Input((3,))
    largest = keras.ops.max(keras.ops.where(x > 0, x, float("-inf")), axis=1)
    keras.Model(x, largest).save(tmp_path / name)
    loaded = keras.saving.load_model(tmp_path / name)
    values = np.array([[1.0, -2.0, 3.0], [-1.0, -2.0, -3.0]])
    np.testing.assert_array_equal(loaded.predict(values, verbose=0), [3.0, -np.inf])
