"""Regularizers: penalties that weights or outputs add to the loss."""

from cornu.core import registry
from cornu.regularizers.base import Regularizer
from cornu.regularizers.lookup import deserialize, get, serialize
from cornu.regularizers.norms import L1, L1L2, L2, OrthogonalRegularizer

# Other names that Keras knows them by.
l1 = L1
l1_l2 = L1L2
l2 = L2
orthogonal_regularizer = OrthogonalRegularizer

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]

registry.publish_getter("regularizer", get)
