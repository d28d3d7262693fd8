"""Initializers against Keras: configs, names, deterministic values, limits of random ones."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import compare_config, compare_function

NAMES = (
    "Constant GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform Ones "
    "Orthogonal RandomNormal RandomUniform STFT TruncatedNormal VarianceScaling Zeros"
).split()
SETTINGS = [
    ("Constant", {"value": 2}),
    ("GlorotUniform", {"seed": 3, "input_axes": [0], "output_axes": [1, 2]}),
    ("Orthogonal", {"gain": 0.5, "seed": 1}),
    ("RandomNormal", {"mean": 1.0, "stddev": 0.5, "seed": 1}),
    ("RandomUniform", {"minval": 1.0, "maxval": 1.5}),
    ("STFT", {"side": "imag", "window": "hamming", "scaling": None, "periodic": True}),
    ("VarianceScaling", {"scale": 2.0, "mode": "fan_out", "distribution": "normal"}),
]
ALIASES = (
    "IdentityInitializer OrthogonalInitializer STFTInitializer constant glorot_normal "
    "glorot_uniform he_normal he_uniform identity lecun_normal lecun_uniform normal one ones "
    "orthogonal random_normal random_uniform stft truncated_normal uniform variance_scaling zero "
    "zeros"
).split()
SHAPES = [(30,), (30, 40), (3, 30, 40), (2, 3, 30, 40)]


@pytest.mark.parametrize("name", NAMES)
def test_default_config_is_keras(name):
    compare_config(f"initializers.{name}")


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_config_is_keras(name, settings):
    compare_config(f"initializers.{name}", settings)


@pytest.mark.parametrize("name", [name for name in ALIASES if name != "constant"])
def test_names_are_keras(name):
    ours, theirs = cornu.initializers.get(name), keras.initializers.get(name)
    assert type(ours).__name__ == type(theirs).__name__


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_each_library_reads_what_the_other_wrote(name, settings):
    ours = getattr(cornu.initializers, name)(**settings)
    theirs = getattr(keras.initializers, name)(**settings)
    config = cornu.initializers.serialize(ours)
    assert config == keras.initializers.serialize(theirs)
    assert cornu.initializers.deserialize(config).get_config() == ours.get_config()
    assert keras.initializers.deserialize(config).get_config() == theirs.get_config()


@pytest.mark.parametrize(
    ("name", "settings", "shape"),
    [
        ("Zeros", {}, (2, 3)),
        ("Ones", {}, (2, 3)),
        ("Constant", {"value": 2.5}, (2, 3)),
        ("Constant", {"value": [1.0, 2.0, 3.0]}, (2, 3)),
        ("Identity", {"gain": 2.0}, (3, 4)),
        ("STFT", {}, (6, 1, 4)),
        ("STFT", {"side": "imag", "scaling": "spectrum"}, (6, 1, 4)),
        ("STFT", {"periodic": True, "scaling": None, "window": "hamming"}, (5, 1, 6)),
        ("STFT", {"window": None}, (6, 1, 3)),
        ("STFT", {"window": [0.0, 1.0, 2.0, 3.0]}, (4, 1, 3)),
    ],
)
def test_values_without_randomness_are_keras(name, settings, shape):
    compare_function(
        lambda keras: getattr(keras.initializers, name)(**settings)(shape), tolerance=2e-6
    )


@pytest.mark.parametrize("dtype", [None, "float16", "bfloat16", "float64", "int32", "bool"])
@pytest.mark.parametrize("name", ["Zeros", "Ones"])
def test_dtypes_are_keras(name, dtype):
    compare_function(lambda keras: getattr(keras.initializers, name)()((2,), dtype=dtype))


@pytest.mark.parametrize("name", ["GlorotUniform", "HeUniform", "LecunUniform"])
@pytest.mark.parametrize("shape", SHAPES)
def test_uniform_ranges_are_keras(name, shape):
    ours, theirs = (
        np.abs(getattr(module.initializers, name)(seed=1)(shape)).max() for module in (cornu, keras)
    )
    # The largest of n values lies within about 1/n of the limit.
    np.testing.assert_allclose(ours, theirs, rtol=20 / np.prod(shape))


@pytest.mark.parametrize("name", ["GlorotNormal", "HeNormal", "LecunNormal"])
@pytest.mark.parametrize("shape", SHAPES[1:])
def test_deviations_of_normal_values_are_keras(name, shape):
    ours, theirs = (getattr(module.initializers, name)(seed=1)(shape) for module in (cornu, keras))
    np.testing.assert_allclose(np.std(ours), np.std(theirs), rtol=0.1)
    np.testing.assert_allclose(np.abs(ours).max(), np.abs(theirs).max(), rtol=0.02)
