"""Dense, EinsumDense, Embedding, Lambda and wrappers where Keras is no measure."""

import jax
import numpy as np
import pytest

import cornu as keras


def floats(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_lora_keeps_the_results_at_first_and_freezes_the_kernel():
    layer = keras.layers.Dense(3)
    before = layer(floats(2, 4))
    layer.enable_lora(2, lora_alpha=4.0)
    np.testing.assert_allclose(layer(floats(2, 4)), before, rtol=1e-6)
    assert [v.name for v in layer.trainable_variables] == [
        "bias",
        "lora_kernel_a",
        "lora_kernel_b",
    ]


def test_lora_adds_the_scaled_product():
    layer = keras.layers.Dense(3, use_bias=False, lora_rank=2, lora_alpha=5.0)
    layer.build((None, 4))
    kernel, a, b = (floats(4, 3), floats(4, 2), floats(2, 3))
    layer.set_weights([kernel, a, b])
    np.testing.assert_allclose(layer.kernel, kernel + 2.5 * a @ b, rtol=1e-5)


def test_lora_embeddings_agree_with_the_merged_table():
    layer = keras.layers.Embedding(5, 3, lora_rank=2, lora_alpha=3.0)
    layer.build((None,))
    layer.set_weights([floats(5, 3), floats(5, 2), floats(2, 3)])
    ids = np.array([[1, 4], [0, 2]])
    np.testing.assert_allclose(layer(ids), np.asarray(layer.embeddings)[ids], rtol=1e-5)


def test_stored_variables_are_merged_and_load_into_a_plain_layer():
    adapted, plain = keras.layers.Dense(3, lora_rank=2), keras.layers.Dense(3)
    x = floats(2, 4)
    adapted(x), plain(x)
    adapted.set_weights([floats(*w.shape) for w in adapted.weights])
    store = {}
    adapted.save_own_variables(store)
    plain.load_own_variables(store)
    np.testing.assert_allclose(plain(x), adapted(x), rtol=1e-5)


@pytest.mark.parametrize(
    "prepare, message",
    [
        (lambda layer: None, "must be built"),
        (lambda layer: (layer.build((None, 4)), layer.enable_lora(1)), "done once"),
    ],
)
def test_lora_is_refused_where_it_makes_no_sense(prepare, message):
    layer = keras.layers.Dense(3)
    prepare(layer)
    with pytest.raises(ValueError, match=message):
        layer.enable_lora(2)


def test_a_constrained_kernel_is_not_adapted():
    layer = keras.layers.Dense(3, kernel_constraint="non_neg")
    layer.build((None, 4))
    with pytest.raises(ValueError, match="kernel_constraint"):
        layer.enable_lora(2)


def test_dense_takes_input_dim():
    assert keras.layers.Dense(3, input_dim=4).units == 3


def test_the_kernel_is_missing_before_the_layer_is_built():
    with pytest.raises(AttributeError, match="made when the layer is built"):
        keras.layers.Dense(3).kernel


@pytest.mark.parametrize("units", [0, -1, 2.5, None, True])
def test_nonsense_units_are_refused(units):
    with pytest.raises(ValueError, match="units must be a positive int"):
        keras.layers.Dense(units)


def test_dense_names_the_size_it_expects():
    layer = keras.layers.Dense(3, name="head")
    layer(floats(2, 4))
    with pytest.raises(ValueError, match="'head' expects size 4 on axis -1"):
        layer(floats(2, 5))


@pytest.mark.parametrize(
    "equation, shape, message",
    [
        ("ab->b", 3, "must have the form"),
        ("ab...,bc->...ac", 3, "same end"),
        ("ab,bz->ac", 3, "no other term"),
        ("abc,cd->abd", (7, 3), "output_shape says 7"),
        ("abc,cd->abd", (None, None), "needs a known size"),
        ("ab,bc->ac", 3, "does not fit an input"),
    ],
)
def test_nonsense_equations_are_refused(equation, shape, message):
    layer = keras.layers.EinsumDense(equation, shape)
    with pytest.raises(ValueError, match=message):
        layer.build((None, 5, 4))


def test_a_bias_axis_must_be_in_the_output():
    with pytest.raises(ValueError, match="no axis 'x' in its output"):
        keras.layers.EinsumDense("ab,bc->ac", 3, bias_axes="x").build((None, 4))


@pytest.mark.parametrize(
    "equation, sizes, shape",
    [
        ("abc,cd->abd", (None, 3), (2, 5, 4)),
        ("abcd,cde->abe", (None, 3), (2, 5, 3, 4)),
        ("abc,bcd->ad", (3,), (2, 5, 4)),
        ("abc,cbd->ad", (3,), (2, 5, 4)),
        ("abc,bd->adc", (3, 4), (2, 5, 4)),
        ("abc,cb->abc", (5, 4), (2, 5, 4)),
    ],
)
def test_einsum_dense_is_an_einsum(equation, sizes, shape):
    layer = keras.layers.EinsumDense(equation, sizes)
    x = floats(*shape)
    y = layer(x)
    np.testing.assert_allclose(y, np.einsum(equation, x, layer.kernel), rtol=1e-4, atol=1e-5)


def test_embedding_takes_a_table():
    table = floats(4, 3)
    layer = keras.layers.Embedding(4, 3, weights=[table])
    np.testing.assert_array_equal(layer(np.array([2, 0])), table[[2, 0]])


def test_ids_outside_of_the_table_give_nan():
    y = np.asarray(keras.layers.Embedding(4, 3)(np.array([4, -1, 0])))
    np.testing.assert_array_equal(np.isnan(y).all(axis=-1), [True, True, False])


def test_a_lambda_in_a_config_is_refused_unless_trusted():
    layer = keras.layers.Lambda(lambda x: x + 1)
    config = keras.layers.serialize(layer)
    with pytest.raises(ValueError, match="safe_mode=False"):
        keras.layers.deserialize(config)
    again = keras.layers.Lambda.from_config(config["config"], safe_mode=False)
    np.testing.assert_array_equal(again(np.zeros(2, "float32")), [1, 1])


def test_a_registered_function_needs_no_trust():
    def add_one(x):
        return x + 1

    config = keras.layers.serialize(keras.layers.Lambda(add_one))
    again = keras.layers.deserialize(config, custom_objects={"add_one": add_one})
    np.testing.assert_array_equal(again(np.zeros(2, "float32")), [1, 1])


def test_a_lambda_sees_mask_and_training():
    layer = keras.layers.Lambda(lambda x, mask, training: (mask is None, training))
    assert layer(np.zeros(2, "float32"), training=True) == (True, True)


@pytest.mark.parametrize(
    "make, kind",
    [
        (lambda: keras.layers.Lambda(3), TypeError),
        (lambda: keras.layers.Wrapper(3), ValueError),
        (lambda: keras.layers.TimeDistributed("dense"), ValueError),
        (lambda: keras.layers.Embedding(0, 3), ValueError),
        (lambda: keras.layers.ReLU(max_value=-1.0), ValueError),
        (lambda: keras.layers.LeakyReLU(None), ValueError),
        (lambda: keras.layers.Dense(3, quantization_config={}), ValueError),
        (lambda: keras.layers.SpectralNormalization(keras.layers.Dense(1), 0), ValueError),
    ],
)
def test_nonsense_arguments_are_refused(make, kind):
    with pytest.raises(kind):
        make()


def test_time_distributed_needs_a_time_axis():
    with pytest.raises(ValueError, match="batch, time, features"):
        keras.layers.TimeDistributed(keras.layers.Dense(2))(floats(2, 4))


def test_time_distributed_hands_on_the_mask_of_each_step():
    class Masked(keras.layers.Layer):
        def call(self, inputs, mask=None):
            return keras.ops.where(mask[:, None], inputs, 0.0)

    mask = np.array([[True, False, True], [False, True, True]])
    y = keras.layers.TimeDistributed(Masked())(np.ones((2, 3, 2), "float32"), mask=mask)
    np.testing.assert_array_equal(y[:, :, 0], mask.astype("float32"))


def test_spectral_normalization_brings_the_norm_to_one():
    layer = keras.layers.SpectralNormalization(keras.layers.Dense(3), power_iterations=30)
    layer(floats(2, 4), training=True)
    np.testing.assert_allclose(np.linalg.norm(layer.kernel, 2), 1.0, rtol=1e-4)


def test_masking_sets_padding_to_zero_even_where_infinite():
    y = keras.layers.Masking(np.inf)(np.array([[[np.inf, np.inf], [1.0, 2.0]]], "float32"))
    np.testing.assert_array_equal(y, [[[0, 0], [1, 2]]])


def test_a_mask_travels_to_the_next_layers():
    x = keras.layers.Embedding(5, 3, mask_zero=True)(keras.Input((4,), dtype="int32"))
    y = keras.layers.Dense(2)(keras.layers.Dropout(0.5)(x))
    assert y._keras_mask.shape == (None, 4)


def test_layers_compile():
    layer = keras.layers.Dense(3, activation="relu")
    x = floats(2, 4)
    np.testing.assert_allclose(jax.jit(layer)(x), layer(x), rtol=1e-5)
