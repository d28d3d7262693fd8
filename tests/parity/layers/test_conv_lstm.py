"""Convolutional LSTM layers against Keras: values, gradients, weights, shapes, configs."""

import numpy as np
import pytest

import cornu
from tests.parity.oracle import compare_config, compare_layer

RNG = np.random.default_rng(0)
LINES = RNG.normal(size=(2, 3, 5, 2)).astype("float32")
FILMS = RNG.normal(size=(2, 3, 4, 4, 2)).astype("float32")
BLOCKS = RNG.normal(size=(2, 2, 3, 3, 3, 1)).astype("float32")
BOTH = {"return_sequences": True, "return_state": True}
SMALL = {"filters": 2, "kernel_size": 2}

LAYERS = [
    ("ConvLSTM1D", {"dilation_rate": 2, **BOTH}, LINES),
    ("ConvLSTM1D", {"data_format": "channels_first", "go_backwards": True}, LINES),
    ("ConvLSTM2D", {"padding": "same", "strides": 2, **BOTH}, FILMS),
    ("ConvLSTM2D", {"use_bias": False, "activation": "relu"}, FILMS),
    ("ConvLSTM3D", {"kernel_regularizer": "l2", "unit_forget_bias": False}, BLOCKS),
]


@pytest.mark.parametrize("name, settings, inputs", LAYERS)
def test_layer_agrees_with_keras(name, settings, inputs):
    compare_layer(f"layers.{name}", {**SMALL, **settings}, inputs)


def test_masked_steps_are_skipped():
    # Keras fails on masks here: its mask does not broadcast to images.
    layer = cornu.layers.ConvLSTM1D(**SMALL)
    expected = layer(LINES[:, 1:])
    outputs = layer(LINES, mask=np.array([[False, True, True]] * 2))
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)


def test_config_has_kerass_keys():
    compare_config("layers.ConvLSTM2D", {**SMALL, "dropout": 0.1, "recurrent_dropout": 0.2})


def test_a_stateful_layer_goes_on_where_the_batch_before_it_ended():
    whole = cornu.layers.ConvLSTM1D(**SMALL)
    expected = whole(LINES)
    halves = cornu.layers.ConvLSTM1D(**SMALL, stateful=True)
    halves(LINES[:, :1])
    halves.set_weights(whole.get_weights())
    halves.reset_state()
    halves(LINES[:, :1])
    np.testing.assert_allclose(halves(LINES[:, 1:]), expected, rtol=1e-5, atol=1e-6)


def test_dropout_drops_inputs_and_states_in_training_only():
    layer = cornu.layers.ConvLSTM1D(**SMALL, dropout=0.5, recurrent_dropout=0.5, seed=1)
    still, moved = layer(LINES), layer(LINES, training=True)
    np.testing.assert_array_equal(layer(LINES), still)
    assert np.abs(np.asarray(moved) - np.asarray(still)).max() > 1e-3
