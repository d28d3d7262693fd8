"""Random tensors: seeds, ranges, errors."""

import jax
import numpy as np
import pytest

import cornu as keras


def test_the_same_int_seed_gives_the_same_values():
    a, b = (keras.random.uniform((5,), seed=3) for _ in range(2))
    np.testing.assert_array_equal(a, b)


def test_no_seed_gives_other_values_each_time():
    a, b = (keras.random.uniform((5,)) for _ in range(2))
    assert (a != b).any()


def test_truncated_normal_stays_within_two_standard_deviations():
    x = keras.random.truncated_normal((1000,), mean=1.0, stddev=3.0, seed=1)
    assert np.abs(x - 1.0).max() <= 6.0


def test_randint_leaves_out_the_upper_end():
    values = np.unique(keras.random.randint((500,), 2, 5, seed=1))
    np.testing.assert_array_equal(values, [2, 3, 4])


@pytest.mark.parametrize("name", ["uniform", "normal", "truncated_normal"])
def test_an_integer_dtype_is_refused_for_floats(name):
    with pytest.raises(ValueError, match=f"random.{name} draws floats; got dtype 'int32'"):
        getattr(keras.random, name)((2,), dtype="int32", seed=1)


def test_a_float_dtype_is_refused_for_integers():
    with pytest.raises(ValueError, match="draws integers; got dtype 'float32'"):
        keras.random.randint((2,), 0, 5, dtype="float32", seed=1)


def test_logits_of_another_rank_are_refused():
    with pytest.raises(ValueError, match="shape \\(batch, classes\\)"):
        keras.random.categorical(np.zeros(3, "float32"), 2)


def test_shuffle_keeps_slices_whole():
    x = np.arange(20).reshape(10, 2)
    shuffled = np.asarray(keras.random.shuffle(x, seed=1))
    np.testing.assert_array_equal(shuffled[:, 0] + 1, shuffled[:, 1])
    np.testing.assert_array_equal(np.sort(shuffled[:, 0]), x[:, 0])


def test_dropout_keeps_the_expected_share_and_scales_it():
    x = np.ones((400, 100), "float32")
    y = np.asarray(keras.random.dropout(x, 0.25, seed=1))
    np.testing.assert_allclose(np.unique(y), [0.0, 4 / 3], rtol=1e-6)
    np.testing.assert_allclose((y == 0).mean(), 0.25, atol=0.01)


def test_dropout_of_everything_gives_zeros():
    y = keras.random.dropout(np.ones((4,), "float32"), 1.0, seed=1)
    np.testing.assert_array_equal(y, np.zeros(4))


def test_dropout_removes_infinities_it_drops():
    y = keras.random.dropout(np.full((100,), np.inf, "float32"), 0.5, seed=1)
    assert not np.isnan(y).any()


def test_a_noise_shape_of_another_rank_is_refused():
    with pytest.raises(ValueError, match="as many axes"):
        keras.random.dropout(np.ones((2, 3), "float32"), 0.5, noise_shape=(2,), seed=1)


def test_random_functions_compile():
    draw = jax.jit(lambda seed: keras.random.normal((3,), seed=seed))
    seed = np.array([3, 0], "uint32")
    np.testing.assert_array_equal(draw(seed), keras.random.normal((3,), seed=3))
