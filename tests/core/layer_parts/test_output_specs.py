"""What a layer says of its outputs is believed, and asked for as its methods are written."""

import numpy as np

import cornu as keras
from cornu import layers, ops


class Positions(layers.Layer):
    """A table of as many rows as there are steps: it cannot be evaluated with more than ten."""

    def build(self, input_shape):
        self.table = self.add_weight(shape=(10, input_shape[-1]))

    def call(self, x):
        return self.table[: x.shape[1]]

    def compute_output_shape(self, input_shape):
        return (input_shape[1], input_shape[2])


class Around(keras.Model):
    def __init__(self, *inner):
        super().__init__()
        self.inner = list(inner)

    def call(self, x):
        for layer in self.inner:
            x = x + layer(x)
        return x


def test_a_layer_inside_a_model_is_believed():
    model = Around(Positions())
    assert model(keras.Input((None, 3))).shape == (None, None, 3)
    assert model(np.ones((2, 7, 3))).shape == (2, 7, 3)


def test_a_layer_inside_a_graph_inside_is_believed():
    x = keras.Input((None, 3))
    inner = keras.Model(x, x + Positions()(x))
    assert inner(keras.Input((None, 3))).shape == (None, None, 3)
    assert Around(inner)(keras.Input((None, 3))).shape == (None, None, 3)


class Joined(layers.Layer):
    def call(self, x, positions, scale=None):
        return ops.concatenate([x, positions], axis=-1)

    def compute_output_shape(self, positions_shape, x_shape):
        return (*x_shape[:-1], x_shape[-1] + positions_shape[-1] * 10)


def test_each_shape_goes_to_the_parameter_named_after_the_argument():
    x, positions = keras.Input((4, 2)), keras.Input((4, 7))
    assert Joined()(x, positions).shape == (None, 4, 72)
    assert Joined()(positions=positions, x=x).shape == (None, 4, 72)


class Spec(layers.Layer):
    def call(self, x, training=None, mask=None):
        return x

    def compute_output_spec(self, x):
        return keras.KerasTensor((*x.shape, 5), "int32")


def test_compute_output_spec_is_given_what_the_caller_passed():
    for y in (Spec()(keras.Input((3,))), Spec()(keras.Input((3,)), training=True)):
        assert (y.shape, y.dtype) == ((None, 3, 5), "int32")


class WithTraining(layers.Layer):
    def call(self, x, training=None):
        return x

    def compute_output_spec(self, x, training="not passed"):
        self.seen = training
        return keras.KerasTensor(x.shape)


def test_compute_output_spec_sees_a_training_flag_that_was_passed():
    layer = WithTraining()
    layer(keras.Input((3,)))
    assert layer.seen == "not passed"
    layer(keras.Input((3,)), training=False)
    assert layer.seen is False


def test_a_layer_that_hands_its_input_on_is_part_of_the_graph():
    class Doubled(layers.Layer):
        def call(self, x):
            return 2 * x

        def compute_output_spec(self, x):
            return x

    x = keras.Input((3,))
    y = Doubled(name="doubled")(x)
    assert y is not x
    model = keras.Model(x, y)
    assert [layer.name for layer in model.layers][1:] == ["doubled"]
    np.testing.assert_array_equal(model(np.ones((2, 3))), 2 * np.ones((2, 3)))


def test_layers_inside_are_built_though_the_outputs_are_told():
    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3)

        def call(self, x):
            return self.dense(x)

        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], 3)

    x = keras.Input((4,))
    assert keras.Model(x, Block()(x)).count_params() == 15
    around = Around(Block())
    around.build((None, 3))
    assert around.count_params() == 12


def test_inner_layers_keep_no_invented_sizes():
    dense, conv = layers.Dense(3), layers.Conv1D(3, 3, 2, padding="same")
    Around(dense, keras.Sequential([conv, layers.UpSampling1D(2)]))(keras.Input((None, 3)))
    assert dense.get_build_config() == {"input_shape": (None, None, 3)}
    assert conv.get_build_config() == {"input_shape": (None, None, 3)}


def test_a_call_may_need_its_training_flag():
    class Flagged(layers.Layer):
        def call(self, x, training):
            return x + 1 if training else x

    x = keras.Input((3,))
    model = keras.Model(x, Flagged()(x))
    np.testing.assert_array_equal(model(np.ones((1, 3))), np.ones((1, 3)))
    np.testing.assert_array_equal(model(np.ones((1, 3)), training=True), 2 * np.ones((1, 3)))
    np.testing.assert_array_equal(Flagged()(np.ones((1, 3))), np.ones((1, 3)))
