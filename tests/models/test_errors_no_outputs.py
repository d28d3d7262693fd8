"""A `call` that forgets its `return` is named where its outputs are needed."""

import numpy as np
import pytest

import cornu as keras
from cornu import layers

X = np.ones((4, 3), "float32")


class Silent(layers.Layer):
    def call(self, x):
        self.seen = True


class SilentModel(keras.Model):
    def call(self, x):
        pass


def compiled(model, **arguments):
    model.compile("sgd", "mse", **arguments)
    return model


CASES = {
    "layer before it in a graph": (
        lambda: layers.Dense(1, name="top")(Silent()(keras.Input((3,)))),
        r"Layer 'top' \(Dense\) got None as its inputs.*return outputs",
    ),
    "layer before it, called": (
        lambda: layers.Dense(1, name="top")(Silent()(X)),
        "Layer 'top' .Dense. got None as its inputs",
    ),
    "one of several": (
        lambda: layers.Add(name="sum")([X, None]),
        "Layer 'sum' .Add. got None among its inputs",
    ),
    "Sequential with an Input": (
        lambda: keras.Sequential([keras.Input((3,)), Silent(name="quiet")]),
        "Silent 'quiet': its `call` returned None.*`Silent.call` with `return outputs`",
    ),
    "Sequential without": (
        lambda: keras.Sequential([Silent(name="quiet"), layers.Dense(1)])(X),
        "Silent 'quiet': its `call` returned None",
    ),
    "fit": (
        lambda: compiled(SilentModel(name="m")).fit(X, X, verbose=0),
        "SilentModel 'm': its `call` returned None",
    ),
    "fit, eager": (
        lambda: compiled(SilentModel(name="m"), run_eagerly=True).fit(X, X, verbose=0),
        "SilentModel 'm': its `call` returned None",
    ),
    "evaluate": (
        lambda: compiled(SilentModel(name="m")).evaluate(X, X, verbose=0),
        "SilentModel 'm': its `call` returned None",
    ),
    "predict": (
        lambda: SilentModel(name="m").predict(X, verbose=0),
        "SilentModel 'm': its `call` returned None",
    ),
}


@pytest.mark.parametrize("act, message", CASES.values(), ids=CASES)
def test_the_place_is_named(act, message):
    with pytest.raises(ValueError, match=message):
        act()


def test_a_layer_may_return_nothing_where_nothing_is_needed():
    class Watching(keras.Model):
        def __init__(self):
            super().__init__()
            self.watch, self.top = Silent(), layers.Dense(1)

        def call(self, x):
            self.watch(x)
            return self.top(x)

    assert Silent()(X) is None
    assert SilentModel()(X) is None
    assert Watching().predict(X, verbose=0).shape == (4, 1)


def test_a_model_with_a_step_of_its_own_needs_no_outputs():
    class OwnStep(SilentModel):
        def train_step(self, data):
            return {"seen": keras.ops.ones(())}

    history = compiled(OwnStep()).fit(X, X, verbose=0)
    assert history.history == {"seen": [1.0]}
