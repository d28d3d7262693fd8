"""Weights in legacy `.h5` files find their place by name, whatever is frozen when they are read."""

import h5py
import numpy as np
import pytest

import cornu as keras

X = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)


def nested(frozen=None, prefix=""):
    inner = keras.Sequential(
        [
            keras.Input((3,)),
            *(keras.layers.Dense(3, name=f"{prefix}{name}") for name in ("one", "two")),
            keras.layers.BatchNormalization(name=f"{prefix}norm"),
        ],
        name=f"{prefix}inner",
    )
    if frozen is not None:
        inner.layers[frozen].trainable = False
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(2, name=f"{prefix}head")(inner(inputs)))
    model.set_weights([np.full(w.shape, i + 1.0) for i, w in enumerate(model.get_weights())])
    return model


def by_path(model):
    return {variable.path: np.asarray(variable) for variable in model.weights}


@pytest.mark.parametrize("frozen_then", [None, 0, 1])
@pytest.mark.parametrize("frozen_now", [None, 0, 1])
def test_frozen_layers_do_not_change_places(frozen_then, frozen_now, tmp_path):
    model, other = nested(frozen_then), nested(frozen_now)
    model.save(tmp_path / "m.h5")
    other.set_weights([np.zeros(w.shape) for w in other.get_weights()])
    other.load_weights(tmp_path / "m.h5")
    for path, value in by_path(model).items():
        np.testing.assert_array_equal(by_path(other)[path], value)
    again = keras.models.load_model(tmp_path / "m.h5")
    np.testing.assert_array_equal(again(X), model(X))


def automatic(frozen=None):
    """The same model twice in a process has other automatic names."""
    layers = [keras.layers.Dense(3) for _ in range(12)]
    inner = keras.Sequential([keras.Input((3,)), *layers])
    if frozen is not None:
        layers[frozen].trainable = False
    inputs = keras.Input((3,))
    model = keras.Model(inputs, inner(inputs))
    model.set_weights([np.full(w.shape, i + 1.0) for i, w in enumerate(model.get_weights())])
    return model


@pytest.mark.parametrize(("then", "now"), [(0, None), (None, 3), (9, 2)])
def test_automatic_names_are_matched_by_their_numbers(then, now, tmp_path):
    model, other = automatic(then), automatic(now)
    model.save(tmp_path / "m.h5")
    expected = model.get_weights()
    other.set_weights([np.zeros(w.shape) for w in expected])
    other.load_weights(tmp_path / "m.h5")
    for mine, theirs in zip(other.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_names_of_keras_2_leave_out_the_models_around(tmp_path):
    model = nested(frozen=0)
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        group = file["model_weights/inner"]
        names = [name.decode() for name in group.attrs["weight_names"]]
        short = [f"{name.removeprefix('inner/')}:0" for name in names]
        for name, new in zip(names, short):
            group.move(name, new)
        group.attrs["weight_names"] = [name.encode() for name in short]
    other = nested()
    other.set_weights([np.zeros(w.shape) for w in other.get_weights()])
    other.load_weights(tmp_path / "m.h5")
    for path, value in by_path(model).items():
        np.testing.assert_array_equal(by_path(other)[path], value)


def test_more_names_than_one_attribute_holds(tmp_path):
    layers = [keras.layers.Dense(1, name=f"{'long' * 100}_{i}") for i in range(90)]
    inner = keras.Sequential([keras.Input((1,)), *layers])
    model = keras.Sequential([keras.Input((1,)), inner])
    model.save(tmp_path / "m.h5")
    again = keras.models.load_model(tmp_path / "m.h5")
    for mine, theirs in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_half_precision_model_comes_back(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, dtype="bfloat16")])
    model.save(tmp_path / "m.h5")
    again = keras.models.load_model(tmp_path / "m.h5")
    np.testing.assert_array_equal(again(X), model(X))
