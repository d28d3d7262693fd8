"""Recurrent layers against Keras: values, gradients, weights, shapes, dtypes, configs."""

import numpy as np
import pytest

from tests.parity.oracle import compare_config, compare_layer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 5, 4)).astype("float32")
MASK = np.array([[0, 1, 1, 0, 0], [1, 1, 0, 1, 1]], "bool")
H, C = RNG.normal(size=(2, 2, 3)).astype("float32")
SEQUENCES = {"return_sequences": True}
BOTH = {"return_sequences": True, "return_state": True}

LAYERS = [
    ("LSTM", {}),
    ("LSTM", {**BOTH, "go_backwards": True}),
    ("LSTM", {"activation": "relu", "recurrent_activation": "hard_sigmoid", **SEQUENCES}),
    ("LSTM", {"use_bias": False, "unit_forget_bias": False, "unroll": True}),
    ("LSTM", {"kernel_regularizer": "l2", "recurrent_constraint": "non_neg"}),
    ("GRU", {**BOTH}),
    ("GRU", {"reset_after": False, "go_backwards": True, **SEQUENCES}),
    ("GRU", {"activation": "relu", **SEQUENCES}),
    ("GRU", {"activation": "relu", "reset_after": False, "use_bias": False}),
    ("GRU", {"use_bias": False}),
    ("SimpleRNN", {**BOTH}),
    ("SimpleRNN", {"activation": "relu", "go_backwards": True}),
    ("SimpleRNN", {"use_bias": False, "unroll": True}),
]

MASKED = [
    ("LSTM", {**BOTH}),
    ("LSTM", {"go_backwards": True, **SEQUENCES}),
    ("LSTM", {"activation": "relu", **BOTH}),
    ("LSTM", {"zero_output_for_mask": True, **SEQUENCES}),
    ("GRU", {"return_state": True}),
    ("GRU", {"activation": "relu", "go_backwards": True, **BOTH}),
    ("GRU", {"activation": "relu", "zero_output_for_mask": True, **SEQUENCES}),
    ("SimpleRNN", {"unroll": True, "activation": "relu", **BOTH}),
]


@pytest.mark.parametrize("name, settings", LAYERS)
def test_layer_agrees_with_keras(name, settings):
    compare_layer(f"layers.{name}", {"units": 3, **settings}, X)


def test_mixed_precision_computes_in_the_half_type():
    compare_layer("layers.LSTM", {"units": 3, "dtype": "mixed_bfloat16"}, X, tolerance=5e-2)


@pytest.mark.parametrize("name, settings", MASKED)
def test_masked_steps_are_skipped_as_in_keras(name, settings):
    compare_layer(f"layers.{name}", {"units": 3, **settings}, X, symbolic=False, mask=MASK)


@pytest.mark.parametrize(
    "name, state", [("LSTM", [H, C]), ("GRU", H), ("SimpleRNN", [H])], ids=["lstm", "gru", "simple"]
)
def test_initial_state_is_where_the_loop_starts(name, state):
    compare_layer(f"layers.{name}", {"units": 3, **BOTH}, X, symbolic=False, initial_state=state)


STACKS = [
    lambda keras: keras.layers.RNN(keras.layers.LSTMCell(3), **BOTH),
    lambda keras: keras.layers.RNN([keras.layers.LSTMCell(3), keras.layers.GRUCell(2)], **BOTH),
    lambda keras: keras.layers.RNN(keras.layers.SimpleRNNCell(3), go_backwards=True),
    lambda keras: keras.layers.RNN(keras.layers.GRUCell(3), unroll=True, **SEQUENCES),
]


@pytest.mark.parametrize("make", STACKS)
def test_cells_in_rnn_agree_with_keras(make):
    compare_layer(make, X)


@pytest.mark.parametrize("name, states", [("LSTMCell", [H, C]), ("GRUCell", [H])])
def test_cell_agrees_with_keras(name, states):
    compare_layer(f"layers.{name}", {"units": 3}, X[:, 0], states)


DIRECTIONS = [
    lambda keras: keras.layers.Bidirectional(keras.layers.LSTM(3)),
    lambda keras: keras.layers.Bidirectional(keras.layers.LSTM(3, **BOTH), merge_mode=None),
    lambda keras: keras.layers.Bidirectional(keras.layers.GRU(3, **SEQUENCES), merge_mode="ave"),
    lambda keras: keras.layers.Bidirectional(keras.layers.GRU(3, **BOTH), merge_mode="mul"),
    lambda keras: keras.layers.Bidirectional(
        keras.layers.LSTM(3),
        merge_mode="sum",
        backward_layer=keras.layers.GRU(3, go_backwards=True, name="other"),
    ),
]


@pytest.mark.parametrize("make", DIRECTIONS)
def test_both_directions_agree_with_keras(make):
    compare_layer(make, X)


def test_both_directions_skip_masked_steps():
    compare_layer(
        lambda keras: keras.layers.Bidirectional(keras.layers.LSTM(3, **SEQUENCES)),
        X,
        symbolic=False,
        mask=MASK,
    )


@pytest.mark.parametrize(
    "name", ["SimpleRNN", "LSTM", "GRU", "SimpleRNNCell", "LSTMCell", "GRUCell"]
)
def test_config_has_kerass_keys(name):
    compare_config(f"layers.{name}", {"units": 3, "dropout": 0.1, "recurrent_dropout": 0.2})
