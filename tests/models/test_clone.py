import numpy as np
import pytest

import cornu as keras
from cornu import layers

X = np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3)


@pytest.fixture
def compiled():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, layers.Dense(1)(inputs))
    model.compile(keras.optimizers.Adam(0.25), lambda a, b: (a - b) ** 2, metrics=["mae"])
    return model


def test_the_copy_is_compiled_in_the_same_way_with_an_optimizer_of_its_own(compiled):
    twin = keras.models.clone_model(compiled)
    assert twin.optimizer is not compiled.optimizer
    assert float(twin.optimizer.learning_rate) == 0.25
    assert list(twin.fit(X, X[:, :1], verbose=0).history) == ["loss", "mae"]


def test_training_the_copy_leaves_the_model_alone(compiled):
    before = compiled.get_weights()
    twin = keras.models.clone_model(compiled)
    twin.set_weights(before)
    twin.fit(X, X[:, :1], verbose=0)
    np.testing.assert_array_equal(compiled.get_weights()[0], before[0])


def test_a_model_that_is_not_compiled_has_a_copy_that_is_not():
    assert not keras.models.clone_model(keras.Sequential([layers.Dense(1)])).compiled


def test_input_tensors_in_another_structure_are_refused():
    inputs = {"x": keras.Input((3,)), "y": keras.Input((3,))}
    model = keras.Model(inputs, inputs["x"] + inputs["y"])
    with pytest.raises(ValueError, match="nested as the inputs"):
        keras.models.clone_model(model, input_tensors=(inputs["x"], inputs["y"]))
