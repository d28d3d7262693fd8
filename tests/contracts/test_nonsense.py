"""Nonsense is refused with an error that names the layer or argument, and what was expected."""

import re

import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.ops.symbolic import KerasTensor
from tests.contracts.layer_table import LAYERS

EVERY_LAYER = pytest.mark.parametrize("name", LAYERS)

SPATIAL = (1, 2, 3)
BY_RANK = {
    f"{stem}{rank}D": rank
    for stem in (
        "AdaptiveAveragePooling AdaptiveMaxPooling AveragePooling Conv ConvLSTM Cropping "
        "GlobalAveragePooling GlobalMaxPooling MaxPooling SpatialDropout UpSampling ZeroPadding"
    ).split()
    for rank in SPATIAL
} | {
    "Conv1DTranspose": 1,
    "Conv2DTranspose": 2,
    "Conv3DTranspose": 3,
    "DepthwiseConv1D": 1,
    "DepthwiseConv2D": 2,
    "SeparableConv1D": 1,
    "SeparableConv2D": 2,
}
SEQUENCE_LAYERS = "GRU LSTM SimpleRNN RepeatVector Permute Cropping1D".split()


def class_and_config(case):
    layer = case.make(layers)
    return type(layer), layer.get_config()


CONFIGS = {name: class_and_config(case) for name, case in LAYERS.items()}


@EVERY_LAYER
def test_an_unknown_keyword_is_named(name):
    cls, config = CONFIGS[name]
    with pytest.raises(TypeError, match="no_such_argument"):
        cls.from_config({**config, "no_such_argument": 1})


@EVERY_LAYER
def test_an_unknown_dtype_is_named(name):
    cls, config = CONFIGS[name]
    # Pipelines have no dtype of their own, and say so.
    expected = (TypeError, "dtype") if name == "Pipeline" else (ValueError, "float99")
    with pytest.raises(expected[0], match=expected[1]):
        cls.from_config({**config, "dtype": "float99"})


TAKING = {
    "activation": "no_such_activation",
    "kernel_initializer": "no_such_initializer",
    "kernel_regularizer": "no_such_regularizer",
    "bias_constraint": "no_such_constraint",
    "padding": "no_such_padding",
    "data_format": "no_such_format",
}


def with_argument(arguments):
    """Pairs of a layer and one of these arguments that it has."""
    pairs = [(name, argument) for name in LAYERS for argument in arguments]
    return [
        pytest.param(name, argument, id=f"{name}-{argument}")
        for name, argument in pairs
        if argument in CONFIGS[name][1]
        and not (argument == "padding" and name.startswith("ZeroPadding"))
    ]


@pytest.mark.parametrize("name, argument", with_argument(TAKING))
def test_an_unknown_name_is_named(name, argument):
    cls, config = CONFIGS[name]
    with pytest.raises((ValueError, TypeError), match=TAKING[argument]):
        cls.from_config({**config, argument: TAKING[argument]})


SIZES = "units filters num_heads key_dim head_dim input_dim output_dim n groups kernel_size".split()


@pytest.mark.parametrize("name, argument", with_argument(SIZES))
def test_a_size_that_is_no_positive_int_is_refused(name, argument):
    cls, config = CONFIGS[name]
    # GroupNormalization takes -1 for one group per channel.
    for size in (-3, 0, 1.5, "many"):
        with pytest.raises((ValueError, TypeError), match=re.escape(repr(size))):
            cls.from_config({**config, argument: size})


@pytest.mark.parametrize("rate", [-0.1, 1.5, "half"], ids=str)
@pytest.mark.parametrize("name", [n for n in LAYERS if n.endswith("Dropout") or "Dropout" in n])
def test_a_share_outside_zero_to_one_is_refused(name, rate):
    with pytest.raises((ValueError, TypeError), match=re.escape(repr(rate))):
        getattr(layers, name)(rate)


