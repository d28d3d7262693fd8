"""Layers that most models are made of: products with weights, tables, functions, wrappers."""

from cornu.layers.core.activation import Activation
from cornu.layers.core.dense import Dense
from cornu.layers.core.einsum_dense import EinsumDense
from cornu.layers.core.embedding import Embedding
from cornu.layers.core.identity import Identity
from cornu.layers.core.lambda_layer import Lambda
from cornu.layers.core.masking import Masking
from cornu.layers.core.spectral_normalization import SpectralNormalization
from cornu.layers.core.time_distributed import TimeDistributed
from cornu.layers.core.wrapper import Wrapper

__all__ = [
    "Activation",
    "Dense",
    "EinsumDense",
    "Embedding",
    "Identity",
    "Lambda",
    "Masking",
    "SpectralNormalization",
    "TimeDistributed",
    "Wrapper",
]
