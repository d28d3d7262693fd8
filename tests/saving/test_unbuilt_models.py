"""A model that is saved before it has weights is loaded as such."""

import numpy as np
import pytest

import cornu as keras
from cornu import layers

X = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)


@keras.saving.register_keras_serializable("test_unbuilt_models")
class Subclassed(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(3, name="dense")

    def call(self, x):
        return self.dense(x)


MADE = {
    "sequential": lambda: keras.Sequential(
        [layers.Dense(3, name="first"), layers.BatchNormalization(), layers.Dropout(0.5)]
    ),
    "nested": lambda: keras.Sequential([keras.Sequential([layers.Dense(3)])]),
    "subclassed": Subclassed,
}


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    ("name", "ending"),
    [("sequential", "keras"), ("nested", "keras"), ("subclassed", "keras"), ("nested", "h5")],
)
def test_an_unbuilt_model_is_loaded_unbuilt_and_trains(name, ending, compiled, tmp_path):
    model = MADE[name]()
    if compiled:
        model.compile("adam", "mse", metrics=["mae"])
    model.save(tmp_path / f"model.{ending}")
    again = keras.models.load_model(tmp_path / f"model.{ending}")
    assert not again.built and again.compiled == compiled
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    again.compile("adam", "mse") if not compiled else None
    again.fit(X, X, verbose=0)
    again.save(tmp_path / "trained.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "trained.keras")(X), again(X))


def test_sizes_that_data_showed_are_kept_in_files(tmp_path):
    model = keras.Sequential([layers.LSTM(2), layers.Dense(1)])
    for steps in (5, 7):
        outputs = model(np.ones((4, steps, 3)))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.input_shape == (None, None, 3)
    np.testing.assert_array_equal(again(np.ones((4, 7, 3))), outputs)


def test_layers_that_need_their_number_of_examples_are_loaded(tmp_path):
    model = keras.Sequential([layers.Dense(3), OneSize()])
    outputs = model(X)
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(X), outputs)


@keras.saving.register_keras_serializable("test_unbuilt_models")
class OneSize(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[0], 1))

    def call(self, x):
        return x * self.w


def test_an_empty_model_comes_back(tmp_path):
    keras.Sequential(name="empty").save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.name == "empty"
    again.add(layers.Dense(1))
    assert again(X).shape == (4, 1)


@pytest.mark.parametrize(("name", "size"), [("m.weights.h5", None), ("m.weights.json", 1)])
def test_there_are_no_weights_to_save_yet(name, size, tmp_path):
    with pytest.raises(ValueError, match=r"not built.*no weights to save"):
        MADE["sequential"]().save_weights(tmp_path / name, max_shard_size=size)
    assert not list(tmp_path.iterdir())


def test_a_part_that_is_not_built_is_named(tmp_path):
    class Partly(keras.Model):
        def __init__(self, used):
            super().__init__()
            self.used, self.first, self.second = used, *map(layers.Dense, (1, 1))

        def call(self, x):
            return self.second(self.first(x)) if self.used else self.first(x)

    model, other = Partly(True), Partly(False)
    model(X), other(X)
    model.save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(ValueError, match=r"dense.*not built"):
        other.load_weights(tmp_path / "m.weights.h5")
