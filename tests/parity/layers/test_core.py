"""Dense, EinsumDense, Embedding, wrappers and small layers against Keras."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import (
    assert_same,
    assert_same_config,
    compare_config,
    compare_function,
    compare_layer,
)


def floats(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


IDS = np.array([[0, 2, 1], [3, 0, 0]], "int32")

CASES = {
    "dense": ("layers.Dense", {"units": 3}, floats(2, 4)),
    "dense_of_a_sequence": ("layers.Dense", {"units": 3, "activation": "tanh"}, floats(2, 5, 4)),
    "dense_without_bias": ("layers.Dense", {"units": 3, "use_bias": False}, floats(2, 4)),
    "dense_of_integers": ("layers.Dense", {"units": 3}, IDS),
    "dense_with_everything": (
        "layers.Dense",
        {
            "units": 3,
            "activation": "relu",
            "kernel_initializer": "he_normal",
            "bias_initializer": "ones",
            "kernel_regularizer": "l2",
            "bias_regularizer": "l2",
            "activity_regularizer": "l2",
            "kernel_constraint": "max_norm",
            "bias_constraint": "non_neg",
        },
        floats(2, 4),
    ),
    "dense_with_lora": ("layers.Dense", {"units": 3, "lora_rank": 2}, floats(2, 4)),
    "einsum_dense_over_another_axis": (
        "layers.EinsumDense",
        {"equation": "abc,bd->adc", "output_shape": (3, 4), "bias_axes": "d"},
        floats(2, 5, 4),
    ),
    "einsum_dense_with_a_leading_ellipsis": (
        "layers.EinsumDense",
        {"equation": "...x,xy->...y", "output_shape": 3, "bias_axes": "y", "activation": "relu"},
        floats(2, 5, 4),
    ),
    "einsum_dense_with_a_trailing_ellipsis": (
        "layers.EinsumDense",
        {"equation": "ab...,bc->ac...", "output_shape": 3, "bias_axes": "c"},
        floats(2, 5, 4),
    ),
    "embedding": ("layers.Embedding", {"input_dim": 4, "output_dim": 3}, IDS),
    "embedding_with_a_mask": (
        "layers.Embedding",
        {"input_dim": 4, "output_dim": 3, "mask_zero": True},
        IDS,
    ),
    "embedding_with_lora": (
        "layers.Embedding",
        {"input_dim": 4, "output_dim": 3, "lora_rank": 2},
        IDS,
    ),
    "masking": (
        "layers.Masking",
        {"mask_value": 1.0},
        np.where(floats(2, 3, 1) > 0, floats(2, 3, 4), 1).astype("float32"),
    ),
    "activation": ("layers.Activation", {"activation": "gelu"}, floats(2, 4)),
    "no_activation": ("layers.Activation", {"activation": None}, floats(2, 4)),
    "identity": ("layers.Identity", {}, floats(2, 4)),
    "relu": ("layers.ReLU", {}, floats(2, 4)),
    "relu_with_settings": (
        "layers.ReLU",
        {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.2},
        floats(4, 5),
    ),
    "leaky_relu": ("layers.LeakyReLU", {}, floats(2, 4)),
    "prelu": ("layers.PReLU", {}, floats(2, 3, 4)),
    "prelu_with_shared_axes": (
        "layers.PReLU",
        {"shared_axes": [1], "alpha_regularizer": "l2"},
        floats(2, 3, 4),
    ),
    "elu": ("layers.ELU", {"alpha": 0.7}, floats(2, 4)),
    "softmax": ("layers.Softmax", {}, floats(2, 4)),
    "softmax_over_two_axes": ("layers.Softmax", {"axis": (1, 2)}, floats(2, 3, 4)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_layer_agrees_with_keras(case):
    compare_layer(*case)


# Keras does not see that an axis of the output has the size of the input's axis.
EINSUMS = {
    "one_axis": ("abc,cd->abd", (None, 3), {"bias_axes": "d"}, floats(2, 5, 4)),
    "to_heads": ("abc,cde->abde", (None, 3, 2), {"bias_axes": "de"}, floats(2, 5, 4)),
    "from_heads": ("abcd,cde->abe", (None, 3), {"bias_axes": "e"}, floats(2, 5, 3, 4)),
    "bias_over_one_axis": ("abc,cde->abde", (None, 3, 2), {"bias_axes": "d"}, floats(2, 5, 4)),
    "with_lora": ("abc,cde->abde", (None, 3, 2), {"lora_rank": 2}, floats(2, 5, 4)),
}


@pytest.mark.parametrize("equation, shape, settings, x", EINSUMS.values(), ids=EINSUMS.keys())
def test_einsum_dense_with_an_unstated_size_agrees_with_keras(equation, shape, settings, x):
    settings = {"equation": equation, "output_shape": shape, **settings}
    compare_layer("layers.EinsumDense", settings, x, symbolic=False)


WRAPPED = {
    "time_distributed_dense": (
        lambda keras: keras.layers.TimeDistributed(keras.layers.Dense(3, name="inner")),
        floats(2, 5, 4),
    ),
    "time_distributed_flatten": (
        lambda keras: keras.layers.TimeDistributed(keras.layers.Flatten(name="inner")),
        floats(2, 3, 4, 2),
    ),
}


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("case", WRAPPED.values(), ids=WRAPPED.keys())
def test_wrapper_agrees_with_keras(case, training):
    compare_layer(*case, training=training)


def spectral(side):
    return side.layers.SpectralNormalization(side.layers.Dense(3, name="inner"), power_iterations=2)


def test_spectral_normalization_agrees_with_keras_at_inference():
    compare_layer(spectral, floats(2, 4))


def test_spectral_normalization_agrees_with_keras_in_training():
    x = floats(2, 4)
    ours, theirs = spectral(cornu), spectral(keras)
    ours(x), theirs(x)
    ours.set_weights(theirs.get_weights())
    assert_same(ours(x, training=True), theirs(x, training=True), "outputs")
    assert_same(ours.get_weights(), theirs.get_weights(), "weights")


def test_time_distributed_statistics_change_from_step_to_step():
    def layer(keras):
        inner = keras.layers.BatchNormalization(momentum=0.5, name="inner")
        return keras.layers.TimeDistributed(inner)

    # With few samples the gradient through the variance magnifies rounding.
    compare_layer(layer, floats(6, 3, 2), training=True, symbolic=False, tolerance=1e-3)


def test_dense_in_half_precision_agrees_with_keras():
    settings = {"kernel_initializer": "ones", "dtype": "mixed_bfloat16"}
    compare_function(lambda side, x: side.layers.Dense(3, **settings)(x), floats(2, 4))


def test_embedding_in_half_precision_agrees_with_keras():
    settings = {"input_dim": 4, "output_dim": 3, "dtype": "mixed_bfloat16"}
    compare_layer("layers.Embedding", settings, IDS, tolerance=1e-2)


def test_softmax_gives_masked_scores_no_probability():
    mask = np.array([[True, True, False, False], [False, False, False, False]])
    compare_layer("layers.Softmax", {}, floats(2, 4), mask=mask, symbolic=False)


def test_lambda_config_agrees_with_keras():
    ours, theirs = (
        side.layers.Lambda(side.ops.multiply, output_shape=(4,), arguments={"x2": 3.0})
        for side in (cornu, keras)
    )
    assert_same_config(ours, theirs, "Lambda")


def test_wrapper_config_holds_the_inner_layer():
    compare_config(lambda keras: keras.layers.Wrapper(keras.layers.Dense(2, name="inner")))


@pytest.mark.parametrize(
    "path, settings, shape",
    [
        ("layers.Dense", {"units": 3, "lora_rank": 2}, (2, 4)),
        ("layers.Dense", {"units": 3}, (2, 4)),
    ],
)
def test_stored_variables_have_keras_keys_and_values(path, settings, shape):
    layer = compare_layer(path, settings, floats(*shape))
    other = keras.layers.Dense(**settings)
    other.build(shape)
    other.set_weights(layer.get_weights())
    ours, theirs = {}, {}
    layer.save_own_variables(ours)
    other.save_own_variables(theirs)
    assert_same(
        {k: np.asarray(v) for k, v in ours.items()},
        {k: np.asarray(v) for k, v in theirs.items()},
        "stored variables",
    )
