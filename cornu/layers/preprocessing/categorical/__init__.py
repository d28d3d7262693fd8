"""Layers that turn categories to numbers."""

from cornu.layers.preprocessing.categorical.category_encoding import CategoryEncoding
from cornu.layers.preprocessing.categorical.discretization import Discretization
from cornu.layers.preprocessing.categorical.hashed_crossing import HashedCrossing
from cornu.layers.preprocessing.categorical.hashing import Hashing
from cornu.layers.preprocessing.categorical.integer_lookup import IntegerLookup
from cornu.layers.preprocessing.categorical.string_lookup import StringLookup

__all__ = [
    "CategoryEncoding",
    "Discretization",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "StringLookup",
]
