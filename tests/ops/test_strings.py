"""Inputs of strings go through operations that only move elements, in front of what is compiled."""

import numpy as np
import pytest

import cornu as keras
from cornu import ops
from cornu.layers import Concatenate, Dense, Embedding, Flatten, StringLookup

WORDS = ["p", "q", "r"]
ONE = np.array(["p", "q", "z", "r"])
THREE = np.array([["p", "q", "r"], ["r", "q", "p"], ["z", "z", "p"], ["q", "q", "q"]], object)

# The operation on inputs of shapes (None,) and (None, 3), and what NumPy makes of the values.
MOVES = {
    "expand_dims": (lambda a, b: ops.expand_dims(a, -1), lambda a, b: a[:, None]),
    "squeeze": (lambda a, b: ops.squeeze(ops.expand_dims(a, 1), 1), lambda a, b: a),
    "reshape": (lambda a, b: ops.reshape(b, (-1, 3, 1)), lambda a, b: b[..., None]),
    "index": (lambda a, b: b[:, 1], lambda a, b: b[:, 1]),
    "slice": (lambda a, b: b[:, ::-1], lambda a, b: b[:, ::-1]),
    "stack": (lambda a, b: ops.stack([a, b[:, 0]], 1), lambda a, b: np.stack([a, b[:, 0]], 1)),
    "concatenate": (
        lambda a, b: ops.concatenate([ops.expand_dims(a, -1), b], axis=1),
        lambda a, b: np.concatenate([a[:, None], b], axis=1),
    ),
    "layer": (
        lambda a, b: Concatenate()([b, ops.expand_dims(a, -1)]),
        lambda a, b: np.concatenate([b, a[:, None]], axis=1),
    ),
}


@pytest.mark.parametrize("name", MOVES)
def test_strings_are_moved_as_numbers_are(name, tmp_path):
    move, expected = MOVES[name]
    a, b = keras.Input((), dtype="string", name="a"), keras.Input((3,), dtype="string", name="b")
    moved = move(a, b)
    assert moved.dtype == "string"
    model = keras.Model({"a": a, "b": b}, StringLookup(vocabulary=WORDS)(moved))
    data = {"a": ONE, "b": THREE}
    places = {"p": 1, "q": 2, "r": 3}
    numbers = np.vectorize(lambda word: places.get(word, 0))(expected(ONE, THREE))
    assert moved.shape == (None, *numbers.shape[1:])
    np.testing.assert_array_equal(model.predict(data, verbose=0), numbers)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(data, verbose=0), numbers)


def test_a_model_behind_moved_strings_is_trained():
    a, b = keras.Input((), dtype="string"), keras.Input((3,), dtype="string")
    words = ops.concatenate([ops.expand_dims(a, -1), b], axis=1)
    ids = StringLookup(vocabulary=WORDS)(words)
    model = keras.Model([a, b], Dense(1)(Flatten()(Embedding(4, 2)(ids))))
    model.compile("sgd", "mse")
    losses = model.fit([ONE, THREE], np.ones((4, 1)), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_strings_are_not_computed_with():
    a = keras.Input((), dtype="string")
    with pytest.raises(TypeError, match=r"ops.add.*TextVectorization, StringLookup"):
        ops.add(a, a)
