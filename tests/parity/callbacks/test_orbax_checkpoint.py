"""The arguments of OrbaxCheckpoint and the numbers of its steps are those of Keras."""

import inspect

import keras
import numpy as np
import pytest

import cornu

pytest.importorskip("orbax.checkpoint")

X = np.linspace(-1, 1, 32, dtype="float32").reshape(8, 4)
Y = X.sum(1, keepdims=True)


def trained(library, directory, **settings):
    layers = library.layers
    model = library.Sequential(
        [
            library.Input((4,)),
            layers.Dense(3, name="first"),
            layers.BatchNormalization(name="norm"),
            layers.Dense(1, name="last"),
        ],
        name="net",
    )
    model.compile("adam", "mse")
    saver = library.callbacks.OrbaxCheckpoint(str(directory), **settings)
    model.fit(X, Y, batch_size=4, epochs=2, verbose=0, callbacks=[saver])
    return model


def test_the_arguments_are_those_of_keras():
    ours, theirs = (
        inspect.signature(library.callbacks.OrbaxCheckpoint).parameters.values()
        for library in (cornu, keras)
    )
    assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs]


@pytest.mark.parametrize("save_freq", ["epoch", 3])
def test_steps_have_the_same_numbers(tmp_path, save_freq):
    for library in (cornu, keras):
        trained(library, tmp_path / library.__name__, save_freq=save_freq, max_to_keep=None)
    ours, theirs = (
        sorted(entry.name for entry in (tmp_path / library.__name__).iterdir())
        for library in (cornu, keras)
    )
    assert ours == theirs
