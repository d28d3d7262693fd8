"""Tables: their columns, of numbers and words, to what a model computes with."""

from cornu.core import registry
from cornu.layers import Concatenate, Identity
from cornu.models.tables.feature import Cross, Feature
from cornu.models.tables.feature_space import FeatureSpace
from cornu.models.tables.filled_normalization import FilledNormalization
from cornu.models.tables.table import Table, table_features, table_rows

__all__ = [
    "Cross",
    "Feature",
    "FeatureSpace",
    "FilledNormalization",
    "Table",
    "table_features",
    "table_rows",
]

registry.publish("keras.utils", {"FeatureSpace": FeatureSpace})
# Under these names files of Keras hold the parts of a feature space.
registry.publish(
    "keras.src.layers.preprocessing.feature_space",
    {"Feature": Feature, "Cross": Cross, "TFDIdentity": Identity, "TFDConcat": Concatenate},
)
registry.publish("cornu.models.tables", {"FilledNormalization": FilledNormalization})
