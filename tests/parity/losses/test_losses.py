"""Losses against Keras: values, gradients, reductions, masks, configs, names."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import assert_same, compare_config, compare_function

RNG = np.random.default_rng(0)
P = RNG.uniform(0.05, 0.95, (4, 3)).astype("float32")
P3 = RNG.uniform(0.05, 0.95, (2, 4, 3)).astype("float32")
Y = np.eye(3, dtype="float32")[[0, 1, 2, 0]]
Y3 = RNG.uniform(0.1, 0.9, (2, 4, 3)).astype("float32")
SPARSE = np.array([0, 1, 2, 0], "int32")
SPARSE3 = np.array([[0, 1, 2, 0], [1, 1, -1, 2]], "int32")
UNIT = P / np.linalg.norm(P, axis=1, keepdims=True)
LABELS = np.array([[1, 2], [1, 0]], "int32")
STEPS = RNG.normal(size=(2, 5, 4)).astype("float32")

FUNCTIONS = [
    ("mean_squared_error", (Y, P), {}),
    ("mean_squared_error", (Y3, P3), {}),
    ("mean_squared_error", (SPARSE, P[:, :1]), {}),
    ("mean_absolute_error", (Y3, P3), {}),
    ("mean_absolute_percentage_error", (Y3, P3), {}),
    ("mean_squared_logarithmic_error", (Y3, P3), {}),
    ("huber", (Y3, P3), {"delta": 0.2}),
    ("log_cosh", (Y3, 5 * P3), {}),
    ("cosine_similarity", (Y3, P3), {}),
    ("cosine_similarity", (Y3, P3), {"axis": 1}),
    ("hinge", (Y, P), {}),
    ("hinge", (2 * Y - 1, P), {}),
    ("hinge", (Y3, P3), {}),
    ("squared_hinge", (Y, P), {}),
    ("categorical_hinge", (Y, P), {}),
    ("kl_divergence", (Y3, P3), {}),
    ("poisson", (3 * Y3, P3), {}),
    ("binary_crossentropy", (Y, P), {}),
    ("binary_crossentropy", (Y, P), {"from_logits": True, "label_smoothing": 0.2}),
    ("binary_crossentropy", (Y3, P3), {"axis": 1}),
    ("categorical_crossentropy", (Y, P), {}),
    ("categorical_crossentropy", (Y, P), {"from_logits": True}),
    ("categorical_crossentropy", (Y, P), {"label_smoothing": 0.2}),
    ("sparse_categorical_crossentropy", (SPARSE, P), {}),
    ("sparse_categorical_crossentropy", (SPARSE[:, None], P), {"from_logits": True}),
    ("sparse_categorical_crossentropy", (SPARSE3, P3[:, :, :3]), {"ignore_class": -1}),
    ("binary_focal_crossentropy", (Y, P), {}),
    (
        "binary_focal_crossentropy",
        (Y, P),
        {"apply_class_balancing": True, "gamma": 1.5, "label_smoothing": 0.1},
    ),
    ("binary_focal_crossentropy", (Y, P), {"from_logits": True}),
    ("categorical_focal_crossentropy", (Y, P), {}),
    ("categorical_focal_crossentropy", (Y, P), {"from_logits": True, "alpha": 0.5, "gamma": 3.0}),
    ("categorical_generalized_cross_entropy", (SPARSE, P), {"q": 0.7}),
    ("dice", (Y3, P3), {}),
    ("dice", (Y3, P3), {"axis": (1, 2)}),
    ("tversky", (Y3, P3), {"alpha": 0.6, "beta": 0.6, "axis": (1,)}),
    ("circle", (np.array([0, 1, 0, 1], "int32"), UNIT), {}),
    ("circle", (np.array([0, 1, 0, 1], "int32"), UNIT), {"gamma": 2, "margin": 0.2}),
    ("ctc", (LABELS, STEPS), {}),
]


@pytest.mark.parametrize(("name", "inputs", "settings"), FUNCTIONS)
def test_function_values_and_gradients_are_keras(name, inputs, settings):
    compare_function(f"losses.{name}", *inputs, tolerance=1e-4, **settings)


def test_circle_loss_with_references_is_keras():
    compare_function(
        "losses.circle",
        np.array([0, 1, 0, 1], "int32"),
        UNIT,
        ref_labels=np.array([1, 0], "int32"),
        ref_embeddings=UNIT[:2],
        remove_diagonal=False,
        gamma=2,
        gradients=False,
    )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["mean_squared_error", "huber", "hinge", "kl_divergence"])
def test_result_dtype_is_that_of_the_predictions(name, dtype):
    def low(keras, y, p):
        return getattr(keras.losses, name)(y, keras.ops.cast(p, dtype))

    compare_function(low, Y, P, gradients=False)


REDUCTIONS = ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None]
WEIGHTS = [
    None,
    np.array(2.0, "float32"),
    np.array([[1.0], [2.0]], "float32"),
    RNG.uniform(0, 2, (2, 4)).astype("float32"),
    RNG.uniform(0, 2, (2, 4, 1)).astype("float32"),
]


# Keras divides by the sum of the weights before they are broadcast (see docs/differences.md).
FULL_WEIGHTS = [WEIGHTS[0], *WEIGHTS[3:]]


@pytest.mark.parametrize("weights", FULL_WEIGHTS, ids=["none", "step", "step1"])
def test_means_with_sample_weight_are_keras(weights):
    def loss(keras, y, p):
        make = keras.losses.MeanSquaredError
        return make(reduction="mean_with_sample_weight")(y, p, sample_weight=weights)

    compare_function(loss, Y3, P3)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean", "sum", "none", None])
@pytest.mark.parametrize("weights", WEIGHTS, ids=["none", "scalar", "sample", "step", "step1"])
def test_reductions_with_weights_are_keras(reduction, weights):
    def loss(keras, y, p):
        return keras.losses.MeanSquaredError(reduction=reduction)(y, p, sample_weight=weights)

    compare_function(loss, Y3, P3)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weights", [None, WEIGHTS[2]], ids=["none", "sample"])
def test_masked_reductions_are_keras(reduction, weights):
    mask = np.array([[1, 1, 0, 0], [1, 0, 0, 0]], bool)
    theirs = keras.ops.convert_to_tensor(P3)
    theirs._keras_mask = keras.ops.convert_to_tensor(mask)
    ours = cornu.ops.convert_to_tensor(P3)
    cornu.core.masking.set_mask(ours, cornu.ops.convert_to_tensor(mask))
    expected = keras.losses.MeanSquaredError(reduction=reduction)(Y3, theirs, weights)
    result = cornu.losses.MeanSquaredError(reduction=reduction)(Y3, ours, weights)
    assert_same(result, expected, "masked loss")


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_ignored_classes_are_left_out_of_means_as_in_keras(reduction):
    def loss(keras, y, p):
        make = keras.losses.SparseCategoricalCrossentropy
        return make(ignore_class=-1, reduction=reduction)(y, p)

    compare_function(loss, SPARSE3, P3)


CONFIGS = [
    ("BinaryCrossentropy", {}),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1, "axis": 1}),
    ("BinaryFocalCrossentropy", {"alpha": 0.3, "gamma": 1.0}),
    ("CTC", {"reduction": "sum"}),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}),
    ("CategoricalFocalCrossentropy", {"alpha": [0.1, 0.2]}),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.3}),
    ("CategoricalHinge", {}),
    ("Circle", {"gamma": 10.0}),
    ("Dice", {"axis": [1]}),
    ("Hinge", {"name": "h"}),
    ("KLDivergence", {}),
    ("LogCosh", {}),
    ("Loss", {}),
    ("MeanAbsoluteError", {"reduction": None}),
    ("MeanAbsolutePercentageError", {}),
    ("MeanSquaredError", {"dtype": "float16"}),
    ("MeanSquaredLogarithmicError", {}),
    ("Poisson", {}),
    ("SquaredHinge", {}),
    ("Tversky", {"alpha": 0.1}),
]


@pytest.mark.parametrize(("name", "settings"), CONFIGS)
def test_configs_are_keras(name, settings):
    compare_config(f"losses.{name}", settings)


# Keras cannot read its own generalized cross-entropy; nor give the base class a module.
READABLE = [case for case in CONFIGS if case[0] != "CategoricalGeneralizedCrossEntropy"]


@pytest.mark.parametrize(("name", "settings"), READABLE)
def test_each_library_reads_what_the_other_wrote(name, settings):
    ours, theirs = getattr(cornu.losses, name), getattr(keras.losses, name)
    written = cornu.losses.serialize(ours(**settings))
    assert written == keras.losses.serialize(theirs(**settings)) or name == "Loss"
    assert type(keras.losses.deserialize(written)) is theirs
    assert type(cornu.losses.deserialize(keras.losses.serialize(theirs(**settings)))) is ours


NAMES = (
    "mse MSE mae MAE mape MAPE msle MSLE bce BCE kld KLD log_cosh huber Huber hinge ctc CTC dice "
    "tversky circle poisson MeanSquaredError mean_squared_error kl_divergence cosine_similarity "
    "CosineSimilarity categorical_crossentropy sparse_categorical_crossentropy squared_hinge "
    "binary_focal_crossentropy BinaryFocalCrossentropy"
).split()


@pytest.mark.parametrize("name", NAMES)
def test_names_are_keras(name):
    ours, theirs = cornu.losses.get(name), keras.losses.get(name)
    assert getattr(ours, "__name__", type(ours).__name__) == getattr(
        theirs, "__name__", type(theirs).__name__
    )
