"""Constraints: the sets they project to, lookup, edge cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cornu import constraints

ELEMENTS = st.floats(-100, 100, width=32, allow_subnormal=False)
WEIGHTS = hnp.arrays("float32", (4, 3), elements=ELEMENTS)


@settings(max_examples=30, deadline=None)
@given(WEIGHTS)
def test_no_vector_is_longer_than_allowed(w):
    norms = np.linalg.norm(constraints.MaxNorm(2.0)(w), axis=0)
    assert (norms <= 2.0 + 1e-5).all()


@settings(max_examples=30, deadline=None)
@given(WEIGHTS)
def test_no_weight_is_negative(w):
    result = np.asarray(constraints.NonNeg()(w))
    assert (result >= 0).all()
    np.testing.assert_array_equal(result[w > 0], w[w > 0])


def test_a_zero_vector_stays_zero():
    w = np.zeros((2, 2), "float32")
    for name in ("max_norm", "unit_norm", "min_max_norm"):
        np.testing.assert_array_equal(constraints.get(name)(w), w)


def test_weights_keep_their_dtype():
    w = np.ones((2, 2), "float16")
    for name in ("max_norm", "unit_norm", "min_max_norm", "non_neg"):
        assert constraints.get(name)(w).dtype == "float16"


def test_configs_survive_a_round_trip():
    config = constraints.serialize(constraints.MinMaxNorm(0.1, 0.2, 0.3, [0, 1]))
    assert constraints.serialize(constraints.deserialize(config)) == config


def test_functions_none_and_misspellings():
    assert constraints.get(None) is None
    assert constraints.get(np.abs) is np.abs
    with pytest.raises(ValueError, match=r"constraint named 'maxnorm'.*Did you mean"):
        constraints.get("maxnorm")
