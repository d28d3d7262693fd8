"""Random initializers: distributions, seeds, dtypes."""

import jax
import numpy as np
import pytest

import cornu as keras
from cornu import initializers
from cornu.core.seed_generator import SeedGenerator

RANDOM = (
    "GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform Orthogonal "
    "RandomNormal RandomUniform TruncatedNormal VarianceScaling"
).split()
SHAPE = (4, 6)
GOLDEN_UNIFORM = [[-1.1396451, -1.1964613], [0.27422094, -0.63307261]]
GOLDEN_TRUNCATED = [[0.059911035, 0.015559634], [-1.1644385, -0.13264713]]


@pytest.mark.parametrize("name", RANDOM)
def test_an_int_seed_gives_the_same_values_at_each_call(name):
    initializer = getattr(initializers, name)(seed=7)
    again = getattr(initializers, name)(seed=7)
    np.testing.assert_array_equal(initializer(SHAPE), initializer(SHAPE))
    np.testing.assert_array_equal(initializer(SHAPE), again(SHAPE))
    np.testing.assert_array_equal(initializer(SHAPE), initializer.clone()(SHAPE))


@pytest.mark.parametrize("name", RANDOM)
def test_a_generator_gives_new_values_at_each_call(name):
    initializer = getattr(initializers, name)(seed=SeedGenerator(7))
    again = getattr(initializers, name)(seed=SeedGenerator(7))
    first = initializer(SHAPE)
    assert (first != initializer(SHAPE)).any()
    np.testing.assert_array_equal(first, again(SHAPE))


def test_no_seed_means_one_drawn_at_construction():
    keras.utils.set_random_seed(1)
    first, second = initializers.RandomNormal(), initializers.RandomNormal()
    keras.utils.set_random_seed(1)
    again = initializers.RandomNormal()
    np.testing.assert_array_equal(first(SHAPE), again(SHAPE))
    np.testing.assert_array_equal(first(SHAPE), first(SHAPE))
    assert (first(SHAPE) != second(SHAPE)).any()
    assert first.get_config()["seed"] is None


def test_a_seed_generator_survives_a_round_trip():
    config = initializers.serialize(initializers.RandomNormal(seed=SeedGenerator(7)))
    again = initializers.deserialize(config)
    assert again.seed.initial_seed == 7
    assert initializers.serialize(again) == config


def test_values_do_not_change_from_release_to_release():
    values = initializers.GlorotUniform(seed=0)((2, 2))
    np.testing.assert_allclose(values, GOLDEN_UNIFORM, rtol=1e-6)
    values = initializers.TruncatedNormal(stddev=1.0, seed=0)((2, 2))
    np.testing.assert_allclose(values, GOLDEN_TRUNCATED, rtol=1e-6)


def test_moments_of_normal_values():
    values = np.asarray(initializers.RandomNormal(mean=2.0, stddev=0.5, seed=1)((100, 100)))
    assert values.mean() == pytest.approx(2.0, abs=0.02)
    assert values.std() == pytest.approx(0.5, abs=0.02)


def test_truncated_values_stay_within_two_deviations():
    values = np.asarray(initializers.TruncatedNormal(mean=1.0, stddev=0.5, seed=1)((100, 100)))
    assert np.abs(values - 1).max() <= 1.0
    assert values.std() == pytest.approx(0.5 * 0.8796, abs=0.01)


def test_uniform_values_fill_their_interval():
    values = np.asarray(initializers.RandomUniform(-1.0, 3.0, seed=1)((100, 100)))
    assert values.min() == pytest.approx(-1, abs=0.01)
    assert values.max() == pytest.approx(3, abs=0.01)
    assert values.mean() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("distribution", ["truncated_normal", "untruncated_normal", "uniform"])
def test_variance_is_scaled_by_the_fans(mode, distribution):
    initializer = initializers.VarianceScaling(2.0, mode, distribution, seed=1)
    fan = {"fan_in": 3 * 50, "fan_out": 3 * 150, "fan_avg": 3 * 100}[mode]
    assert np.var(initializer((3, 50, 150))) == pytest.approx(2 / fan, rel=0.05)


def test_given_axes_replace_the_rule_of_fans():
    initializer = initializers.GlorotUniform(seed=1, input_axes=(0,), output_axes=(1, -1))
    limit = np.abs(initializer((40, 50, 60))).max()
    assert limit == pytest.approx(np.sqrt(6 / (40 + 3000)), rel=1e-3)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 3, 4), (4, 2, 3, 5)])
def test_orthogonal_matrices_are_orthonormal(shape):
    matrix = np.asarray(initializers.Orthogonal(gain=2.0, seed=1)(shape)).reshape(-1, shape[-1])
    tall = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
    np.testing.assert_allclose(tall.T @ tall, 4 * np.eye(tall.shape[1]), atol=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_values_have_the_dtype_asked_for(dtype):
    values = initializers.HeNormal(seed=1)(SHAPE, dtype=dtype)
    assert isinstance(values, jax.Array)
    assert values.dtype == dtype


@pytest.mark.parametrize("shape", [(), (0, 3), (1,)])
def test_small_shapes_work(shape):
    assert initializers.GlorotUniform(seed=1)(shape).shape == shape
    assert initializers.TruncatedNormal(seed=1)(shape).shape == shape


def test_an_int_seed_works_inside_a_compiled_function():
    initializer = initializers.RandomNormal(seed=3)
    np.testing.assert_array_equal(jax.jit(lambda: initializer(SHAPE))(), initializer(SHAPE))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initializers.RandomNormal(seed="a"), "seed of RandomNormal"),
        (lambda: initializers.RandomNormal()((2,), dtype="int32"), "int32"),
        (lambda: initializers.VarianceScaling(scale=0), "scale"),
        (lambda: initializers.VarianceScaling(mode="fan"), "fan_in, fan_out, fan_avg"),
        (lambda: initializers.VarianceScaling(distribution="beta"), "distribution"),
        (lambda: initializers.Orthogonal()((3,)), "rank 2"),
        (lambda: initializers.Identity()((3,)), "two dimensions"),
        (lambda: initializers.STFT(side="left"), "side"),
        (lambda: initializers.STFT(scaling="half"), "scaling"),
        (lambda: initializers.STFT()((4, 2, 3)), "frame, 1, frequencies"),
        (lambda: initializers.STFT(window=[1.0])((4, 1, 3)), "4 values"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
