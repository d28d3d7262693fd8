"""Recurrent layers: states between batches, dropout, cells of one's own."""

import numpy as np
import pytest

import cornu as keras
from cornu.layers import GRU, LSTM, RNN, Bidirectional, LSTMCell

X = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")


def test_stateful_layer_continues_where_it_ended():
    layer = LSTM(3, stateful=True)
    layer(X[:, :2])
    np.testing.assert_allclose(layer(X[:, 2:]), RNN(layer.cell)(X), rtol=1e-5, atol=1e-6)


def test_reset_state_starts_from_zero():
    layer = GRU(3, stateful=True)
    first = layer(X)
    layer.reset_state()
    np.testing.assert_array_equal(layer(X), first)


def test_states_between_batches_are_no_weights():
    layer = LSTM(3, stateful=True)
    layer(X)
    assert (len(layer.weights), len(layer.variables)) == (3, 6)


def test_fused_formulation_agrees_with_the_cell():
    layer = LSTM(3, return_sequences=True)
    fused = layer(X)
    np.testing.assert_allclose(
        fused, RNN(layer.cell, return_sequences=True)(X), rtol=1e-5, atol=1e-6
    )


def test_recurrent_dropout_acts_in_training_only():
    layer = LSTM(8, recurrent_dropout=0.5, seed=1)
    np.testing.assert_array_equal(layer(X), layer(X))
    assert not np.allclose(layer(X, training=True), layer(X))


def test_initial_state_of_wrong_length_is_an_error():
    with pytest.raises(ValueError, match="2 states"):
        LSTM(3)(X, initial_state=[keras.ops.zeros((2, 3))])


def test_directions_must_differ():
    with pytest.raises(ValueError, match="different directions"):
        Bidirectional(LSTM(3), backward_layer=LSTM(3))


def test_unknown_batch_size_of_a_stateful_layer_is_an_error():
    with pytest.raises(ValueError, match="batch size must be known"):
        RNN(LSTMCell(3), stateful=True).build((None, 4, 3))


class StartsAtFive(keras.layers.Layer):
    """A cell that counts on from its own initial state."""

    state_size = output_size = 3

    def get_initial_state(self, batch_size=None):
        return [5 * keras.ops.ones((batch_size, 3))]

    def call(self, inputs, states):
        return states[0] + 1, [states[0] + 1]


def test_a_stateful_layer_starts_with_the_cell_s_own_state():
    layer, x = keras.layers.RNN(StartsAtFive(), stateful=True), np.ones((2, 4, 3), "float32")
    assert [float(layer(x)[0, 0]) for _ in range(2)] == [9, 13]
    layer.reset_state()
    assert float(layer(x)[0, 0]) == 9
    inside = keras.Sequential(
        [keras.Input(batch_shape=(2, 4, 3)), keras.layers.RNN(StartsAtFive(), stateful=True)]
    )
    assert inside.predict(x, verbose=0)[0, 0] == 9
