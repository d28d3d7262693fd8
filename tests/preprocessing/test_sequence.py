"""Padding: what it keeps, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.preprocessing.sequence import pad_sequences
from cornu.preprocessing.text import Tokenizer

sequences = st.lists(st.lists(st.integers(1, 9), max_size=6), min_size=1, max_size=5)
side = st.sampled_from(["pre", "post"])


@given(sequences, side)
def test_padding_without_a_length_keeps_every_sequence(rows, padding):
    padded = pad_sequences(rows, padding=padding)
    assert padded.shape == (len(rows), max(map(len, rows)))
    assert [[n for n in row if n] for row in padded.tolist()] == rows


@given(sequences, st.integers(1, 4), side)
def test_long_sequences_are_cut_at_the_side_asked_for(rows, maxlen, truncating):
    padded = pad_sequences(rows, maxlen, truncating=truncating)
    cut = slice(-maxlen, None) if truncating == "pre" else slice(0, maxlen)
    assert [[n for n in row if n] for row in padded.tolist()] == [row[cut] for row in rows]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2],), "item 0 is 1"),
        (([[1]], 3, "int32", "left"), "padding must be"),
        (([["a"]], 3, "int32", "pre", "pre", "x"), "dtype=object"),
        (([[[1, 2]], [[1]]],), "sequence 1"),
    ],
)
def test_padding_says_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        pad_sequences(*arguments)


def test_strings_are_padded_as_objects():
    padded = pad_sequences([["a"], ["b", "c"]], dtype=object, value="", padding="post")
    np.testing.assert_array_equal(padded, np.array([["a", ""], ["b", "c"]], dtype=object))


def test_a_tokenizer_must_be_fitted_and_know_the_mode():
    with pytest.raises(ValueError, match="Fit the Tokenizer"):
        Tokenizer().texts_to_matrix(["a"])
    with pytest.raises(ValueError, match="mode must be"):
        Tokenizer(num_words=3).sequences_to_matrix([[1]], "hash")
