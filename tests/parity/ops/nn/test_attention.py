"""Attention against Keras: values and gradients with masks, biases, shared key heads."""

import numpy as np
import pytest

from tests.parity.oracle import compare_function

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.normal(size=shape).astype("float32")


QUERY, KEY, VALUE = normal(2, 5, 4, 3), normal(2, 6, 4, 3), normal(2, 6, 4, 3)
MASK = RNG.uniform(size=(2, 1, 5, 6)) < 0.6
BLIND = MASK & (np.arange(5) != 2)[:, None]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"scale": 0.3},
        {"bias": normal(2, 4, 5, 6)},
        {"mask": MASK},
        {"mask": MASK, "bias": normal(1, 4, 5, 6)},
        {"mask": BLIND},
    ],
    ids=["plain", "scale", "bias", "mask", "mask and bias", "query without keys"],
)
def test_attention_is_keras(settings):
    compare_function("ops.dot_product_attention", QUERY, KEY, VALUE, **settings)


def test_causal_attention_is_keras():
    key = normal(2, 5, 4, 3)
    compare_function("ops.dot_product_attention", QUERY, key, key, is_causal=True, symbolic=True)
    compare_function(
        "ops.dot_product_attention", QUERY, key, key, mask=MASK[..., :5], is_causal=True
    )


@pytest.mark.parametrize("heads", [1, 2])
def test_shared_key_heads_are_keras(heads):
    compare_function(
        "ops.dot_product_attention", QUERY, normal(2, 6, heads, 3), normal(2, 6, heads, 3)
    )


def test_half_precision_stays():
    half = [x.astype("float16") for x in (QUERY, KEY, VALUE)]
    compare_function("ops.dot_product_attention", *half, gradients=False)
