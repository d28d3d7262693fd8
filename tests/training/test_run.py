"""A run owns its data, and ends with `fit`: what was fitted holds none, and can be copied."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import cornu as keras


class Watched(np.ndarray):
    """An array that weak references may point to."""


class Pairs(keras.utils.PyDataset):
    def __init__(self, x, y, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y = x, y

    def __len__(self):
        return 5

    def __getitem__(self, index):
        rows = slice(10 * index, 10 * index + 10)
        return self.x[rows], self.y[rows]


def generator(x, y):
    while True:
        yield from Pairs(x, y)


def small_model():
    layers = [keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dropout(0.2)]
    model = keras.Sequential([*layers, keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


def used_with_arrays(model, x, y):
    model.fit(x, y, validation_data=(x, y), epochs=2, verbose=0)
    model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)


def used_with_single_batches(model, x, y):
    model.train_on_batch(x, y)
    model.test_on_batch(x, y)
    model.predict_on_batch(x)
    model.make_train_function()(iter([(x, y)]))


def used_eagerly(model, x, y):
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(x, y, verbose=0)


USES = {
    "arrays": used_with_arrays,
    "single batches": used_with_single_batches,
    "eager steps": used_eagerly,
    "a PyDataset": lambda model, x, y: model.fit(Pairs(x, y), verbose=0),
    "threads": lambda model, x, y: model.fit(Pairs(x, y, workers=2), verbose=0),
    "a generator": lambda model, x, y: model.fit(generator(x, y), steps_per_epoch=5, verbose=0),
    "a data set": lambda model, x, y: model.fit(
        keras.data.Dataset.from_tensor_slices((x, y)).batch(10), verbose=0
    ),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_fitted_model_holds_no_data_and_can_be_copied(use):
    x = np.random.default_rng(0).normal(size=(50, 3)).astype("float32").view(Watched)
    y = x.sum(axis=1, keepdims=True)
    alive, model = weakref.ref(x), small_model()
    use(model, x, y)
    expected = model.predict(np.ones((2, 3)), verbose=0)
    for twin in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        np.testing.assert_array_equal(twin.predict(np.ones((2, 3)), verbose=0), expected)
    del x, y
    gc.collect()
    assert alive() is None
