"""The warp against images that are continued far beyond their borders."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from cornu import kernels
from cornu.kernels.warp import FILL_MODES

RNG = np.random.default_rng(0)
ROWS = jnp.asarray(RNG.uniform(-25, 30, (2, 6, 7)), "float32")
COLUMNS = jnp.asarray(RNG.uniform(-25, 30, (2, 6, 7)), "float32")
# Whole and half coordinates, where rounding and ties are decided.
HALVES = jnp.asarray(RNG.integers(-40, 40, (2, 6, 7)) / 2, "float32")

# How far the definition continues images, and what NumPy calls the fill modes.
FAR = 40
PAD_MODES = {
    "constant": "constant",
    "nearest": "edge",
    "wrap": "wrap",
    "mirror": "reflect",
    "reflect": "symmetric",
}


def images(*shape, dtype="float32"):
    return jnp.asarray(RNG.uniform(0, 255, shape), "float32").astype(dtype)


def plain(x, rows, columns, order, fill_mode, fill_value=0.0):
    """The definition: images continued far beyond their borders, and interpolated there."""
    x, rows, columns = (np.asarray(a, "float64") for a in (x, rows, columns))
    settings = {"constant_values": fill_value} if fill_mode == "constant" else {}
    wide = np.pad(x, ((0, 0), (FAR, FAR), (FAR, FAR), (0, 0)), PAD_MODES[fill_mode], **settings)
    batch = np.arange(len(x))[:, None, None]

    def at(row, column):
        return wide[batch, row.astype(int) + FAR, column.astype(int) + FAR]

    if order == 0:
        return at(*(np.trunc(c + np.copysign(0.5, c)) for c in (rows, columns)))
    row, column = np.floor(rows), np.floor(columns)
    down, right = (rows - row)[..., None], (columns - column)[..., None]
    upper = at(row, column) * (1 - right) + at(row, column + 1) * right
    lower = at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right
    return upper * (1 - down) + lower * down


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("shape", [(2, 5, 8, 3), (2, 2, 1, 1)], ids=["image", "narrow"])
def test_values_equal_the_definition(order, fill_mode, shape):
    x = images(*shape)
    for rows, columns in [(ROWS, COLUMNS), (HALVES, HALVES[::-1])]:
        result = kernels.sample(x, rows, columns, order, fill_mode, 7.0)
        expected = plain(x, rows, columns, order, fill_mode, 7.0)
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=2e-3)


@pytest.mark.parametrize("fill_mode", ["constant", "reflect"])
def test_gradients_are_slopes(fill_mode):
    def total(x, rows, columns):
        return jnp.sum(kernels.sample(x, rows, columns, 1, fill_mode) ** 2)

    with jax.enable_x64(True):
        x, rows, columns = (a.astype("float64") for a in (images(2, 5, 8, 2) / 255, ROWS, COLUMNS))
        check_grads(total, (x, rows / 4, columns / 4), order=1, modes=["rev"], rtol=0.02, atol=0.02)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "bfloat16"])
@pytest.mark.parametrize("order", [0, 1])
def test_the_dtype_stays(order, dtype):
    x = images(2, 5, 8, 3, dtype=dtype)
    result = kernels.sample(x, ROWS, COLUMNS, order, "constant", 3.0)
    expected = plain(x.astype("float32"), ROWS, COLUMNS, order, "constant", 3.0)
    assert result.dtype == x.dtype
    np.testing.assert_allclose(result.astype("float32"), expected, rtol=1e-2, atol=0.51)


def test_a_map_of_eight_numbers_projects():
    x = images(1, 5, 8, 3)
    maps = jnp.array([[1.0, 0.1, 0.5, -0.2, 0.9, 1.0, 0.01, 0.02]])
    row, column = jnp.meshgrid(jnp.arange(5.0), jnp.arange(8.0), indexing="ij")
    scale = 0.01 * column + 0.02 * row + 1
    rows, columns = (-0.2 * column + 0.9 * row + 1) / scale, (column + 0.1 * row + 0.5) / scale
    expected = plain(x, rows[None], columns[None], 1, "nearest")
    np.testing.assert_allclose(
        kernels.warp(x, maps, fill_mode="nearest"), expected, rtol=1e-4, atol=1e-3
    )


def test_the_identity_changes_no_bit():
    x = images(2, 5, 8, 3)
    maps = jnp.tile(jnp.array([1.0, 0, 0, 0, 1, 0]), (2, 1))
    for fill_mode in FILL_MODES:
        np.testing.assert_array_equal(kernels.warp(x, maps, fill_mode=fill_mode), x)


def test_coordinates_that_are_no_numbers_stay_inside_of_memory():
    at = jnp.array([[[jnp.nan, jnp.inf, -jnp.inf]]])
    for order in (0, 1):
        assert kernels.sample(images(1, 4, 4, 1), at, at, order, "reflect").shape == (1, 1, 3, 1)
