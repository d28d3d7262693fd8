"""Masks with heads, masked inputs of merging layers, attention over more axes, older arguments."""

import numpy as np
import pytest

import cornu as keras
from cornu import layers

X = np.random.default_rng(0).normal(size=(2, 5, 8)).astype("float32")
PADDED = np.array([[True] * 5, [True, True, False, True, False]])


@pytest.mark.parametrize("scores", [False, True], ids=["kernel", "with weights"])
def test_attention_masks_may_have_heads(scores):
    layer = layers.MultiHeadAttention(2, 4)
    mask = np.tril(np.ones((5, 5), bool))
    outputs = [
        layer(X, X, attention_mask=m, value_mask=PADDED, return_attention_scores=scores)
        for m in (mask, np.tile(mask, (2, 1, 1)), np.tile(mask, (2, 2, 1, 1)), mask[None, None])
    ]
    for other in outputs[1:]:
        first, second = (outputs[0][0], other[0]) if scores else (outputs[0], other)
        np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-6)


def test_a_mask_of_one_head_leaves_the_other_alone():
    layer = layers.MultiHeadAttention(2, 4)
    mask = np.ones((2, 2, 5, 5), bool)
    mask[:, 0, :, 3] = False
    _, weights = layer(X, X, attention_mask=mask, return_attention_scores=True)
    assert np.all(np.asarray(weights)[:, 0, :, 3] == 0)
    assert np.all(np.asarray(weights)[:, 1, :, 3] > 0)


@pytest.mark.parametrize("made", [layers.Attention, layers.AdditiveAttention])
def test_attention_over_the_last_but_one_axis(made):
    x = X.reshape(2, 5, 2, 4)
    layer = made()
    outputs, weights = layer([x, x], return_attention_scores=True)
    assert weights.shape == (2, 5, 2, 2)
    rows = layer([x[:, 3], x[:, 3]])
    np.testing.assert_allclose(np.asarray(outputs)[:, 3], rows, rtol=1e-5)


@pytest.mark.parametrize(
    ("made", "one_masked", "both_masked"),
    [
        (layers.Multiply, [0, 2, 12], [3, 2, 12]),
        (layers.Maximum, [3, 2, 4], [3, 2, 4]),
        (layers.Minimum, [0, 2, 3], [3, 2, 3]),
    ],
)
def test_masked_inputs_are_left_out(made, one_masked, both_masked):
    masking = layers.Masking()
    x = masking(np.array([[[3.0], [0.0], [4.0]]]))
    y = np.array([[[0.0], [2.0], [3.0]]])
    assert np.ravel(made()([x, y])).tolist() == one_masked
    assert np.ravel(made()([x, masking(y)])).tolist() == both_masked


def test_sizes_of_numpy_are_sizes():
    assert keras.Input((np.int64(3),)).shape == (None, 3)


def test_recurrent_layers_pass_over_the_choice_of_implementation():
    old, new = layers.LSTM(2, implementation=1, name="r"), layers.LSTM(2, name="r")
    assert old.get_config() == new.get_config()


def test_a_loss_alone_in_a_list_for_each_output():
    inputs = keras.Input((8,))
    model = keras.Model(inputs, {"u": layers.Dense(1)(inputs), "v": layers.Dense(1)(inputs)})
    model.compile("sgd", {"u": ["mse"], "v": ["mae"]})
    y = {"u": X[:, 0, :1], "v": X[:, 0, :1]}
    assert list(model.fit(X[:, 0], y, verbose=0).history) == ["loss", "u_loss", "v_loss"]
