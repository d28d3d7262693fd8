"""What authors of layers do wrong is told by the layer's name."""

import re

import numpy as np
import pytest

import cornu as keras
from cornu import layers


class Scale(layers.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight((input_shape[-1],), "ones", name="factor")
        self.input_spec = keras.InputSpec(ndim=2, axes={-1: input_shape[-1]})

    def call(self, x):
        return x * self.factor


def built():
    layer = Scale(name="scale")
    layer(np.ones((2, 3), "float32"))
    return layer


CASES = {
    "a spec is checked": (lambda: built()(np.ones((2, 4))), "'scale' expects size 3 on axis -1"),
    "a spec of build too": (lambda: Scale()(np.ones((2, 3, 4))), "expects 2 dimensions"),
    "no spec": (lambda: setattr(built(), "input_spec", 3), "must be an InputSpec"),
    "no spec in a list": (lambda: setattr(built(), "input_spec", [3]), "one per input; got 3"),
    "a name first": (
        lambda: built().add_weight("w", shape=(2,)),
        "Write add_weight(shape=..., name='w')",
    ),
    "twice": (lambda: built().add_weight((2,), shape=(2,)), "got shape by place and by name"),
    "too many": (lambda: built().add_weight((2,), "ones", None, True), "the rest by name"),
    "unknown size": (lambda: built().add_weight((2, None)), "got (2, None)"),
    "no size": (lambda: built().add_weight(("a",)), "shape of known sizes"),
}


@pytest.mark.parametrize("act, said", CASES.values(), ids=CASES)
def test_the_mistake_is_told(act, said):
    with pytest.raises((ValueError, TypeError), match=re.escape(said)):
        act()


def test_weights_are_made_by_place_and_under_the_older_name():
    layer = built()
    layer.add_variable((2,), "zeros", name="older")
    assert [weight.path for weight in layer.weights] == ["scale/factor", "scale/older"]


def test_a_spec_does_not_change_a_file(tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    assert again.layers[0].input_spec.get_config() == model.layers[0].input_spec.get_config()
    assert again.layers[0].get_config() == model.layers[0].get_config()


def test_paths_of_layers_are_those_of_the_layers_around_them():
    class Outer(keras.Model):
        def __init__(self):
            super().__init__(name="outer")
            self.top = layers.Dense(1, name="top")

        def call(self, x):
            return self.top(x)

    model = Outer()
    model(np.ones((1, 2)))
    assert model.top.path == "outer/top"


def test_a_function_tells_its_output_shapes():
    x, y = keras.Input((2,)), keras.Input((3,))
    function = keras.Function([x, y], {"sum": keras.ops.concatenate([x, y], -1), "x": x * 2})
    assert function.compute_output_shape([(5, 2), (5, 3)]) == {"sum": (5, 5), "x": (5, 2)}
    with pytest.raises(ValueError, match="structures differ"):
        function.compute_output_shape((5, 2))
