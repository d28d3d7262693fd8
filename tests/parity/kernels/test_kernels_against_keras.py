"""Kernels whose conventions are Keras's own: average over real elements, gate orders, masks."""

import keras
import numpy as np
import pytest

from cornu import kernels

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(2, 7, 8, 3)).astype("float32")
SEQUENCES = RNG.normal(size=(3, 6, 5)).astype("float32")
MASK = np.array([[0, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1]], bool)
ZEROS = np.zeros((3, 4), "float32")


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("window", "strides"), [((2, 2), (2, 2)), ((3, 2), (2, 1))], ids=str)
def test_pooling(window, strides, padding):
    expected = keras.ops.average_pool(IMAGES, window, strides, padding)
    actual = kernels.avg_pool(IMAGES, window, strides, padding)
    np.testing.assert_allclose(actual, expected, atol=1e-6)
    expected = keras.ops.max_pool(IMAGES, window, strides, padding)
    actual = kernels.max_pool(IMAGES, window, strides, padding)
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("layer", "kernel", "settings"),
    [
        (keras.layers.LSTM, kernels.lstm, {}),
        (keras.layers.GRU, kernels.gru, {"reset_after": True}),
        (keras.layers.GRU, kernels.gru, {"reset_after": False}),
        (keras.layers.SimpleRNN, kernels.simple_rnn, {}),
    ],
    ids=["lstm", "gru, reset after", "gru, reset before", "simple"],
)
def test_recurrence_with_a_mask(layer, kernel, settings, backwards):
    oracle = layer(
        4,
        return_sequences=True,
        return_state=True,
        go_backwards=backwards,
        bias_initializer="normal",
        **settings,
    )
    expected, *expected_states = oracle(SEQUENCES, mask=MASK)
    weights = [each.value for each in oracle.weights]
    states = [ZEROS] * len(expected_states)
    actual, *actual_states = kernel(SEQUENCES, *states, *weights, MASK, backwards, **settings)
    # Keras returns the outputs in the order of the steps, the kernel in the order of the inputs.
    actual = actual[:, ::-1] if backwards else actual
    np.testing.assert_allclose(actual, expected, atol=1e-5)
    for a, b in zip(actual_states, expected_states, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("strides", [1, 2])
def test_depthwise_convolution(strides):
    weights = RNG.normal(size=(3, 3, 3, 2)).astype("float32")
    expected = keras.ops.depthwise_conv(IMAGES, weights, strides, "same")
    actual = kernels.depthwise_conv(IMAGES, weights, (strides,) * 2, "SAME", (1, 1))
    np.testing.assert_allclose(actual, expected, atol=1e-5)
