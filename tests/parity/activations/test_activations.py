"""Activation functions against Keras: values, gradients, names."""

import keras
import numpy as np
import pytest

import cornu
from cornu.ops import keras_names
from tests.parity.oracle import comparable_config, compare_function

NAMES = (
    "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh "
    "leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink "
    "softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh "
    "tanh_shrink"
).split()
X = np.array([[-7.3, -2.9, -0.3, -1.8], [0.2, 0.7, 2.1, 5.4]], "float32")


@pytest.mark.parametrize("name", NAMES)
def test_values_and_gradients_are_keras(name):
    compare_function(f"activations.{name}", X)


@pytest.mark.parametrize(
    "settings",
    [
        {"negative_slope": 0.1},
        {"max_value": 2.0},
        {"threshold": 0.5},
        {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.5},
        {"max_value": 0.0},
    ],
    ids=str,
)
def test_relu_with_settings_is_keras(settings):
    compare_function("activations.relu", X, symbolic=True, **settings)


def test_the_node_of_relu_has_keras_class_and_config():
    ours, theirs = (
        module.activations.relu(module.KerasTensor((None, 4)), max_value=6)._keras_history.operation
        for module in (cornu, keras)
    )
    assert keras_names.to_keras(ours.op.name) == (type(theirs).__module__, type(theirs).__name__)
    assert comparable_config(ours) == comparable_config(theirs)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_keras(name):
    ours, theirs = cornu.activations.get(name), keras.activations.get(name)
    assert ours is getattr(cornu.activations, name)
    assert cornu.activations.serialize(ours) == keras.activations.serialize(theirs)


def test_a_function_of_the_user_is_written_as_in_keras():
    def double(x):
        return 2 * x

    config = cornu.activations.serialize(double)
    assert config == keras.activations.serialize(double)
    assert cornu.activations.deserialize(config, {"double": double}) is double
