"""A graph knows what the user said of sizes, and no more."""

import numpy as np
import pytest

import cornu as keras
from cornu import layers, ops


def zeros(*shape):
    return np.zeros(shape, "float32")


class Chain(keras.Model):
    """A subclassed model: layers in turn."""

    def __init__(self, *inner):
        super().__init__()
        self.inner = list(inner)

    def call(self, x):
        for layer in self.inner:
            x = layer(x)
        return x


class Pairs(layers.Layer):
    """Needs an even number of examples."""

    def call(self, x):
        pairs = ops.reshape(x, (x.shape[0] // 2, 2, x.shape[1]))
        return ops.reshape(pairs[:, ::-1], x.shape)


class OneSize(layers.Layer):
    """Has a weight per example, and takes no other number of them."""

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[0], 1))

    def call(self, x):
        assert x.shape[0] == 8
        return x * self.w


def test_a_sequential_without_input_takes_batches_of_any_size():
    model = keras.Sequential([layers.Dense(3)])
    for batch in (5, 7, 1):
        assert model(zeros(batch, 4)).shape == (batch, 3)
    assert (model.input_shape, model.output_shape) == ((None, 4), (None, 3))


def test_sizes_that_data_show_to_vary_become_unknown():
    model = keras.Sequential(
        [layers.Conv2D(3, 3), layers.GlobalAveragePooling2D(), layers.Dense(2)]
    )
    model(zeros(5, 8, 8, 3))
    assert model.input_shape == (None, 8, 8, 3)
    convolved = keras.Model(model.inputs, model.layers[0].output)
    model(zeros(5, 9, 8, 3))
    assert model.input_shape == (None, None, 8, 3)
    assert model.layers[0].output.shape == (None, None, 6, 3)
    assert model.get_build_config() == {"input_shape": (None, None, 8, 3)}
    assert convolved.output_shape == (None, None, 6, 3)
    assert convolved(zeros(1, 12, 8, 3)).shape == (1, 10, 6, 3)


def test_sequences_of_varying_length_train_and_predict():
    model = keras.Sequential([layers.LSTM(3), layers.Dense(1)])
    model.compile("sgd", "mse")
    batches = ((zeros(4, steps, 2), zeros(4, 1)) for steps in (5, 7, 6))
    model.fit(batches, steps_per_epoch=3, verbose=0)
    assert model.predict(zeros(3, 9, 2), verbose=0).shape == (3, 1)
    assert model.input_shape == (None, None, 2)


def test_only_the_layers_refuse_sizes():
    model = keras.Sequential([layers.Flatten(), layers.Dense(3, name="dense")])
    model(zeros(2, 4, 4))
    with pytest.raises(ValueError, match="'dense' expects size 16 on axis -1"):
        model(zeros(2, 5, 4))
    assert model.input_shape == (None, 4, 4)
    said = keras.Sequential([keras.Input((5, 2)), layers.LSTM(3)])
    assert said(zeros(4, 7, 2)).shape == (4, 3)
    assert said.input_shape == (None, 5, 2)


def functional():
    x = keras.Input((4,), batch_size=8)
    return keras.Model(x, layers.Dense(2)(x))


def built():
    model = keras.Sequential([layers.Dense(2)])
    model.build((8, 4))
    return model


@pytest.mark.parametrize(
    "made",
    [
        functional,
        built,
        lambda: keras.Sequential([keras.Input((4,), batch_size=8), layers.Dense(2)]),
    ],
    ids=["functional", "build", "sequential"],
)
def test_a_fixed_batch_is_a_hint(made):
    model = made()
    model.compile("sgd", "mse")
    x, y = zeros(20, 4), zeros(20, 2)
    model.fit(x, y, batch_size=8, verbose=0)
    model.evaluate(x, y, batch_size=8, verbose=0)
    assert model.predict(x, batch_size=8, verbose=0).shape == (20, 2)
    assert model(zeros(3, 4)).shape == (3, 2)
    assert Chain(model)(keras.Input((4,))).shape == (None, 2)
    assert model.input_shape == (8, 4)


@pytest.mark.parametrize("made", [keras.Sequential, lambda inner: Chain(*inner)])
@pytest.mark.parametrize("picky", [Pairs, OneSize])
def test_layers_that_need_some_number_of_examples_train(picky, made):
    model = made([layers.Dense(3), picky(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(zeros(16, 4), zeros(16, 1), batch_size=8, verbose=0)
    assert model.predict(zeros(16, 4), batch_size=8, verbose=0).shape == (16, 1)


def test_a_sequential_shows_a_number_of_examples_only_if_a_layer_needs_it():
    for picky, shown in ((Pairs, (None, 3)), (OneSize, (8, 3))):
        model = keras.Sequential([layers.Dense(3), picky()])
        model(zeros(8, 4))
        assert model.output_shape == shown


def test_models_inside_are_built_from_symbols_and_from_data():
    for inner in (keras.Sequential([layers.Dense(3)]), Chain(layers.Dense(3))):
        model = Chain(inner, layers.Dense(1))
        assert model(keras.Input((4,))).shape == (None, 1)
        assert inner.get_build_config() == {"input_shape": (None, 4)}
        assert model(zeros(3, 4)).shape == (3, 1)
    model = Chain(keras.Sequential([layers.LSTM(3, return_sequences=True)]))
    assert model(keras.Input((None, 4))).shape == (None, None, 3)
    assert model.inner[0].input_shape == (None, None, 4)


def test_models_inside_a_trained_model_take_a_smaller_last_batch():
    inner = keras.Sequential([layers.Dense(3)])
    model = Chain(inner, layers.Dense(1))
    model.compile("sgd", "mse")
    model.fit(zeros(20, 4), zeros(20, 1), batch_size=8, verbose=0)
    assert inner.input_shape == (None, 4)


@pytest.mark.parametrize("build", ["fit", "call", "build", "symbolic"])
def test_a_summary_shows_none_for_the_batch(build):
    model = Chain(layers.Dense(3), layers.Dense(1))
    model.compile("sgd", "mse")
    {
        "fit": lambda: model.fit(zeros(20, 4), zeros(20, 1), batch_size=8, verbose=0),
        "call": lambda: model(zeros(6, 4)),
        "build": lambda: model.build((None, 4)),
        "symbolic": lambda: model(keras.Input((4,))),
    }[build]()
    lines = []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    assert "(None, 3)" in "\n".join(lines) and "(None, 1)" in "\n".join(lines)


def test_a_model_without_a_graph_has_no_inputs():
    for model in (keras.Sequential([layers.Dense(3)]), Chain(layers.Dense(3))):
        for name in ("inputs", "outputs", "input", "output", "input_shape", "output_shape"):
            assert not hasattr(model, name)
    model = keras.Sequential([layers.Dense(3)])
    model(zeros(2, 4))
    assert hasattr(model, "inputs") and hasattr(model, "output_shape")


def test_a_graph_on_symbolic_inputs_is_computed_in_the_right_type():
    inner = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, dtype="mixed_bfloat16"), layers.Identity(dtype="int8")]
    )
    x = keras.Input((4,))
    hidden = keras.Model(inner.inputs, inner.layers[0].output)
    assert hidden(x).dtype == "bfloat16"
    assert inner.compute_output_shape((2, 4)) == (2, 3)
