"""The node that each operation leaves in a graph has Keras's class, config and result."""

import json

import keras
import numpy as np
import pytest

from cornu import ops
from cornu.ops.symbolic import KerasTensor
from tests.parity.ops.test_graph_nodes import K, describe

F, I, IMAGES, HEADS = K((None, 4)), K((None,), "int32"), K((None, 6, 6, 4)), K((None, 5, 2, 3))
UNARY = (
    "relu relu6 sigmoid sparse_sigmoid softplus softsign silu swish hard_swish squareplus "
    "log_sigmoid leaky_relu hard_sigmoid hard_silu hard_tanh elu selu celu gelu glu tanh_shrink "
    "soft_shrink hard_shrink sparse_plus softmax log_softmax normalize rms_normalization"
).split()


def ones(*shape):
    return np.ones(shape, "float32")


CASES = {
    **{name: ((F,), {}) for name in UNARY},
    "average_pool": ((IMAGES, (2, 2), 1, "same"), {}),
    "binary_crossentropy": ((F, F), {}),
    "categorical_crossentropy": ((F, F), {"from_logits": True}),
    "conv": ((IMAGES, ones(3, 3, 4, 2)), {}),
    "conv_transpose": ((IMAGES, ones(3, 3, 5, 4)), {"strides": 2}),
    "ctc_decode": ((K((None, 6, 4)), I), {}),
    "ctc_loss": ((K((None, 3), "int32"), K((None, 6, 4)), I, I), {}),
    "depth_to_space": ((IMAGES, 2), {}),
    "depthwise_conv": ((IMAGES, ones(3, 3, 4, 2)), {"strides": 2}),
    "dot_product_attention": ((HEADS, HEADS, HEADS), {"mask": K((None, 2, 5, 5), "bool")}),
    "fold": ((K((None, 4, 25)), 6, 2), {}),
    "max_pool": ((IMAGES, 2), {}),
    "moments": ((F, -1), {}),
    "one_hot": ((I, 3), {"dtype": "int32"}),
    "psnr": ((F, F, 1.0), {}),
    "separable_conv": ((IMAGES, ones(3, 3, 4, 2), ones(1, 1, 8, 3)), {}),
    "space_to_depth": ((IMAGES, 2), {}),
    "sparse_categorical_crossentropy": ((I, F), {}),
    "threshold": ((F, 0.1, 0.2), {}),
    "unfold": ((K((None, 4, 6, 6)), 2), {}),
}
# Keras gives optional tensors by position here, and wrong shapes or dtypes of results.
CONFIG_ONLY = {
    "adaptive_average_pool": ((IMAGES, (2, 2)), {}),
    "adaptive_max_pool": ((IMAGES, (2, 2)), {}),
    "batch_normalization": ((F, ones(4), ones(4), -1, ones(4), ones(4)), {"epsilon": 0.1}),
    "layer_normalization": ((F, ones(4)), {"epsilon": 0.1}),
    "multi_hot": ((K((None, 3), "int32"), 3), {"dtype": "float16"}),
    "polar": ((F, F), {}),
}


@pytest.mark.parametrize("name", CASES)
def test_node_is_keras(name):
    args, kwargs = CASES[name]
    ours = describe(ops, KerasTensor, name, args, kwargs)
    assert ours == describe(keras.ops, keras.KerasTensor, name, args, kwargs)


@pytest.mark.parametrize("name", CONFIG_ONLY)
def test_class_and_config_of_the_node_are_keras(name):
    args, kwargs = CONFIG_ONLY[name]
    ours = describe(ops, KerasTensor, name, args, kwargs)
    theirs = describe(keras.ops, keras.KerasTensor, name, args, kwargs)
    assert ours["class"] == theirs["class"]
    assert json.loads(ours["config"]) == json.loads(theirs["config"])