def message_of_wrong_call(layer, shape):
    """What the layer says, called with a symbolic and with a real tensor of this shape."""
    with pytest.raises(ValueError) as symbolic:
        layer(KerasTensor((None, *shape[1:]), "float32"))
    with pytest.raises(ValueError) as real:
        layer(np.zeros(shape, "float32"))
    return str(symbolic.value), str(real.value)


@pytest.mark.parametrize("name", [*BY_RANK, "GRU", "LSTM", "SimpleRNN", "RepeatVector"])
def test_inputs_of_another_rank_are_refused_by_the_layer_s_name(name):
    layer = LAYERS[name].make(layers)
    shape = np.shape(LAYERS[name].inputs[0])
    for wrong in (shape[:-1], (*shape, 2)):
        for message in message_of_wrong_call(layer, wrong):
            assert layer.name in message
            assert "shape" in message


FEATURES = (
    "BatchNormalization Conv1D Conv2D Conv3D Conv2DTranspose Dense DepthwiseConv2D GRU "
    "GroupNormalization LSTM LayerNormalization PReLU RMSNormalization SeparableConv2D SimpleRNN"
).split()


@pytest.mark.parametrize("name", FEATURES)
def test_another_number_of_features_is_refused_by_the_layer_s_name(name):
    layer, shape = LAYERS[name].make(layers), np.shape(LAYERS[name].inputs[0])
    layer(KerasTensor(shape, "float32"))
    for message in message_of_wrong_call(layer, (*shape[:-1], shape[-1] + 1)):
        assert layer.name in message
        assert str(shape[-1]) in message and str(shape[-1] + 1) in message


@pytest.mark.parametrize("name", ["Add", "Average", "Concatenate", "Maximum", "Multiply", "Dot"])
def test_merging_one_tensor_or_sizes_that_do_not_fit_is_refused(name):
    one, other = KerasTensor((2, 3, 4), "float32"), KerasTensor((2, 5, 6), "float32")
    for wrong in (one, [one, other]):
        layer = LAYERS[name].make(layers)
        with pytest.raises(ValueError, match=layer.name):
            layer(wrong)


CALLS = [
    (lambda: keras.Input((2,), dtype="float99"), "float99"),
    (lambda: keras.Sequential([layers.Dense(2), "relu"]), "relu"),
    (lambda: keras.Model(1, 2), "symbolic"),
    (lambda: layers.Dense(2)("text"), "dense"),
    (lambda: layers.Dense(2)(), "dense"),
    (lambda: layers.Reshape((3,))(np.zeros((2, 4), "float32")), "reshape"),
    (lambda: layers.Reshape((-1, -1)), "-1"),
    (lambda: layers.Permute((1, 3)), r"\(1, 3\)"),
    (lambda: layers.Concatenate(axis=5)([np.zeros((2, 3)), np.zeros((2, 3))]), "concatenate"),
    (lambda: layers.Attention()(np.zeros((2, 3, 4))), "attention"),
    (lambda: layers.Bidirectional(layers.Dense(2)), "Dense"),
    (lambda: layers.TimeDistributed(3), "3"),
    (lambda: layers.RNN(layers.Dense(2)), "state_size"),
    (lambda: keras.optimizers.Adam(learning_rate="fast"), "fast"),
    (lambda: keras.optimizers.SGD(momentum=2.0), "2.0"),
    (lambda: keras.optimizers.get("no_such_optimizer"), "no_such_optimizer"),
    (lambda: keras.losses.MeanSquaredError(reduction="most"), "most"),
    (lambda: keras.losses.MeanSquaredError()(np.zeros((2, 3)), np.zeros((2, 4))), "shape"),
    (lambda: keras.metrics.IoU(2, [5]), "5"),
    (lambda: keras.ops.reshape(np.zeros((2, 3)), (4,)), r"4"),
    (lambda: keras.random.dropout(np.zeros(3), 2.0), "2.0"),
]


@pytest.mark.parametrize("call, named", CALLS, ids=range(len(CALLS)))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_error_names_what_is_wrong(call, named):
    with pytest.raises((ValueError, TypeError), match=named):
        call()
