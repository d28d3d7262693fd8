"""Constraints against Keras: values, configs, names."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import compare_config, compare_function

W = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
CASES = [
    ("NonNeg", {}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.5, "axis": 1}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": [0, 1]}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 0.5, "max_value": 0.8, "rate": 0.3, "axis": 1}),
]


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_projections_are_keras(name, settings):
    compare_function(
        lambda keras, w: getattr(keras.constraints, name)(**settings)(w), W, gradients=False
    )


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_configs_are_keras(name, settings):
    compare_config(f"constraints.{name}", settings)
    ours = cornu.constraints.serialize(getattr(cornu.constraints, name)(**settings))
    assert ours == keras.constraints.serialize(getattr(keras.constraints, name)(**settings))


@pytest.mark.parametrize(
    "name", ["max_norm", "MaxNorm", "non_neg", "unit_norm", "min_max_norm", "UnitNorm"]
)
def test_names_are_keras(name):
    ours, theirs = cornu.constraints.get(name), keras.constraints.get(name)
    assert type(ours).__name__ == type(theirs).__name__
