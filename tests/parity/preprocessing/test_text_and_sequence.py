"""Preprocessing of Keras 2 in plain Python, against Keras."""

import random

import keras
import numpy as np
import pytest
from keras.src.legacy.preprocessing import sequence as their_sequence
from keras.src.legacy.preprocessing import text as their_text

import cornu
from cornu.preprocessing import sequence, text

TEXTS = ["The cat sat. The cat ran!", "A dog\tran over the mat", "", ["Dog", "cat", "zebra"]]
QUERIES = ["the dog and the cat", "zebra", "", ["mat", "unknown"]]
SETTINGS = [
    {},
    {"num_words": 4},
    {"num_words": 4, "oov_token": "?"},
    {"oov_token": "?"},
    {"char_level": True},
    {"lower": False, "split": "-", "filters": ".!"},
    {"analyzer": str.split},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_tokenizer(settings):
    texts = TEXTS if "analyzer" not in settings else TEXTS[:3]
    pair = text.Tokenizer(**settings), their_text.Tokenizer(**settings)
    for tokenizer in pair:
        tokenizer.fit_on_texts(texts)
    ours, theirs = pair
    for name in ("word_index", "index_word", "word_counts", "word_docs", "index_docs"):
        assert dict(getattr(ours, name)) == dict(getattr(theirs, name)), name
    numbers = ours.texts_to_sequences(QUERIES)
    assert numbers == theirs.texts_to_sequences(QUERIES)
    assert ours.sequences_to_texts(numbers) == theirs.sequences_to_texts(numbers)
    for mode in ("binary", "count", "freq", "tfidf"):
        np.testing.assert_allclose(
            ours.texts_to_matrix(QUERIES, mode), theirs.texts_to_matrix(QUERIES, mode)
        )
    for one, other in ((text, theirs), (their_text, ours)):
        again = one.tokenizer_from_json(other.to_json())
        assert (
            again.texts_to_sequences(["the cat", "zebra"])
            == ours.texts_to_sequences(["the cat", "zebra"])
            or "analyzer" in settings
        )


def test_words_and_hashes():
    for call in (
        lambda side: side.text_to_word_sequence("A, b!c", lower=False),
        lambda side: side.hashing_trick("one two one", 50, "md5"),
        lambda side: side.one_hot("one two one", 9),
    ):
        assert call(text) == call(their_text)


PADDING = [
    {},
    {"maxlen": 2},
    {"maxlen": 2, "truncating": "post"},
    {"padding": "post", "value": -1},
    {"maxlen": 5, "dtype": "float32", "value": 0.5},
]


@pytest.mark.parametrize("settings", PADDING, ids=str)
def test_pad_sequences(settings):
    for sequences in ([[1], [2, 3, 4], []], [[[1, 2]], [[3, 4], [5, 6]]]):
        ours = cornu.utils.pad_sequences(sequences, **settings)
        theirs = keras.utils.pad_sequences(sequences, **settings)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


def test_sampling_table():
    np.testing.assert_allclose(
        sequence.make_sampling_table(50), their_sequence.make_sampling_table(50)
    )


def test_skipgrams_are_those_of_keras_up_to_their_order():
    numbers = [1, 2, 0, 3, 2, 4]
    random.seed(0)
    ours, labels = sequence.skipgrams(numbers, 5, 2, negative_samples=0, seed=1)
    theirs, _ = their_sequence.skipgrams(numbers, 5, 2, negative_samples=0, seed=1)
    assert sorted(ours) == sorted(theirs)
    assert labels == [1] * len(ours)
    pairs, labels = sequence.skipgrams(numbers, 5, 2, negative_samples=0.5, categorical=True)
    assert labels.count([1, 0]) == len(ours) // 2
    assert len(pairs) == len(ours) + len(ours) // 2
