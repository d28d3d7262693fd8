"""Pooling layers: what they refuse, and masks."""

import numpy as np
import pytest

import cornu as keras

STEPS = np.arange(12, dtype="float32").reshape(2, 3, 2)


@pytest.mark.parametrize(
    "name, settings, message",
    [
        ("MaxPooling2D", {"padding": "causal"}, "padding must be 'valid' or 'same'"),
        ("MaxPooling2D", {"pool_size": (2, 2, 2)}, "pool_size must be a positive int or 2"),
        ("AveragePooling1D", {"pool_size": 2, "strides": 0}, "strides must be"),
        ("AdaptiveMaxPooling2D", {"output_size": (2, None)}, "output_size must be"),
        ("AdaptiveAveragePooling1D", {"output_size": 0}, "output_size must be"),
    ],
)
def test_a_setting_out_of_range_is_refused(name, settings, message):
    with pytest.raises(ValueError, match=message):
        getattr(keras.layers, name)(**settings)


def test_inputs_of_another_rank_are_refused():
    with pytest.raises(ValueError, match="expects 4 dimensions"):
        keras.layers.MaxPooling2D()(STEPS)


def test_a_fully_masked_sequence_has_mean_zero():
    mask = np.array([[True, True, False], [False, False, False]])
    means = keras.layers.GlobalAveragePooling1D()(STEPS, mask=mask)
    assert means.tolist() == [[1.0, 2.0], [0.0, 0.0]]


def test_the_mask_of_an_embedding_reaches_the_mean():
    embedding = keras.layers.Embedding(5, 2, mask_zero=True)
    tokens = np.array([[3, 4, 0, 0]])
    means = keras.layers.GlobalAveragePooling1D()(embedding(tokens))
    np.testing.assert_allclose(means[0], embedding(tokens)[0, :2].mean(0), rtol=1e-6)


def test_unknown_sizes_stay_unknown():
    inputs = keras.KerasTensor((None, None, 9, 3))
    assert keras.layers.MaxPooling2D((2, 3))(inputs).shape == (None, None, 3, 3)
    assert keras.layers.GlobalMaxPooling2D()(inputs).shape == (None, 3)
