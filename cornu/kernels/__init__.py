"""Formulations of hot operations, chosen for the platform that runs them."""

from cornu.kernels.attention import attention
from cornu.kernels.convolution import conv, conv_transpose, depthwise_conv
from cornu.kernels.crossentropy import (
    softmax_cross_entropy,
    softmax_cross_entropy_with_integer_labels,
)
from cornu.kernels.dense import dense
from cornu.kernels.embedding import embedding_lookup
from cornu.kernels.normalization import batch_norm_train, layer_norm
from cornu.kernels.platforms import stock_formulations
from cornu.kernels.pooling import avg_pool, max_pool
from cornu.kernels.random_bits import dropout_mask, random_bits, uniform
from cornu.kernels.recurrent import gru, lstm, simple_rnn
from cornu.kernels.warp import sample, warp

__all__ = [
    "attention",
    "avg_pool",
    "batch_norm_train",
    "conv",
    "conv_transpose",
    "dense",
    "depthwise_conv",
    "dropout_mask",
    "embedding_lookup",
    "gru",
    "layer_norm",
    "lstm",
    "max_pool",
    "random_bits",
    "sample",
    "simple_rnn",
    "softmax_cross_entropy",
    "softmax_cross_entropy_with_integer_labels",
    "stock_formulations",
    "uniform",
    "warp",
]
