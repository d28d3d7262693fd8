"""Layers for categories that Keras runs without TensorFlow."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import assert_same, compare_config, compare_layer

NUMBERS = np.array([[0, 1, 3], [2, 2, 0]])


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
def test_category_encoding(mode):
    compare_layer(
        "layers.CategoryEncoding",
        {"num_tokens": 4, "output_mode": mode},
        NUMBERS,
        gradients=False,
    )


def test_category_encoding_counts_with_weights():
    weights = np.array([[0.5, 1.0, 2.0], [1.0, 1.0, 3.0]])
    results = [
        side.layers.CategoryEncoding(4, output_mode="count")(NUMBERS, count_weights=weights)
        for side in (cornu, keras)
    ]
    assert_same(*results, "counts")


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_discretization(mode):
    values = np.array([[-1.0, 0.0, 0.5, 9.0], [1.0, 2.0, 0.1, -7.0]], "float32")
    settings = {"bin_boundaries": [0.0, 0.5, 1.0], "output_mode": mode}
    results = [side.layers.Discretization(**settings)(values) for side in (cornu, keras)]
    assert_same(*results, mode)
    compare_config("layers.Discretization", settings)


@pytest.mark.parametrize("bins", [2, 5, 40])
def test_boundaries_of_quantiles(bins):
    values = np.random.default_rng(0).normal(size=(3, 500, 2)).astype("float32")
    ours, theirs = (side.layers.Discretization(num_bins=bins) for side in (cornu, keras))
    for layer in (ours, theirs):
        layer.reset_state()
        for batch in values:
            layer.update_state(batch)
        layer.finalize_state()
    np.testing.assert_allclose(ours.bin_boundaries, theirs.bin_boundaries, rtol=1e-6)
    again = cornu.layers.Discretization.from_config(ours.get_config())
    assert again.bin_boundaries == ours.bin_boundaries
