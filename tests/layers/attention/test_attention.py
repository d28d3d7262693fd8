"""Attention layers: what a query sees, and errors."""

import numpy as np
import pytest

from cornu.layers import Attention, GroupQueryAttention, MultiHeadAttention

X = np.random.default_rng(0).normal(size=(2, 4, 6)).astype("float32")


def test_causal_mask_hides_what_comes_later():
    layer = MultiHeadAttention(2, 3)
    changed = X.copy()
    changed[:, 3] = 0
    whole, other = (layer(x, x, use_causal_mask=True) for x in (X, changed))
    np.testing.assert_allclose(whole[:, :3], other[:, :3], rtol=1e-5, atol=1e-6)


def test_kernel_and_shown_weights_give_the_same_outputs():
    layer = GroupQueryAttention(3, 4, 2)
    outputs, _ = layer(X, X, return_attention_scores=True)
    np.testing.assert_allclose(layer(X, X), outputs, rtol=1e-5, atol=1e-6)


def test_attention_needs_a_list():
    with pytest.raises(ValueError, match="query, value"):
        Attention()(X)


def test_heads_must_group_evenly():
    with pytest.raises(ValueError, match="divisor"):
        GroupQueryAttention(3, 4, 3)
