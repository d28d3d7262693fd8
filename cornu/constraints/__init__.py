"""Constraints: projections of weights after each optimizer step."""

from cornu.constraints.base import Constraint
from cornu.constraints.lookup import deserialize, get, serialize
from cornu.constraints.norms import MaxNorm, MinMaxNorm, NonNeg, UnitNorm
from cornu.core import registry

# Other names that Keras knows them by.
max_norm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
unit_norm = UnitNorm

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "unit_norm",
    "serialize",
]

registry.publish_getter("constraint", get)
