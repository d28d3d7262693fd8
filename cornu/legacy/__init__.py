"""Names of older Keras releases that still resolve."""

from cornu.legacy import saving
from cornu.saving.legacy_objects import deserialize_keras_object, serialize_keras_object

__all__ = ["deserialize_keras_object", "saving", "serialize_keras_object"]
