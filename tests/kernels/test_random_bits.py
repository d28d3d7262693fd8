"""Smoke tests of the generator's statistics, with fixed keys; the bounds are far from chance."""

import importlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from cornu import kernels

random_bits = importlib.import_module("cornu.kernels.random_bits")

SIZE = 2**18
KEYS = [(0, 0), (0, 1), (1, 0), (42, 7), (2**32 - 1, 2**32 - 1), (0x9E3779B9, 0x9E3779B9)]


def bits(key, *shape):
    return np.asarray(kernels.random_bits(jnp.array(key, "uint32"), shape))


def chi_square(values, cells):
    counts = np.bincount(values, minlength=cells)
    expected = values.size / cells
    statistic = np.sum((counts - expected) ** 2) / expected
    # Standardized: about normal for many cells.
    return (statistic - (cells - 1)) / np.sqrt(2 * (cells - 1))


def correlation(a, b):
    return np.corrcoef(a.astype("float64"), b.astype("float64"))[0, 1] * np.sqrt(a.size)


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_each_byte_is_uniform(key):
    words = bits(key, SIZE)
    scores = [chi_square(words >> shift & 255, 256) for shift in (0, 8, 16, 24)]
    assert np.max(np.abs(scores)) < 5


@pytest.mark.parametrize("key", KEYS, ids=str)
@pytest.mark.parametrize("lag", [1, 2, 64, 4096])
def test_neighbors_are_independent(key, lag):
    words = bits(key, SIZE)
    assert abs(correlation(words[:-lag], words[lag:])) < 5
    pairs = (words[:-lag] >> 28) * 16 + (words[lag:] >> 28)
    assert abs(chi_square(pairs, 256)) < 5


def test_each_bit_is_balanced():
    words = bits((3, 5), SIZE)
    ones = np.array([np.count_nonzero(words >> i & 1) for i in range(32)])
    assert np.max(np.abs(ones - SIZE / 2) / np.sqrt(SIZE / 4)) < 5


@pytest.mark.parametrize(
    "other",
    [(10, 21), (11, 20), (10, 20 ^ 2**31), (20, 10), (10, 20 + 0x9E3779B9), (10, 20 + 2**20)],
    ids=str,
)
def test_streams_of_different_keys_are_unrelated(other):
    a, b = bits((10, 20), SIZE), bits(other, SIZE)
    assert abs(correlation(a, b)) < 5
    assert abs(correlation(a[1:], b[:-1])) < 5
    assert abs(chi_square((a >> 28) * 16 + (b >> 28), 256)) < 5
    # No value sits where it sat before, and the streams are no shifted copies.
    assert np.mean(a == b) < 1e-4
    assert np.intersect1d(a[:1000], b).size < 10


@pytest.mark.parametrize("first", [0, 2**16, 2**32 - 1000], ids=str)
def test_a_unit_is_dropped_at_the_given_rate_over_consecutive_keys(first):
    steps, units, rate = 2000, 512, 0.3
    seconds = (first + np.arange(steps, dtype="uint64")).astype("uint32")
    keys = jnp.stack([jnp.full(steps, 1337, "uint32"), jnp.asarray(seconds)], axis=1)
    kept = np.asarray(jax.vmap(lambda key: kernels.dropout_mask(key, (units,), rate))(keys))
    score = (kept - (1 - rate)) / np.sqrt(rate * (1 - rate))
    assert np.max(np.abs(score.sum(0) / np.sqrt(steps))) < 5
    assert np.max(np.abs(score.sum(1) / np.sqrt(units))) < 5
    assert abs(np.sum(score[1:] * score[:-1]) / np.sqrt((steps - 1) * units)) < 5
    assert abs(np.sum(score[:, 1:] * score[:, :-1]) / np.sqrt(steps * (units - 1))) < 5


def test_rows_of_a_huge_array_do_not_repeat():
    key = jnp.array([1, 2], "uint32")
    keys = random_bits.row_keys(key, jnp.arange(4, dtype="uint32"))
    columns = jnp.arange(2**14, dtype="uint32")
    rows = np.asarray(jax.vmap(random_bits.hashed, (0, None))(keys, columns))
    assert np.max(np.abs(np.corrcoef(rows) - np.eye(4))) < 5 / np.sqrt(2**14)


def test_an_array_beyond_32_bits_of_index_keeps_its_shape():
    shape = (3, 2**31 + 5)
    result = jax.eval_shape(lambda key: kernels.random_bits(key, shape), jnp.zeros(2, "uint32"))
    assert (result.shape, result.dtype) == (shape, jnp.uint32)


def test_the_bits_are_the_same_compiled_mapped_and_scanned():
    keys = jnp.array([[1, 2], [3, 4]], "uint32")
    expected = np.stack([bits(key, 3, 5) for key in keys])
    mapped = jax.jit(jax.vmap(lambda key: kernels.random_bits(key, (3, 5))))(keys)
    scanned = lax.scan(lambda _, key: (0, kernels.random_bits(key, (3, 5))), 0, keys)[1]
    np.testing.assert_array_equal(mapped, expected)
    np.testing.assert_array_equal(scanned, expected)


def test_the_stream_never_changes():
    # Anything else would break the reproducibility of published runs.
    assert bits((1, 2), 4).tolist() == [3092905927, 4263102988, 2071756310, 120089316]


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_uniform_numbers_fill_the_half_open_unit_interval(dtype):
    x = kernels.uniform(jnp.array([1, 2], "uint32"), (SIZE,), dtype)
    x = np.asarray(x.astype("float32"))
    assert x.min() >= 0 and x.max() < 1
    deviation = np.sqrt(1 / 12)
    step = 2.0 ** -(jnp.finfo(dtype).nmant + 1)
    assert abs(x.mean() - (0.5 - step / 2)) < 5 * deviation / np.sqrt(SIZE)
    assert abs(x.std() - deviation) < 0.01


def test_uniform_doubles_use_all_their_digits():
    with jax.enable_x64(True):
        x = np.asarray(kernels.uniform(jnp.array([1, 2], "uint32"), (1000,), "float64"))
    assert x.dtype == np.float64
    assert np.unique(x * 2**53 % 2**20).size > 990


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_share_of_kept_elements_follows_the_rate(rate):
    key = jnp.array([8, 9], "uint32")
    kept = np.asarray(kernels.dropout_mask(key, (SIZE,), rate))
    assert kept.dtype == np.bool_
    bound = 5 * np.sqrt(rate * (1 - rate) / SIZE)
    assert abs(kept.mean() - (1 - rate)) < bound
    traced = jax.jit(lambda rate: kernels.dropout_mask(key, (SIZE,), rate))(rate)
    assert abs(np.asarray(traced).mean() - (1 - rate)) < bound
