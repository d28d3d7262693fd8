"""Random tensors for a given seed, against Keras on JAX: both draw from threefry."""

import numpy as np
import pytest

from tests.parity.oracle import compare_function

CASES = {
    "normal": ("normal", {"shape": (3, 4), "mean": 1.0, "stddev": 2.0}),
    "normal_in_half_precision": ("normal", {"shape": (3,), "dtype": "float16"}),
    "truncated_normal": ("truncated_normal", {"shape": (5,), "mean": 1.0, "stddev": 0.5}),
    "uniform": ("uniform", {"shape": (3, 4), "minval": 1, "maxval": 2}),
    "uniform_in_bfloat16": ("uniform", {"shape": (3,), "dtype": "bfloat16"}),
    "randint": ("randint", {"shape": (6,), "minval": 1, "maxval": 9}),
    "randint_of_uint8": ("randint", {"shape": (6,), "minval": 1, "maxval": 9, "dtype": "uint8"}),
    "gamma": ("gamma", {"shape": (3,), "alpha": 2.0}),
    "beta": ("beta", {"shape": (3,), "alpha": 2.0, "beta": 3.0}),
    "binomial": ("binomial", {"shape": (3,), "counts": 10, "probabilities": 0.5}),
}


@pytest.mark.parametrize("seed", [1, 12345])
@pytest.mark.parametrize("name, settings", CASES.values(), ids=CASES.keys())
def test_values_agree_with_keras(name, settings, seed):
    compare_function(f"random.{name}", gradients=False, seed=seed, **settings)


def test_categorical_agrees_with_keras():
    logits = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]], "float32"))
    compare_function("random.categorical", logits, 20, gradients=False, seed=1)


def test_a_generator_gives_keras_sequence_of_values():
    def two_draws(side):
        generator = side.random.SeedGenerator(7)
        return [side.random.normal((3,), seed=generator) for _ in range(2)]

    compare_function(two_draws, gradients=False)


def test_shuffle_of_a_vector_agrees_with_keras():
    compare_function("random.shuffle", np.arange(10), gradients=False, seed=3)
