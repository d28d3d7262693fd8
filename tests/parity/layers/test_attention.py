"""Attention layers against Keras: values, gradients, weights, shapes, dtypes, configs."""

import numpy as np
import pytest

from tests.parity.oracle import compare_layer

RNG = np.random.default_rng(0)
Q = RNG.normal(size=(2, 3, 6)).astype("float32")
V = RNG.normal(size=(2, 4, 6)).astype("float32")
K = RNG.normal(size=(2, 4, 6)).astype("float32")
GRID = RNG.normal(size=(2, 3, 2, 6)).astype("float32")
SEEN = np.array([[1, 1, 0, 1], [0, 1, 1, 1]], "bool")
ASKING = np.array([[1, 0, 1], [1, 1, 1]], "bool")
PAIRS = RNG.random((2, 3, 4)) > 0.4
PAIRS[0, 1] = False
HEADS = {"num_heads": 2, "key_dim": 3}
GROUPS = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}

CASES = [
    ("MultiHeadAttention", HEADS, (Q, V), {}),
    ("MultiHeadAttention", HEADS, (Q, V, K), {"value_mask": SEEN, "query_mask": ASKING}),
    ("MultiHeadAttention", HEADS, (Q, V), {"attention_mask": PAIRS}),
    (
        "MultiHeadAttention",
        HEADS,
        (Q, V),
        {"attention_mask": PAIRS, "return_attention_scores": True},
    ),
    ("MultiHeadAttention", {**HEADS, "dropout": 0.3}, (Q, V), {"attention_mask": PAIRS}),
    ("MultiHeadAttention", {**HEADS, "sliding_window": 2}, (Q, Q), {"use_causal_mask": True}),
    (
        "MultiHeadAttention",
        {**HEADS, "value_dim": 5, "output_shape": 7, "use_gate": True, "use_bias": False},
        (Q, V),
        {"value_mask": SEEN, "return_attention_scores": True},
    ),
    ("MultiHeadAttention", {**HEADS, "output_shape": (2, 5)}, (Q, V), {}),
    (
        "MultiHeadAttention",
        {**HEADS, "attention_axes": 1},
        (GRID, GRID),
        {"return_attention_scores": True},
    ),
    ("MultiHeadAttention", {**HEADS, "attention_axes": (2,)}, (GRID, GRID), {}),
    ("MultiHeadAttention", HEADS, (GRID, GRID), {"return_attention_scores": True}),
    ("GroupQueryAttention", GROUPS, (Q, V), {}),
    ("GroupQueryAttention", GROUPS, (Q, V, K), {"value_mask": SEEN, "query_mask": ASKING}),
    (
        "GroupQueryAttention",
        {**GROUPS, "use_gate": True},
        (Q, V),
        {"query_mask": ASKING, "return_attention_scores": True},
    ),
    ("GroupQueryAttention", {**GROUPS, "sliding_window": 2}, (Q, Q), {"use_causal_mask": True}),
    ("Attention", {}, ([Q, V],), {}),
    ("Attention", {"use_scale": True}, ([Q, V, K],), {"mask": [ASKING, SEEN]}),
    ("Attention", {"score_mode": "concat", "use_scale": True}, ([Q, V],), {}),
    ("Attention", {}, ([Q, Q],), {"use_causal_mask": True, "return_attention_scores": True}),
    ("Attention", {"dropout": 0.4, "seed": 3}, ([Q, V],), {"mask": [None, SEEN]}),
    ("AdditiveAttention", {}, ([Q, V],), {"mask": [ASKING, SEEN]}),
    ("AdditiveAttention", {"use_scale": False}, ([Q, V, K],), {"return_attention_scores": True}),
]


@pytest.mark.parametrize("name, settings, inputs, call", CASES)
def test_layer_agrees_with_keras(name, settings, inputs, call):
    compare_layer(f"layers.{name}", settings, *inputs, symbolic=False, **call)


def test_mixed_precision_computes_in_the_half_type():
    settings = {**HEADS, "dtype": "mixed_bfloat16"}
    compare_layer("layers.MultiHeadAttention", settings, Q, V, symbolic=False, tolerance=5e-2)


SYMBOLIC = [("MultiHeadAttention", HEADS, (Q, V)), ("Attention", {}, ([Q, V],))]


@pytest.mark.parametrize("name, settings, inputs", SYMBOLIC)
def test_symbolic_call_agrees_with_keras(name, settings, inputs):
    compare_layer(f"layers.{name}", settings, *inputs, gradients=False)
