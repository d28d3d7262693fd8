"""A `call` that makes layers or variables is refused, wherever it puts them."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras

X = np.ones((2, 3), "float32")


def layer_with(body, base=keras.layers.Layer):
    class Custom(base):
        def __init__(self):
            super().__init__(name="custom")
            self.items, self.table, self.inner = [], {}, None
            self.kept = keras.layers.Identity()

        def call(self, x):
            body(self)
            return x

    return Custom()


def lazily(layer):
    if layer.inner is None:
        layer.inner = keras.layers.Dense(2)


NEW_STATE = {
    "a Dense in self.fresh": lambda layer: setattr(layer, "fresh", keras.layers.Dense(2)),
    "a Dense in self.inner": lazily,
    "a Dense in self.items[0]": lambda layer: layer.items.append(keras.layers.Dense(2)),
    "a Dense in self.table['a']": lambda layer: layer.table.update(a=keras.layers.Dense(2)),
    "a Variable in self.v": lambda layer: setattr(layer, "v", keras.Variable(X)),
    "a Variable by add_weight": lambda layer: layer.add_weight(shape=(3,)),
    "a Mean in self.m": lambda layer: setattr(layer, "m", keras.metrics.Mean()),
    "a SeedGenerator in self.s": lambda layer: setattr(layer, "s", keras.random.SeedGenerator(1)),
}
NO_NEW_STATE = [
    lambda layer: keras.layers.Dense(2)(X),
    lambda layer: layer.items.append(3),
    lambda layer: setattr(layer, "count", 1),
    lambda layer: setattr(layer, "alias", layer.kept),
    lambda layer: setattr(layer, "kept", layer.kept),
]


@pytest.mark.parametrize("base", [keras.layers.Layer, keras.Model])
@pytest.mark.parametrize("said", NEW_STATE)
def test_new_state_is_named_with_its_place(said, base):
    with pytest.raises(ValueError, match="Make it in `__init__`, or in `build`") as caught:
        layer_with(NEW_STATE[said], base)(X)
    assert "'custom' (Custom)" in str(caught.value)
    assert f"`call` made {said}" in str(caught.value)


def test_new_state_is_refused_on_symbolic_inputs():
    with pytest.raises(ValueError, match=r"`call` made a Dense in self\.fresh"):
        layer_with(NEW_STATE["a Dense in self.fresh"])(keras.Input((3,)))


def test_new_state_is_refused_again_in_the_next_call():
    layer = layer_with(lazily)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"a Dense in self\.inner"):
            layer(X)


@pytest.mark.parametrize("body", NO_NEW_STATE)
def test_other_attributes_may_be_set_in_call(body):
    layer = layer_with(body)
    np.testing.assert_array_equal(layer(layer(X)), X)


def once_by_length(layer):
    if not layer.items:
        layer.items.append(keras.layers.Dense(2))


def once_by_flag(layer):
    if not layer.table.get("done") and not getattr(layer, "done", False):
        layer.done = True
        layer.items.append([keras.layers.Dense(2)])


def once_by_key(layer):
    if "a" not in layer.table:
        layer.table["a"] = keras.layers.Dense(2)


@pytest.mark.parametrize("body", [once_by_length, once_by_flag, once_by_key, lazily])
def test_what_is_made_under_a_condition_is_refused_each_time(body):
    layer = layer_with(body)
    for _ in range(3):
        with pytest.raises(ValueError, match="`call` made a Dense in self"):
            layer(X)
    assert not layer.weights
