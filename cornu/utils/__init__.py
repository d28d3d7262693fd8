"""Helpers under Keras's names, loaded when first used."""

from cornu.engine.lazy import lazy_names

_HOMES = {
    "CustomObjectScope": "cornu.core.registry",
    "PyDataset": "cornu.data.py_dataset",
    "Sequence": "cornu.data.py_dataset",
    "array_to_img": "cornu.preprocessing.image",
    "clear_session": "cornu.core.session",
    "custom_object_scope": "cornu.core.registry",
    "deserialize_keras_object": "cornu.core.registry",
    "get_custom_objects": "cornu.core.registry",
    "get_registered_name": "cornu.core.registry",
    "get_registered_object": "cornu.core.registry",
    "img_to_array": "cornu.preprocessing.image",
    "is_keras_tensor": "cornu.ops.symbolic",
    "load_img": "cornu.preprocessing.image",
    "normalize": "cornu.data.labels",
    "pack_x_y_sample_weight": "cornu.data.batch",
    "plot_model": "cornu.visualization",
    "register_keras_serializable": "cornu.core.registry",
    "save_img": "cornu.preprocessing.image",
    "serialize_keras_object": "cornu.core.registry",
    "set_random_seed": "cornu.core.session",
    "standardize_dtype": "cornu.engine.dtypes",
    "to_categorical": "cornu.data.labels",
    "unpack_x_y_sample_weight": "cornu.data.batch",
}
# Names that differ at home; `Sequence` is that of `PyDataset` before Keras 3.
_RENAMED = {
    "Sequence": "PyDataset",
    "deserialize_keras_object": "deserialize",
    "serialize_keras_object": "serialize",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES, _RENAMED)
