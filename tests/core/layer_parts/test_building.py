"""Layers are built once, whole or not at all."""

import threading
import time

import numpy as np
import pytest

import cornu as keras
from cornu import layers

X = np.ones((2, 4), "float32")


def test_a_build_that_fails_leaves_nothing():
    class Picky(layers.Layer):
        def __init__(self):
            super().__init__()
            self.parts = []

        def build(self, input_shape):
            self.w = self.add_weight(shape=(3,))
            self.parts.append(layers.Dense(2))
            self.u = self.add_weight(shape=(input_shape[0], 2))

        def call(self, x):
            return x

    layer = Picky()
    with pytest.raises(ValueError, match="needs a shape of known sizes"):
        layer(keras.Input((4,)))
    assert not layer.weights and not layer.parts and not hasattr(layer, "w")
    layer(X)
    assert len(layer.weights) == 2 and len(layer.parts) == 1


class Slow(layers.Layer):
    builds = 0

    def build(self, input_shape):
        type(self).builds += 1
        time.sleep(0.02)
        self.w = self.add_weight(shape=(input_shape[-1],), initializer="ones")

    def call(self, x):
        return x * self.w


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.slow = Slow()

    def call(self, x):
        return self.slow(x)


@pytest.mark.parametrize(
    "made",
    [Slow, Subclassed, lambda: keras.Sequential([Slow(name="slow"), layers.Dense(2)])],
    ids=["layer", "subclass", "sequential"],
)
def test_threads_that_call_a_new_model_at_once_build_it_once(made):
    Slow.builds = 0
    model, start, found = made(), threading.Barrier(4), []

    def call():
        start.wait()
        found.append(np.asarray(model(X)))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Slow.builds == 1
    assert len(found) == 4
    for outputs in found:
        np.testing.assert_array_equal(outputs, found[0])
