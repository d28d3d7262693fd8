"""Tables: their columns, of numbers and words, to what a model computes with."""

from cornu.core import registry
from cornu.layers import Concatenate, Identity
from cornu.models.tables.feature import Cross, Feature
from cornu.models.tables.feature_space import FeatureSpace

__all__ = ["Cross", "Feature", "FeatureSpace"]

registry.publish("keras.utils", {"FeatureSpace": FeatureSpace})
# Under these names files of Keras hold the parts of a feature space.
registry.publish(
    "keras.src.layers.preprocessing.feature_space",
    {"Feature": Feature, "Cross": Cross, "TFDIdentity": Identity, "TFDConcat": Concatenate},
)
