"""A mask that does not fit is refused with the layer, what came and what was expected."""

import re

import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.core import masking

X = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")

TAKE_STEPS = {
    "LSTM": (lambda: layers.LSTM(3), {}),
    "GRU": (lambda: layers.GRU(3), {}),
    "SimpleRNN": (lambda: layers.SimpleRNN(3), {}),
    "RNN": (lambda: layers.RNN(layers.LSTMCell(3)), {}),
    "Bidirectional": (lambda: layers.Bidirectional(layers.LSTM(3)), {}),
    "TimeDistributed": (lambda: layers.TimeDistributed(layers.Dense(2)), {}),
    "GlobalAveragePooling1D": (layers.GlobalAveragePooling1D, {}),
    "BatchNormalization": (layers.BatchNormalization, {"training": True}),
}


@pytest.mark.parametrize("shape", [(2, 5), (2, 3), (3, 4), (4,), (2, 4, 7)], ids=str)
@pytest.mark.parametrize("name", TAKE_STEPS)
def test_a_mask_of_another_shape_is_refused(name, shape):
    make, settings = TAKE_STEPS[name]
    message = r"Layer '\w+': the mask must have the shape \(2,.*got " + re.escape(str(shape))
    with pytest.raises(ValueError, match=message):
        make()(X, mask=np.ones(shape, bool), **settings)


@pytest.mark.parametrize("name", TAKE_STEPS)
def test_a_mask_with_an_axis_of_one_behind_it_is_the_same_mask(name):
    make, settings = TAKE_STEPS[name]
    layer, mask = make(), np.array([[1, 1, 0, 0], [1, 1, 1, 1]], bool)
    outputs = layer(X, mask=mask, **settings)
    np.testing.assert_allclose(layer(X, mask=mask[..., None], **settings), outputs, rtol=1e-6)


@pytest.mark.parametrize("name", ["query_mask", "value_mask", "key_mask"])
@pytest.mark.parametrize(
    "make",
    [lambda: layers.MultiHeadAttention(2, 3), lambda: layers.GroupQueryAttention(3, 4, 2)],
    ids=["MultiHeadAttention", "GroupQueryAttention"],
)
def test_attention_with_heads_names_the_mask_that_does_not_fit(make, name):
    for shape in ((2, 5), (3, 4), (4,)):
        with pytest.raises(
            ValueError, match=rf"{name} must have the shape \(2, 4\).*got \({shape[0]},"
        ):
            make()(X, X, **{name: np.ones(shape, bool)})
    with pytest.raises(ValueError, match=r"attention_mask must have the shape \(2, 4, 4\)"):
        make()(X, X, attention_mask=np.ones((2, 4, 5), bool))


@pytest.mark.parametrize("cls", [layers.Attention, layers.AdditiveAttention])
def test_plain_attention_names_whose_mask_does_not_fit(cls):
    good, bad = np.ones((2, 4), bool), np.ones((2, 5), bool)
    with pytest.raises(ValueError, match=r"mask of the query.*\(2, 4\).*got \(2, 5\)"):
        cls()([X, X], mask=[bad, good])
    with pytest.raises(ValueError, match=r"mask of the value.*\(2, 4\).*got \(2, 5\)"):
        cls()([X, X], mask=[good, bad])


def reference(layer, query, value_mask):
    """Attention over all positions of a grid, written out: only what the mask leaves counts."""
    heads = [np.asarray(d(query), "float64") for d in (layer.query_dense, layer.key_dense)]
    values = np.asarray(layer.value_dense(query), "float64")
    q, k = (h.reshape(len(query), -1, *h.shape[-2:]) for h in heads)
    v = values.reshape(len(query), -1, *values.shape[-2:])
    scores = np.einsum("bqhd,bkhd->bhqk", q, k) / np.sqrt(q.shape[-1])
    scores = np.where(value_mask.reshape(len(query), 1, 1, -1), scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    outputs = np.einsum("bhqk,bkhd->bqhd", weights, v).reshape(values.shape)
    return layer.output_dense(outputs.astype("float32"))


GRID = np.random.default_rng(1).normal(size=(2, 3, 4, 6)).astype("float32")
GRID_MASK = np.random.default_rng(2).random((2, 3, 4)) > 0.4


@pytest.mark.parametrize("name", ["value_mask", "key_mask"])
def test_masks_of_grids_hide_the_positions_they_are_shaped_like(name):
    layer = layers.MultiHeadAttention(2, 3)
    found = layer(GRID, GRID, **{name: GRID_MASK})
    np.testing.assert_allclose(found, reference(layer, GRID, GRID_MASK), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("axis", [1, 2])
def test_masks_of_grids_fit_attention_over_one_axis(axis):
    layer = layers.MultiHeadAttention(2, 3, attention_axes=axis)
    found = np.asarray(layer(GRID, GRID, value_mask=GRID_MASK))
    for other in range(GRID.shape[3 - axis]):
        part, mask = (np.take(x, other, 3 - axis) for x in (GRID, GRID_MASK))
        if not mask.any(1).all():
            continue
        wanted = layers.MultiHeadAttention(2, 3)
        wanted(part, part)
        wanted.set_weights(layer.get_weights())
        wanted = wanted(part, part, value_mask=mask)
        np.testing.assert_allclose(np.take(found, other, 3 - axis), wanted, rtol=1e-4, atol=1e-5)


def test_value_masks_of_pairs_are_attention_masks():
    layer = layers.MultiHeadAttention(2, 3)
    pairs = np.tril(np.ones((2, 1, 4, 4), bool))
    wanted = layer(X, X, attention_mask=pairs)
    np.testing.assert_allclose(layer(X, X, value_mask=pairs), wanted, rtol=1e-6)
    np.testing.assert_allclose(layer(X, X, key_mask=pairs[:, 0]), wanted, rtol=1e-6)


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (3,)], ids=str)
def test_states_of_another_shape_are_refused(shape):
    state = np.zeros(shape, "float32")
    for layer, states in ((layers.LSTM(3), [state, state]), (layers.GRU(3), state)):
        with pytest.raises(ValueError, match=rf"'{layer.name}' starts with states.*\(2, 3\).*got"):
            layer(X, initial_state=states)


MERGING = "Add Average Maximum Minimum Multiply Subtract Concatenate".split()


@pytest.mark.parametrize("name", MERGING)
def test_a_mask_that_does_not_fit_the_tensor_that_carries_it_is_refused(name):
    first, second = (keras.ops.array(X + i) for i in (0, 1))
    masking.set_mask(first, keras.ops.ones((2, 5), "bool"))
    masking.set_mask(second, keras.ops.ones((2, 4), "bool"))
    with pytest.raises(ValueError, match=r"shape \(2, 4, 3\) with a mask of shape \(2, 5\)"):
        getattr(layers, name)()([first, second])
