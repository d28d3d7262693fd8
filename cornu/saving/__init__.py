"""Saving and loading: whole models, weights, and objects as plain values."""

from cornu.core.registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from cornu.core.registry import deserialize as deserialize_keras_object
from cornu.core.registry import serialize as serialize_keras_object
from cornu.engine.errors import LoadError
from cornu.engine.limits import Limits
from cornu.saving.model_io import load_model, save_model
from cornu.saving.weights_io import load_weights, save_weights

__all__ = [
    "CustomObjectScope",
    "Limits",
    "LoadError",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]
