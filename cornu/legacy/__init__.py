"""Names of older Keras releases that still resolve."""

from cornu.core.registry import deserialize as deserialize_keras_object
from cornu.core.registry import serialize as serialize_keras_object

__all__ = ["deserialize_keras_object", "serialize_keras_object"]
