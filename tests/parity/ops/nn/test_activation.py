"""Activation operations against Keras: values, gradients, dtypes, symbolic results."""

import numpy as np
import pytest

from tests.parity.oracle import compare_function

NAMES = (
    "celu elu gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu log_sigmoid "
    "log_softmax relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus "
    "sparse_sigmoid sparsemax squareplus swish hard_swish tanh_shrink"
).split()
# No value lies on a kink, where a subgradient may be chosen freely.
# In both rows sparsemax picks one winner: Keras is wrong where it should pick more.
VALUES = np.array([[-7.3, -2.9, -0.3, -1.8], [0.2, 0.7, 2.1, 8.4]], "float32")
EXTREME = np.array([[-1e4, -90.0, 0.0, 30.0], [-30.0, 1e-6, 90.0, 1e4]], "float32")
INTEGERS = np.array([[-3, 0], [1, 7]], "int32")
# Keras refuses integers in these or warns; here they become floats, as everywhere else.
NOT_FOR_INTEGERS = {"sigmoid", "silu", "swish", "glu", "log_softmax"}
SETTINGS = [
    ("celu", {"alpha": 0.7}),
    ("elu", {"alpha": 0.5}),
    ("gelu", {"approximate": False}),
    ("glu", {"axis": 0}),
    ("hard_shrink", {"threshold": 1.1}),
    ("leaky_relu", {"negative_slope": 0.01}),
    ("log_softmax", {"axis": 0}),
    ("log_softmax", {"axis": (0, 1)}),
    ("soft_shrink", {"threshold": 1.1}),
    ("softmax", {"axis": 0}),
    ("softmax", {"axis": (0, 1)}),
    ("softmax", {"axis": None}),
    ("squareplus", {"b": 1.5}),
    ("threshold", {"threshold": 0.5, "default_value": -2.0}),
]


@pytest.mark.parametrize("name", NAMES)
def test_values_gradients_and_symbolic_results_are_keras(name):
    compare_function(f"ops.{name}", VALUES, symbolic=True)


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_settings_mean_the_same(name, settings):
    compare_function(f"ops.{name}", VALUES, **settings)


@pytest.mark.parametrize("name", NAMES)
def test_extreme_inputs_give_the_same_values(name):
    compare_function(f"ops.{name}", EXTREME, gradients=False)


@pytest.mark.parametrize("name", NAMES)
def test_half_precision_stays(name):
    compare_function(f"ops.{name}", VALUES.astype("float16"), gradients=False)


@pytest.mark.parametrize("name", sorted(set(NAMES) - NOT_FOR_INTEGERS))
def test_integers_give_the_same_dtype_and_values(name):
    compare_function(f"ops.{name}", INTEGERS, gradients=False)
