"""Under half precision a layer that computes in float32 sees its inputs before they are cast.

Each such layer is compared with NumPy in float64, on inputs that half precision cannot hold: of a
large mean and a small spread, large, narrow, years, ids.
"""

import jax
import numpy as np
import pytest

import cornu as keras
from tests.contracts.layer_table import LAYERS

POLICIES = ("mixed_float16", "mixed_bfloat16", "float16", "bfloat16")
# Next to 60000 float32 itself leaves 0.004.
DIGITS = {"mixed_float16": 5e-3, "float16": 5e-3, "mixed_bfloat16": 8e-3, "bfloat16": 8e-3}

BASE = np.random.default_rng(0).normal(size=(6, 8)).astype("float32")
INPUTS = {
    "plain": BASE,
    "large mean": BASE + 1000,
    "beyond float16": 3 * BASE + 60000,
    "squares overflow": BASE * 3e4,
    "huge": BASE * 1e6,
    "narrow": 1 + BASE * 1e-3,
}


def centered(x, axis, epsilon=1e-3):
    deviation = np.sqrt(x.var(axis, keepdims=True) + epsilon)
    return (x - x.mean(axis, keepdims=True)) / deviation


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# The layer, what NumPy makes of the inputs, and arguments of the call.
IN_FLOAT32 = {
    "LayerNormalization": (lambda layers, d: layers.LayerNormalization(dtype=d), centered, {}),
    "GroupNormalization": (
        lambda layers, d: layers.GroupNormalization(2, dtype=d),
        lambda x, _: centered(x.reshape(6, 2, 4), -1).reshape(6, 8),
        {},
    ),
    "BatchNormalization": (
        lambda layers, d: layers.BatchNormalization(dtype=d),
        lambda x, _: centered(x, 0),
        {"training": True},
    ),
    "RMSNormalization": (
        lambda layers, d: layers.RMSNormalization(dtype=d),
        lambda x, _: x / np.sqrt(np.mean(x**2, -1, keepdims=True) + 1e-6),
        {},
    ),
    "UnitNormalization": (
        lambda layers, d: layers.UnitNormalization(dtype=d),
        lambda x, _: x / np.linalg.norm(x, axis=-1, keepdims=True),
        {},
    ),
    "Softmax": (lambda layers, d: layers.Softmax(dtype=d), lambda x, _: softmax(x), {}),
    "Normalization": (
        lambda layers, d: layers.Normalization(mean=1000.0, variance=4.0, dtype=d),
        lambda x, _: (x - 1000) / 2,
        {},
    ),
    "Rescaling": (
        lambda layers, d: layers.Rescaling(1e-3, offset=-60.0, dtype=d),
        lambda x, _: x * 1e-3 - 60,
        {},
    ),
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", IN_FLOAT32)
def test_layers_that_compute_in_float32_lose_no_digits_of_their_inputs(name, policy):
    make, reference, settings = IN_FLOAT32[name]
    for label, x in INPUTS.items():
        outputs = make(keras.layers, policy)(x, **settings)
        assert outputs.dtype == policy.removeprefix("mixed_"), label
        wanted = reference(x.astype("float64"), -1)
        if np.abs(wanted).max() > 65504:
            continue  # It does not fit float16, whatever is done.
        limit = DIGITS[policy] * max(1, np.abs(wanted).max())
        np.testing.assert_allclose(
            np.asarray(outputs, "float64"), wanted, atol=limit, err_msg=label
        )


# Layers whose outputs under half precision depend on what the cast took away, and why that is so.
MULTIPLY = "matrix products and convolutions are what half precision is for"
CAST_FIRST = {
    **dict.fromkeys(
        "GroupQueryAttention MultiHeadAttention Conv1D Conv2D Conv3D Conv1DTranspose "
        "Conv2DTranspose Conv3DTranspose DepthwiseConv1D DepthwiseConv2D SeparableConv1D "
        "SeparableConv2D Dense EinsumDense RNN SimpleRNN LSTM GRU Bidirectional StackedRNNCells "
        "LSTMCell GRUCell SimpleRNNCell ConvLSTM1D ConvLSTM2D ConvLSTM3D SpectralNormalization "
        "TimeDistributed Attention AdditiveAttention Dot".split(),
        MULTIPLY,
    ),
}


@pytest.mark.parametrize("name", sorted(LAYERS.keys() - CAST_FIRST.keys()))
def test_other_layers_agree_with_float32_around_a_thousand(name):
    case = LAYERS[name]
    inputs = jax.tree.map(lambda x: x + 1000 if x.dtype.kind == "f" else x, list(case.inputs))

    def run(policy, weights=None):
        keras.config.set_dtype_policy(policy)
        layer = case.make(keras.layers)
        outputs = layer(*inputs)
        if weights is not None:
            layer.set_weights(weights)
            outputs = layer(*inputs)
        return layer.get_weights(), [np.asarray(x, "float64") for x in jax.tree.leaves(outputs)]

    try:
        weights, wanted = run("float32")
        _, found = run("mixed_bfloat16", weights)
    finally:
        keras.config.set_dtype_policy("float32")
    for ours, theirs in zip(found, wanted):
        np.testing.assert_allclose(ours, theirs, rtol=1e-2, atol=1e-2)


@pytest.fixture
def bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


def test_differences_and_means_of_large_numbers_keep_their_digits(bfloat16):
    x, y = (np.array([[v]], "float32") for v in (2003.0, 2001.0))
    assert keras.layers.Subtract()([x, y]).tolist() == [[2.0]]
    keras.config.set_dtype_policy("mixed_float16")
    mean = keras.layers.Average()([x * 30, y * 30])
    assert (mean.dtype, mean.tolist()) == ("float16", [[np.float16(60060.0)]])
    assert keras.layers.Add()([np.array([[1]]), np.array([[2]])]).dtype == "int32"


YEARS = np.arange(1998, 2023).reshape(-1, 1)
READERS = {
    "Normalization": lambda layers: layers.Normalization(mean=2010.0, variance=50.0),
    "Rescaling": lambda layers: layers.Rescaling(0.1, offset=-201.0),
    "Discretization": lambda layers: layers.Discretization(list(np.arange(1998.5, 2023))),
    "CategoryEncoding": lambda layers: layers.CategoryEncoding(2050),
    "IntegerLookup": lambda layers: layers.IntegerLookup(vocabulary=YEARS[:, 0].tolist()),
    "Embedding": lambda layers: layers.Embedding(2050, 4),
    "Pipeline": lambda layers: layers.Pipeline([layers.Rescaling(0.1, offset=-201.0)]),
}


@pytest.mark.parametrize("dtype", ["int64", "float32"])
@pytest.mark.parametrize("name", READERS)
def test_years_stay_apart(name, dtype, bfloat16):
    years = YEARS.astype(dtype)
    layer = READERS[name](keras.layers)
    inputs = keras.Input((1,))
    for model in (layer, keras.Sequential([keras.Input((1,)), layer])):
        rows = np.asarray(model(years), "float32").reshape(25, -1)
        assert len(np.unique(rows, axis=0)) == 25
    rows = keras.Model(inputs, layer(inputs)).predict(years, verbose=0).astype("float32")
    assert len(np.unique(rows.reshape(25, -1), axis=0)) == 25


def test_normalization_adapts_to_years_under_pure_half_precision():
    layer = keras.layers.Normalization(dtype="bfloat16")
    layer.adapt(YEARS.astype("float32"))
    outputs = np.asarray(layer(YEARS.astype("float32")), "float64")
    np.testing.assert_allclose(outputs, (YEARS - 2010) / np.sqrt(52), atol=8e-3)


def test_masking_tells_neighbors_of_the_mask_value_from_it(bfloat16):
    x = np.array([[[-999.0], [-1000.0], [0.0]]], "float32")
    outputs = keras.layers.Masking(-999.0)(x)
    assert outputs._keras_mask.tolist() == [[False, True, True]]
    assert outputs.dtype == "bfloat16"


LARGE = 2**24


def table_of_large_ids():
    table = keras.layers.Embedding(LARGE + 4, 1, embeddings_initializer="zeros")
    table.build()
    rows = np.zeros((LARGE + 4, 1), "float32")
    rows[LARGE:, 0] = [1, 2, 3, 4]
    table.set_weights([rows])
    return table


def test_large_ids_behind_a_default_input_are_not_their_neighbors():
    table, ids = table_of_large_ids(), np.arange(LARGE, LARGE + 4).reshape(-1, 1)
    inputs = keras.Input((1,))
    for model in (keras.Sequential([keras.Input((1,)), table]), keras.Model(inputs, table(inputs))):
        assert np.asarray(model(ids)).ravel().tolist() == [1, 2, 3, 4]
        assert model.predict(ids, verbose=0).ravel().tolist() == [1, 2, 3, 4]


def test_a_warning_says_that_floats_cannot_hold_the_ids():
    layer = keras.layers.Embedding(3000, 1, name="words")
    layer(np.zeros((1, 2), "float32"))
    with pytest.warns(UserWarning, match=r"'words' got its ids as float16.*up to 2048 only"):
        layer(np.zeros((1, 2), "float16"))


def test_an_input_that_others_read_too_is_cast_for_them():
    inputs = keras.Input((2,))
    outputs = [keras.layers.Embedding(9, 1)(inputs), keras.layers.Dense(1)(inputs)]
    first, second = keras.Model(inputs, outputs)(np.array([[1, 2]]))
    assert first.dtype == second.dtype == "float32"
