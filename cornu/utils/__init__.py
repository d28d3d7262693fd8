"""Helpers under Keras's names."""

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
from cornu.core.session import clear_session, set_random_seed
from cornu.data import PyDataset, pack_x_y_sample_weight, unpack_x_y_sample_weight
from cornu.data.labels import normalize, to_categorical
from cornu.engine.dtypes import standardize_dtype
from cornu.ops.symbolic import is_keras_tensor
from cornu.preprocessing.image import array_to_img, img_to_array, load_img, save_img
from cornu.visualization import plot_model

# Its name before Keras 3.
Sequence = PyDataset

__all__ = [
    "CustomObjectScope",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "img_to_array",
    "is_keras_tensor",
    "load_img",
    "normalize",
    "pack_x_y_sample_weight",
    "plot_model",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "standardize_dtype",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
